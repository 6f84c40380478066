import { blocksTraffic, type LockMode } from '../effects/postgres/lock-modes';
import type { Duration } from '../estimate/estimate';
import { durationInWords, isNotable, rowsInWords, sizeInWords } from '../quantities';
import type { RelationName } from '../schema/names';
import { inTransaction } from '../timeline';
import type { FindContext, RuleMeta, Said, Severity } from './rule';
import { called, waiting } from './words';

/**
 * A finding that also says how large and busy the relation is that it concerns, where somebody measured that and the
 * statement keeps its readers or writers waiting, or works through its rows: "users has 2.1 M rows, 1.4 GB, about
 * 300 writes/s: writes wait about 1.7 s (1.1 to 3)." Its severity follows that time.
 * @param state of the rule; where it is an action, or holds one, that one's relation is meant
 * @param time how long the statement takes by itself, in seconds
 */
export function withSize(said: Said, meta: RuleMeta, state: unknown, context: FindContext, time: () => Duration | undefined): Said {
  const relation = relationOf(state) ?? subjectOf(context);
  const size = relation === undefined || !concernsRows(relation, context) ? undefined : context.statistics.sizeOf(relation);
  const words = size === undefined ? undefined : sizeInWords(size);
  if (relation === undefined || words === undefined) return said;
  const mode = blockingMode(relation, context);
  const lasts = mode === undefined || size?.rows === undefined ? undefined : time();
  const isSaid = size?.rows !== undefined && said.message.includes(rowsInWords(size.rows));
  const severity = lasts === undefined || !worksThrough(relation, context) ? said.severity : severityOf(said.severity ?? meta.severity, lasts, context);
  const wait = mode === undefined || lasts === undefined || !isNotable(lasts) ? '' : `: ${waiting(mode)} ${durationInWords(lasts)}${inTransaction(context.moment) ? ', and until the transaction ends' : ''}`;
  return { ...said, ...(severity === undefined ? {} : { severity }), message: isSaid ? said.message : `${said.message} ${called(relation)} has ${words}${wait}.` };
}

/**
 * An error is one where the wait may well be longer than the lock budget, and a warning where it hardly is; what is a
 * warning because it may be short is an error where it is surely longer.
 */
function severityOf(severity: Severity, { low, likely }: Duration, { options: { lockBudget } }: FindContext): Severity {
  if (severity === 'error') return likely * 1000 <= lockBudget ? 'warning' : 'error';
  return severity === 'warning' && low * 1000 > lockBudget ? 'error' : severity;
}

/** The lock that keeps readers or writers of a relation waiting. */
function blockingMode(relation: RelationName, { effects: { locks } }: FindContext): LockMode | undefined {
  const mode = locks.find((lock) => lock.relation === relation)?.mode;
  return mode !== undefined && blocksTraffic(mode) ? mode : undefined;
}

/** Whether the statement reads or writes all rows of a relation. */
function worksThrough(relation: RelationName, { effects: { rewrites, scans } }: FindContext): boolean {
  return rewrites.includes(relation) || scans.includes(relation);
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

function concernsRows(relation: RelationName, context: FindContext): boolean {
  const { effects: { locks, actions }, path } = context;
  const claim = locks.find((lock) => lock.relation === relation);
  if (claim?.origin === path) return false;
  if (claim !== undefined && blocksTraffic(claim.mode)) return true;
  return worksThrough(relation, context) || actions.some((action) => action.relation === relation && (action.kind === 'update' || action.kind === 'delete'));
}
