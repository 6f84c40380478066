import { IMMUTABLE_FUNCTIONS, MIXED_FUNCTIONS, OPERATORS, RELATIONS, STABLE_FUNCTIONS, TYPES, VOLATILE_FUNCTIONS } from './builtins';

type Volatility = 'immutable' | 'stable' | 'volatile';

/** Whether pg_catalog has a type of this internal name (`int4`, not `integer`). */
export function isBuiltinType(name: string): boolean {
  return types.has(name);
}

/** Whether pg_catalog has a table or view of this name. */
export function isCatalogRelation(name: string): boolean {
  return relations.has(name);
}

/** Whether pg_catalog has an operator of these characters. */
export function isBuiltinOperator(name: string): boolean {
  return operators.has(name);
}

/** Whether pg_catalog has a function of this name. */
export function isBuiltinFunction(name: string): boolean {
  return volatilities.has(name);
}

/**
 * How volatile a built-in function is, or undefined where there is none of this name. Where overloads differ it is
 * the most volatile one that takes so many arguments.
 */
export function builtinVolatility(name: string, argumentCount: number): Volatility | undefined {
  const known = volatilities.get(name);
  if (known === undefined || typeof known === 'string') return known;
  return known[argumentCount] ?? 'volatile';
}

const words = (list: string): string[] => list.trim().split(/\s+/);
const types = new Set(words(TYPES));
const relations = new Set(words(RELATIONS));
const operators = new Set(words(OPERATORS));
const volatilities = new Map<string, Volatility | readonly (Volatility | undefined)[]>();
for (const name of words(IMMUTABLE_FUNCTIONS)) volatilities.set(name, 'immutable');
for (const name of words(STABLE_FUNCTIONS)) volatilities.set(name, 'stable');
for (const name of words(VOLATILE_FUNCTIONS)) volatilities.set(name, 'volatile');
const LETTERS: Readonly<Record<string, Volatility>> = { i: 'immutable', s: 'stable', v: 'volatile' };
for (const line of MIXED_FUNCTIONS.trim().split('\n')) {
  const [name = '', ...overloads] = words(line);
  const byCount: (Volatility | undefined)[] = [];
  for (const overload of overloads) byCount[Number(overload.slice(0, -1))] = LETTERS[overload.slice(-1)];
  volatilities.set(name, byCount);
}
