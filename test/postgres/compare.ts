/** How far a claim is from the truth. */
import { type LockMode, strength } from '../../server/src/core/effects/postgres/lock-modes';
import type { NamedCase } from './cases/index';
import type { Claim } from './claim';
import type { Truth } from './measure';

/** Sentences that say where the claim is wrong; none where it is right. */
export function differences(example: NamedCase, claim: Claim, truth: Truth): string[] {
  return [
    ...claim.problems.map((problem) => `does not parse: ${problem}`),
    ...lockDifferences(example, claim, truth),
    // An emptied table has a new file and nothing in it: called a rewrite or not.
    ...setDifferences(
      'rewrites',
      claim.rewrites.filter((name) => !truth.emptied.includes(name)),
      truth.rewrites,
    ),
    ...(truth.emptied.length > 0 ? [] : setDifferences('rebuilds', claim.rebuilds, truth.rebuilds)),
    ...(leavesPathToPlanner(example)
      ? []
      : setDifferences('scans', without(claim.scans, truth.rewrites), without(truth.scans, truth.rewrites))),
    ...(claim.inTransaction === truth.inTransaction
      ? []
      : [
          `claimed ${claim.inTransaction ? '' : 'not '}to run in a transaction block, which the server ${truth.inTransaction ? 'allows' : 'refuses'}`,
        ]),
  ];
}

/**
 * Every lock that was taken must be claimed with its mode. A claim that calls itself conditional may go further,
 * where rows decide what happens: whether a foreign key is checked, a trigger fires, a branch is taken.
 */
function lockDifferences(example: NamedCase, claim: Claim, truth: Truth): string[] {
  const found: string[] = [];
  const claimed = new Map(claim.locks.map((lock) => [lock.relation, lock]));
  const taken = new Map(truth.locks.map((lock) => [lock.relation, lock]));
  for (const { relation, kind, mode } of truth.locks) {
    const said = claimed.get(relation);
    if (said === undefined) {
      if (EXACT.has(kind) && !(example.unknown === true && claim.certainty === 'conditional'))
        found.push(`lock not claimed: ${relation} ${mode}`);
    } else if (kind === 'index' && !truth.inTransaction && goesFurther(mode, said.mode)) {
      // Seen only now and then: see below.
      continue;
    } else if (said.mode !== mode && !(goesFurther(said.mode, mode) && said.certainty === 'conditional' && rowsDecide(example))) {
      found.push(`lock of ${relation}: claimed ${said.mode}, taken ${mode}`);
    }
  }
  for (const { relation, kind, mode, certainty } of claim.locks) {
    if (taken.has(relation) || (certainty === 'conditional' && rowsDecide(example))) continue;
    // The last, exclusive locks on indexes that a statement outside of transactions takes are too short to be seen.
    if (kind === 'index' && !truth.inTransaction) continue;
    found.push(`lock claimed and not taken: ${relation} ${mode}`);
  }
  return found;
}

/** Indexes and composite types are compared where they are claimed. */
const EXACT = new Set<string>(['table', 'partitioned table', 'foreign table', 'view', 'materialized view', 'sequence']);
const goesFurther = (said: LockMode, taken: LockMode): boolean => strength(said) > strength(taken);

const rowsDecide = (example: NamedCase): boolean =>
  /^(with|insert|update|delete|merge|do|call|select|copy|explain|values)\b/i.test(bare(example.sql));
/** The planner chooses between a scan and an index: not for the model to say. */
const leavesPathToPlanner = (example: NamedCase): boolean =>
  rowsDecide(example) ||
  /^(table|refresh|prepare|declare|create (temp\w* |unlogged )?table .* as\b|create materialized)/i.test(bare(example.sql));
const bare = (sql: string): string => sql.replace(/\/\*.*?\*\/|--.*\n/gs, ' ').trim();

const without = (names: readonly string[], others: readonly string[]): string[] => names.filter((name) => !others.includes(name));

function setDifferences(what: string, claimed: readonly string[], measured: readonly string[]): string[] {
  return [
    ...without(claimed, measured).map((name) => `${what}: claimed and not so: ${name}`),
    ...without(measured, claimed).map((name) => `${what}: not claimed: ${name}`),
  ];
}
