import type { FileRule, Rule, RuleMeta } from './rule';

/** Every rule that judges statements. A new one is a file beside this one and a line here. */
export const RULES: readonly Rule[] = [];

/** Every rule that judges whole files. */
export const FILE_RULES: readonly FileRule[] = [];

/** What people read about all rules, in the order of their groups and ids. */
export const RULE_METAS: readonly RuleMeta[] = [...RULES, ...FILE_RULES]
  .map((rule) => rule.meta)
  .sort((a, b) => a.group.localeCompare(b.group) || a.id.localeCompare(b.id));
