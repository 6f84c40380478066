import { blocksTraffic } from '../effects/postgres/lock-modes';
import { rowsInWords, sizeInWords } from '../quantities';
import type { RelationName } from '../schema/names';
import type { FindContext, Said } from './rule';
import { called } from './words';

/**
 * A finding that also says how large and busy the relation is that it concerns, where somebody measured that and the
 * statement keeps its readers or writers waiting, or works through its rows: "users has 2.1 M rows, 1.4 GB, about 300 writes/s."
 * @param state of the rule; where it is an action, or holds one, that one's relation is meant
 */
export function withSize(said: Said, state: unknown, context: FindContext): Said {
  const relation = relationOf(state) ?? subjectOf(context);
  const size = relation === undefined || !concernsRows(relation, context) ? undefined : context.statistics.sizeOf(relation);
  const words = size === undefined ? undefined : sizeInWords(size);
  if (words === undefined || (size?.rows !== undefined && said.message.includes(rowsInWords(size.rows)))) return said;
  return { ...said, message: `${said.message} ${called(relation)} has ${words}.` };
}

function relationOf(state: unknown): RelationName | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  if ('relation' in state && typeof state.relation === 'string') return state.relation as RelationName;
  return 'action' in state ? relationOf(state.action) : undefined;
}

/** The one relation that a statement keeps others from, leaving out its partitions. */
function subjectOf({ effects }: FindContext): RelationName | undefined {
  return effects.locks.find(({ mode }) => blocksTraffic(mode))?.relation;
}

function concernsRows(relation: RelationName, { effects: { locks, rewrites, scans, actions }, path }: FindContext): boolean {
  const claim = locks.find((lock) => lock.relation === relation);
  if (claim?.origin === path) return false;
  if (claim !== undefined && blocksTraffic(claim.mode)) return true;
  return rewrites.includes(relation) || scans.includes(relation) || actions.some((action) => action.relation === relation && (action.kind === 'update' || action.kind === 'delete'));
}
