import type { Node } from '@pgsql/types';
import { displayName, nameParts } from '../../names';
import type { TypeReference } from '../../schema';
import type { SchemaView } from '../../view';
import { BINARY_CASTS } from '../builtins';
import { typeReference } from '../resolve';
import { strings } from '../walk';
import { baseType, domainHasConstraints } from './domains';

/** What ALTER COLUMN TYPE does to the rows and the plain indexes of a column. */
export interface TypeChange {
  /** Every row is written anew, and with them all indexes. */
  readonly rewrites: boolean;
  /** The new type is a domain whose constraints every row has to pass. */
  readonly verifiesDomain: boolean;
  /** Indexes on the column are built anew although the rows stay. Those with expressions or a predicate on it always are. */
  readonly rebuildsIndexes: boolean;
  /** Between timestamp and timestamptz: with a TimeZone of UTC there is no rewrite (and `rewrites` says what happens otherwise). */
  readonly dependsOnTimeZone: boolean;
  /** Whether a type is involved that nobody declared: then this is the worst case. */
  readonly certain: boolean;
  /** As a sentence for people. */
  readonly because: string;
}

export interface TypeChangeInput {
  readonly column: string;
  readonly from: TypeReference;
  readonly to: TypeReference;
  /** The expression after USING. */
  readonly using: Node | undefined;
  readonly fromCollation: string | undefined;
  readonly toCollation: string | undefined;
}

/**
 * Whether a change of type rewrites the table (ATColumnChangeRequiresRewrite and the support functions that simplify
 * casts, src/backend/commands/tablecmds.c, src/backend/utils/adt) and rebuilds plain indexes (CheckIndexCompatible).
 */
export function typeChange(input: TypeChangeInput, schema: SchemaView): TypeChange {
  const { from, to } = input;
  const verifiesDomain = domainHasConstraints(to, schema);
  const steps = stepsOf(input, schema);
  const timeZone = steps !== undefined && steps.some(([a, b]) => isTimeZoneCast(a, b)) && steps.every(([a, b]) => isTimeZoneCast(a, b) || isFree(a, b, schema));
  const free = steps !== undefined && verifiesDomain === false && steps.every(([a, b]) => isFree(a, b, schema));
  const rebuildsIndexes = indexFamily(from, schema) !== indexFamily(to, schema) || input.fromCollation !== input.toCollation;
  const certain = isKnown(from, schema) && isKnown(to, schema);
  return { rewrites: !free, verifiesDomain: verifiesDomain !== false, rebuildsIndexes, dependsOnTimeZone: timeZone, certain, because: reason() };

  function reason(): string {
    const change = `a change from ${typeText(from)} to ${typeText(to)}`;
    if (steps === undefined) return 'the USING expression has to be computed for every row';
    if (verifiesDomain !== false) return `every value has to pass the constraints of the domain ${displayName(to.name)}`;
    if (timeZone) return `${change} keeps the stored values only where TimeZone is UTC`;
    if (!free) return `${change} changes what is stored`;
    if (rebuildsIndexes) return `${change} keeps what is stored but not its order in indexes`;
    return `${change} keeps what is stored`;
  }
}

/** The casts that lead from the old type to the new one; undefined where USING is more than casts of the column. */
function stepsOf({ column, from, to, using }: TypeChangeInput, schema: SchemaView): readonly (readonly [TypeReference, TypeReference])[] | undefined {
  const casts: TypeReference[] = [];
  let at = using;
  while (at !== undefined && !('ColumnRef' in at)) {
    if ('TypeCast' in at && at.TypeCast.typeName !== undefined) {
      casts.unshift(typeReference(at.TypeCast.typeName, schema));
      at = at.TypeCast.arg;
    } else if ('CollateClause' in at) at = at.CollateClause.arg;
    else return undefined;
  }
  if (at !== undefined && strings(at.ColumnRef.fields).at(-1) !== column) return undefined;
  const types = [from, ...casts, to];
  return types.slice(1).map((type, i) => [types[i] ?? from, type] as const);
}

/** Whether a cast leaves the stored bytes as they are: no cast at all, a relabelling, a modifier that only widens. */
function isFree(from: TypeReference, to: TypeReference, schema: SchemaView): boolean {
  // Through domains without constraints; those with them are judged before.
  if (domainHasConstraints(to, schema) !== false) return false;
  const under = baseType(from, schema);
  // A value of a domain comes without the modifier of the type below (exprTypmod of the relabelled column).
  const source = under === from ? from : { ...under, modifiers: [] };
  const target = baseType(to, schema);
  if (source.array !== target.array) return false;
  const same = source.name === target.name;
  if (source.array) return same && (target.modifiers.length === 0 || source.modifiers.join() === target.modifiers.join());
  if (same) return modifierIsFree(builtinName(source), source.modifiers, target.modifiers);
  const [a, b] = [builtinName(source), builtinName(target)];
  if (a === undefined || b === undefined || !binaryCasts.has(`${a}>${b}`)) return false;
  return modifierIsFree(b, isString(a) && isString(b) ? source.modifiers : [], target.modifiers);
}

const isString = (name: string): boolean => name === 'text' || name === 'varchar';
const binaryCasts: ReadonlySet<string> = new Set(BINARY_CASTS.trim().split(/\s+/));

