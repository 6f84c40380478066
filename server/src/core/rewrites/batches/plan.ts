import type { Node } from '@pgsql/types';
import { inTransaction } from '../../timeline';
import type { FindContext } from '../../rules/rule';
import { relationsIn } from '../../schema/postgres/expressions';
import { relationName } from '../../schema/postgres/resolve';
import { quoteIdentifier, type RelationName } from '../../schema/names';
import { endsByItself } from './ends-by-itself';
import { walkingKey, type WalkingKey } from './key';
import { dmlShape, type DmlShape } from './shape';
import { typedDml } from './typed-tree';

/** How an UPDATE or DELETE is to be done in batches, or the honest reason why it is not. */
export type BatchPlan = { readonly possible: true; readonly shape: DmlShape; readonly relation: RelationName; readonly walk: Walk; readonly count: string | undefined } | { readonly possible: false; readonly reason: string };

export type Walk =
  /** Ranges of a key: every row that was there at the start is visited exactly once. */
  | { readonly by: 'key'; readonly key: WalkingKey }
  /** Any rows that still match, until there are none: for a change that takes its rows out of its own condition. */
  | { readonly by: 'remaining rows' };

/** Works out how the statement can be done in batches. It must be an UPDATE or DELETE by itself. */
export function batchPlan(context: FindContext): BatchPlan {
  const found = walkable(context);
  if (typeof found === 'string') return no(found);
  const { shape, relation, key } = found;
  const typed = typedDml(context.parsed.text);
  const plan = (walk: Walk): BatchPlan => ({ possible: true, shape, relation, walk, count: typed?.count });
  if (key !== undefined && !changesKey(shape, key)) return plan({ by: 'key', key });
  if (shape.verb === 'delete' || (typed !== undefined && endsByItself(typed))) return plan({ by: 'remaining rows' });
  return no(lacksKey(found));
}

/**
 * Why the statement cannot be done in batches, as far as that can be said without the typed tree (which is loaded late);
 * undefined where it can, or may.
 */
export function batchObstacle(context: FindContext): string | undefined {
  const found = walkable(context);
  if (typeof found === 'string') return found;
  const { shape, key } = found;
  if (shape.verb === 'delete' || (key !== undefined && !changesKey(shape, key))) return undefined;
  return `${lacksKey(found)} (batches are offered where it does not)`;
}

interface Walkable {
  readonly shape: DmlShape;
  readonly relation: RelationName;
  readonly key: WalkingKey | undefined;
}

/** The statement's parts, or the reason why no batches are sound whatever the condition says. */
function walkable({ parsed, before, moment, target }: FindContext): Walkable | string {
  const shape = dmlShape(parsed);
  if (shape === undefined) return 'it is part of a larger statement';
  if (target.version < 11) return 'PostgreSQL can commit within a DO block from version 11 only';
  const relation = relationName(shape.target, before);
  const known = before.relation(relation);
  if (known !== undefined && (known.kind === 'view' || known.kind === 'foreign table')) return `${shape.targetName} is a ${known.kind}, which has no key to walk by`;
  if (shape.tree.whereClause !== undefined && 'CurrentOfExpr' in shape.tree.whereClause) return 'WHERE CURRENT OF follows a cursor';
  if (changesInWith(shape)) return 'its WITH clause changes data itself, which would happen again with each batch';
  const mentions = relationsIn(parsed.node, before).filter((mention) => mention.relation === relation);
  if (mentions.length > 1) return `it reads ${shape.targetName} while it changes it, so that later batches would see what earlier ones did`;
  if (inTransaction(moment) && moment.scope !== 'explicit') return 'the migration tool wraps the file in a transaction, and a batch must commit';
  const key = walkingKey(relation, before);
  const scattered = known?.kind === 'partitioned table' || (known?.kind === 'table' && known.children.length > 0);
  if (scattered && (key === undefined || changesKey(shape, key))) return `${shape.targetName} has no unique NOT NULL key to walk by, and its rows lie in several tables`;
  return { shape, relation, key };
}

function lacksKey({ shape, key }: Walkable): string {
  if (key !== undefined) return `it changes the key ${key.columns.join(', ')} that the batches would walk by`;
  return `${shape.targetName} has no primary key and no unique NOT NULL key to walk by, and the condition stays true for rows that are done`;
}

function no(reason: string): BatchPlan {
  return { possible: false, reason };
}

function changesKey({ verb, tree }: DmlShape, key: WalkingKey): boolean {
  if (verb === 'delete' || !('targetList' in tree)) return false;
  return (tree.targetList ?? []).some((item) => 'ResTarget' in item && key.columns.includes(quoteIdentifier(item.ResTarget.name ?? '')));
}

function changesInWith({ tree }: DmlShape): boolean {
  return (tree.withClause?.ctes ?? []).some((item) => {
    const query: Node | undefined = 'CommonTableExpr' in item ? item.CommonTableExpr.ctequery : undefined;
    return query !== undefined && !('SelectStmt' in query);
  });
}
