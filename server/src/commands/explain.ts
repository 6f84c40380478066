import { rulePage } from '../reporters/rule-page';
import { print } from './output';
import { ruleById } from './rule-names';

/** `lockscope explain RULE`: prints the rule's page, the same as in docs/rules. */
export function explain(rule: string): number {
  print(rulePage(ruleById(rule)));
  return 0;
}
