import type { Comparison, Formula } from './formula';

/** How two constants of a column stand to each other: below 0, 0, above 0; undefined where only the server knows. */
export type Order = (column: string, a: string, b: string) => number | undefined;

/**
 * Whether one condition follows from another by the steps that the server takes: where the first is not false, the
 * second is not false either (predicate_implied_by with weak implication, src/backend/optimizer/util/predtest.c).
 * A comparison therefore never proves IS NOT NULL: a CHECK lets NULL pass.
 */
export function implies(known: Formula, wanted: Formula, order: Order): boolean {
  if (wanted.kind === 'and') return wanted.arms.every((arm) => implies(known, arm, order));
  if (known.kind === 'or') {
    return known.arms.length > 0 && known.arms.every((arm) => (wanted.kind === 'or' ? wanted.arms.some((goal) => implies(arm, goal, order)) : implies(arm, wanted, order)));
  }
  if (known.kind === 'and') {
    if (wanted.kind === 'or' && wanted.arms.some((goal) => implies(known, goal, order))) return true;
    return known.arms.some((arm) => implies(arm, wanted, order));
  }
  if (wanted.kind === 'or') return wanted.arms.some((goal) => implies(known, goal, order));
  return atomImplies(known, wanted, order);
}

type Atom = Exclude<Formula, { kind: 'and' | 'or' }>;

function atomImplies(known: Atom, wanted: Atom, order: Order): boolean {
  if (known.kind === 'other' || wanted.kind === 'other' || known.column !== wanted.column) return false;
  if (known.kind !== 'compare' || wanted.kind !== 'compare') return known.kind === wanted.kind;
  const difference = known.value === wanted.value ? 0 : order(known.column, known.value, wanted.value);
  return difference !== undefined && IMPLIED[known.operator][wanted.operator]?.(Math.sign(difference)) === true;
}

type Test = (order: number) => boolean;
const below: Test = (order) => order < 0;
const atMost: Test = (order) => order <= 0;
const same: Test = (order) => order === 0;
const atLeast: Test = (order) => order >= 0;
const above: Test = (order) => order > 0;
const apart: Test = (order) => order !== 0;

/** `c known a` implies `c wanted b` where the order of a and b passes the test (BT_implic_table, BT_implies_table). */
const IMPLIED: Readonly<Record<Comparison, Partial<Record<Comparison, Test>>>> = {
  '<': { '<': atMost, '<=': atMost, '<>': atMost },
  '<=': { '<': below, '<=': atMost, '<>': below },
  '=': { '<': below, '<=': atMost, '=': same, '>=': atLeast, '>': above, '<>': apart },
  '>=': { '>=': atLeast, '>': above, '<>': above },
  '>': { '>=': atLeast, '>': atLeast, '<>': atLeast },
  '<>': { '<>': same },
};
