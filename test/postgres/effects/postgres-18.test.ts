import { effectsSuite } from './suite';

effectsSuite(18);
