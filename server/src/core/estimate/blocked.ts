import type { Analysis } from '../analysis';
import type { LockClaim } from '../effects/effects';
import { blocks, blocksTraffic, strength, type LockMode } from '../effects/postgres/lock-modes';
import type { RelationName } from '../schema/names';
import { inTransaction } from '../timeline';
import type { Blocked, Duration, StatementEstimate } from './estimate';
import { Sums } from './sums';

type Estimates = readonly (StatementEstimate | undefined)[];

/** A lock that is still held. */
interface Open {
  readonly claim: LockClaim;
  readonly from: number;
  readonly transaction: number;
}

/**
 * How long each transaction keeps readers or writers of a relation out. What the file itself creates nobody waits for.
 * One walk over the statements: a transaction may hold thousands of locks over thousands of statements.
 */
export function blockedBy({ statements, path }: Analysis, estimates: Estimates): readonly Blocked[] {
  const sums = Sums.of(estimates);
  const found: Blocked[] = [];
  let open: Open[] = [];
  let modes = new Map<RelationName, LockMode>();
  let transaction: number | undefined;
  let last = -1;
  let rolledBack = false;
  const close = ({ claim: { relation, mode }, from, transaction: of }: Open): void => {
    const time = sums.over(from, last).unknown === undefined ? sums.over(from, last).known : undefined;
    found.push({ relation, transaction: of, from, to: last, mode, blocks: blocks(mode).includes('read') ? 'reads and writes' : 'writes', time });
  };
  for (const [index, statement] of statements.entries()) {
    const { effects, moment, segment } = statement;
    if (statement.transaction !== transaction || !inTransaction(moment)) {
      open.forEach(close);
      open = [];
      modes = new Map();
    } else if (rolledBack) {
      // What was taken since the savepoint is given back.
      const kept = new Set(moment.held.map(({ claim }) => claim.relation));
      open.filter(({ claim }) => !kept.has(claim.relation)).forEach(close);
      open = open.filter(({ claim }) => kept.has(claim.relation));
      modes = new Map(moment.held.map(({ claim }) => [claim.relation, claim.mode]));
    }
    ({ transaction } = statement);
    last = index;
    rolledBack = effects?.control?.kind === 'rollback to';
    if (effects === undefined || segment.direction !== 'up') continue;
    for (const claim of effects.locks) {
      const held = modes.get(claim.relation);
      if (held !== undefined && strength(held) >= strength(claim.mode)) continue;
      modes.set(claim.relation, claim.mode);
      if (isFelt(claim, path)) open.push({ claim, from: index, transaction: statement.transaction });
    }
  }
  open.forEach(close);
  return found.sort((a, b) => a.from - b.from);
}

/** The time during which some relation's readers, or writers, are kept out; undefined where part of it cannot be told. */
export function blockedInAll(blocked: readonly Blocked[], estimates: Estimates): { readonly blocksReads: Duration | undefined; readonly blocksWrites: Duration | undefined } {
  const under = (what: 'reads' | 'writes'): Duration | undefined => {
    const covered = statementsUnder(blocked, what);
    const { known, unknown } = Sums.of(estimates.map((estimate, index) => (covered.has(index) ? estimate : undefined))).over(0, estimates.length - 1);
    return unknown === undefined ? known : undefined;
  };
  return { blocksReads: under('reads'), blocksWrites: under('writes') };
}

/** The statements that run while readers, or writers, of some relation are kept out. */
export function statementsUnder(blocked: readonly Blocked[], what: 'reads' | 'writes'): ReadonlySet<number> {
  const under = new Set<number>();
  let reached = -1;
  // In the order of their starts, so that each statement is looked at once.
  for (const { blocks: who, from, to } of blocked) {
    if (!who.includes(what)) continue;
    for (let index = Math.max(from, reached + 1); index <= to; index += 1) under.add(index);
    reached = Math.max(reached, to);
  }
  return under;
}

/** What the file itself creates nobody uses yet; what an earlier migration created, everybody may. */
export function isFelt({ mode, relationKind, origin }: LockClaim, path: string): boolean {
  return blocksTraffic(mode) && origin !== path && relationKind !== 'index' && relationKind !== 'partitioned index';
}
