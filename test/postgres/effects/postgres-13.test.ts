import { effectsSuite } from './suite';

effectsSuite(13);
