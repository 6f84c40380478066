import { effectsSuite } from './suite';

effectsSuite(15);