/** What the support functions of the length coercions find out; where a type has none, every change of a modifier is work. */
function modifierIsFree(type: string | undefined, from: readonly number[], to: readonly number[]): boolean {
  if (from.join() === to.join() || to.length === 0) return true;
  const [old, wanted = 0] = [from[0], to[0]];
  switch (type) {
    // varchar_support, varbit_support.
    case 'varchar':
    case 'varbit':
      return old !== undefined && old <= wanted;
    // numeric_support: more digits at the same scale.
    case 'numeric':
      return old !== undefined && old <= wanted && (from[1] ?? 0) === (to[1] ?? 0);
    // TemporalSimplify, src/backend/utils/adt/datetime.c: six digits are all there are.
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return wanted >= MOST_DIGITS || (old !== undefined && old <= wanted);
    case 'interval':
      return intervalIsFree(from, to);
    default:
      return false;
  }
}

/** MAX_TIMESTAMP_PRECISION, MAX_INTERVAL_PRECISION. */
const MOST_DIGITS = 6;
/** INTERVAL_FULL_RANGE. */
const ALL_FIELDS = 0x7fff;

/** The bits of INTERVAL_MASK from the least field up: second, minute, hour, day, month, year (src/include/utils/datetime.h). */
const FIELDS = [12, 11, 10, 3, 1, 2];

/** interval_support (src/backend/utils/adt/timestamp.c): no field is cut off below the least one that there was, and no digit. */
function intervalIsFree(from: readonly number[], to: readonly number[]): boolean {
  const [oldFields = ALL_FIELDS, oldDigits = MOST_DIGITS] = from;
  const [fields = ALL_FIELDS, digits = MOST_DIGITS] = to;
  return leastField(fields) <= leastField(oldFields) && (leastField(oldFields) > 0 || digits >= MOST_DIGITS || digits >= oldDigits);
}

function leastField(fields: number): number {
  return Math.max(0, FIELDS.findIndex((bit) => (fields & (1 << bit)) !== 0));
}

function isTimeZoneCast(from: TypeReference, to: TypeReference): boolean {
  if (from.array || to.array) return false;
  const pair = `${builtinName(from) ?? ''}>${builtinName(to) ?? ''}`;
  return (pair === 'timestamp>timestamptz' || pair === 'timestamptz>timestamp') && (to.modifiers.length === 0 || (to.modifiers[0] ?? 0) >= MOST_DIGITS);
}

/** The types that share an operator class, by the name of one of them (GetDefaultOpClass). */
function indexFamily(type: TypeReference, schema: SchemaView): string {
  const base = baseType(type, schema);
  const name = builtinName(base);
  const family = name === 'varchar' ? 'text' : name === 'cidr' ? 'inet' : (name ?? base.name);
  return base.array ? `${family}[]` : family;
}

function isKnown(type: TypeReference, schema: SchemaView): boolean {
  return builtinName(type) !== undefined || schema.type(type.name) !== undefined || schema.relation(type.name) !== undefined;
}

function builtinName(type: TypeReference): string | undefined {
  const { schema, name } = nameParts(type.name);
  return schema === 'pg_catalog' ? name : undefined;
}

/** A type as people write it. */
function typeText(type: TypeReference): string {
  const name = builtinName(type) ?? displayName(type.name);
  const modifiers = type.modifiers.filter((modifier) => modifier >= 0 && modifier !== ALL_FIELDS);
  return `${name}${modifiers.length === 0 ? '' : `(${modifiers.join(',')})`}${type.array ? '[]' : ''}`;
}

/** Types of which each holds all values of those before it. */
const WIDENING: readonly (readonly string[])[] = [
  ['int2', 'int4', 'int8', 'numeric'],
  ['float4', 'float8'],
  ['date', 'timestamp'],
  ['date', 'timestamptz'],
  ['json', 'text'],
  ['xml', 'text'],
  ['uuid', 'text'],
  ['cidr', 'inet', 'text'],
  ['bpchar', 'varchar', 'text'],
];

/** Whether a value of the old type may not fit into the new one, so that the old release's writes may fail or lose digits. */
export function isNarrowing(from: TypeReference, to: TypeReference): boolean {
  if (from.array !== to.array) return true;
  const [a, b] = [builtinName(from), builtinName(to)];
  if (from.name === to.name) return shrinks(a, from.modifiers, to.modifiers);
  if (a === undefined || b === undefined) return b !== 'text';
  if (b === 'text') return false;
  if (isCharacter(a) && isCharacter(b)) return shrinks('varchar', a === 'text' ? [] : from.modifiers, to.modifiers);
  const wider = WIDENING.some((chain) => chain.includes(a) && chain.indexOf(a) < chain.indexOf(b));
  if (!wider) return !(a.startsWith('timestamp') && b.startsWith('timestamp') && !shrinks('timestamp', from.modifiers, to.modifiers));
  return b === 'numeric' && to.modifiers.length > 0 ? (to.modifiers[0] ?? 0) - (to.modifiers[1] ?? 0) < (DIGITS[a] ?? 0) : false;
}

const isCharacter = (name: string): boolean => name === 'text' || name === 'varchar' || name === 'bpchar';
/** Decimal digits of the largest value. */
const DIGITS: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };

function shrinks(type: string | undefined, from: readonly number[], to: readonly number[]): boolean {
  if (to.length === 0) return false;
  if (from.length === 0) return !((type ?? '').startsWith('time') && (to[0] ?? 0) >= MOST_DIGITS);
  if (type === 'numeric') {
    const [precision = 0, scale = 0] = from;
    const [newPrecision = 0, newScale = 0] = to;
    return newScale < scale || newPrecision - newScale < precision - scale;
  }
  const last = type === 'interval' ? 1 : 0;
  return (to[last] ?? Infinity) < (from[last] ?? Infinity);
}
