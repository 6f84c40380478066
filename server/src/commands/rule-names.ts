import { RULE_METAS } from '../core/rules';
import type { RuleMeta } from '../core/rules/rule';
import { didYouMean } from '../core/spelling';
import { Failure } from './failure';

/** The rule of an id. Throws a {@link Failure} for one that does not exist. */
export function ruleById(id: string): RuleMeta {
  const found = RULE_METAS.find((meta) => meta.id === id);
  if (found !== undefined) return found;
  const hint = didYouMean(
    id,
    RULE_METAS.map((meta) => meta.id),
  );
  throw new Failure(`there is no rule "${id}".${hint === '' ? ' lockscope rules lists them.' : hint}`);
}
