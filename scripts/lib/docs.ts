import { RULE_METAS } from '../../server/src/core/rules';
import { rulePage, rulesPage } from '../../server/src/reporters/rule-page';

/** The pages of docs/rules, by file name. */
export function pages(): Map<string, string> {
  return new Map([['README.md', rulesPage(RULE_METAS)], ...RULE_METAS.map((meta): [string, string] => [`${meta.id}.md`, rulePage(meta)])]);
}
