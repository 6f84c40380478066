import { effectsSuite } from './suite';

effectsSuite(16);
