import { effectsSuite } from './suite';

effectsSuite(14);
