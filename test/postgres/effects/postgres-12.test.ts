import { effectsSuite } from './suite';

effectsSuite(12);
