import { effectsSuite } from './suite';

effectsSuite(17);
