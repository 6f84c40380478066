import type { RuleMeta } from '../core/rules/rule';
import { print } from './output';
import { ruleById } from './rule-names';

/** `lockscope explain RULE`: prints the rule's page. */
export function explain(rule: string): number {
  print(page(ruleById(rule)));
  return 0;
}

function page({ id, summary, severity, danger, safeWay, whenToIgnore, sources }: RuleMeta): string {
  return [`# ${id}`, `${summary} (${severity}).`, danger, '## The safe way', safeWay, '## When to ignore it', whenToIgnore, '## Sources', sources.map((source) => `- ${source}`).join('\n'), '']
    .join('\n\n')
    .replace(/\n+$/u, '\n');
}
