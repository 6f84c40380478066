import type { StatementAnalysis } from '../analysis';
import type { Action } from '../effects/effects';
import { blocksTraffic } from '../effects/postgres/lock-modes';
import type { Alike } from '../lists';
import type { RelationName } from '../schema/names';
import type { FileContext } from './rule';
import { isTimeoutSet } from './timeout';

/** A statement and its index in the file. */
export type Numbered = readonly [index: number, statement: StatementAnalysis];

type Statements = Pick<FileContext, 'statements'>;

/** What follows from a statement's effects as a whole. */
type Whole =
  /** BEGIN. */
  | 'begin'
  /** A lock that keeps readers or writers out, and no lock_timeout is set. */
  | 'untimed lock'
  /** The same in a transaction that the script opens. */
  | 'untimed lock in a transaction'
  /** ALTER TABLE that rewrites or reads a table. */
  | 'goes through a table'
  /** Adds a foreign key by ADD CONSTRAINT. */
  | 'adds a foreign key'
  /** Adds a constraint NOT VALID to a table that was there before. */
  | 'adds a constraint not valid'
  /** Creates a table whose columns and constraints are written out, without a primary key. */
  | 'creates a table without a key'
  /** Creates or drops a relation, or may give a table its primary key. */
  | 'creates or drops'
  /** Does not parse. */
  | 'broken';

/** What rules of files look for in statements. */
type Trait = Action['kind'] | Whole;

/** How many integers of 32 bits hold the traits of a statement: enough for one bit a trait. */
const WORDS = 4;

/** The number of each trait's bit. */
const numbers = new Map<string, number>();

function bitOf(trait: Trait): number {
  let number = numbers.get(trait);
  if (number === undefined) {
    number = numbers.size;
    if (number >= WORDS * 32) throw new RangeError('there are more traits than bits');
    numbers.set(trait, number);
  }
  return number;
}

/** The statements that have one of these traits, in the file's order. */
export function statementsWith(file: Statements, ...traits: readonly Trait[]): readonly Numbered[] {
  return [...eachWith(file, ...traits)];
}

/** The same one after the other, for those who may not want them all. */
export function* eachWith({ statements }: Statements, ...traits: readonly Trait[]): Generator<Numbered> {
  const digest = digestOf(statements);
  const mask = new Int32Array(WORDS);
  for (const trait of traits) setBit(mask, 0, trait);
  for (let index = nextWith(digest, mask, 0); index < statements.length; index = nextWith(digest, mask, index + 1)) {
    const statement = statements[index];
    if (statement !== undefined) yield [index, statement];
  }
}

/** The first statement from an index on that has a trait of the mask. */
function nextWith(digest: Digest, mask: Int32Array, from: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = mask;
  for (let at = from * WORDS; at < digest.length; at += WORDS) {
    const common = ((digest[at] ?? 0) & first) | ((digest[at + 1] ?? 0) & second) | ((digest[at + 2] ?? 0) & third) | ((digest[at + 3] ?? 0) & fourth);
    if (common !== 0) return at / WORDS;
  }
  return digest.length / WORDS;
}

/** Whether a statement of the file has a trait. */
export function hasTrait({ statements }: Statements, index: number, trait: Trait): boolean {
  const bit = bitOf(trait);
  return index >= 0 && index < statements.length && ((digestOf(statements)[index * WORDS + (bit >> 5)] ?? 0) & (1 << (bit & 31))) !== 0;
}

function setBit(words: Int32Array, at: number, trait: Trait): void {
  const bit = bitOf(trait);
  const word = at + (bit >> 5);
  words[word] = (words[word] ?? 0) | (1 << (bit & 31));
}

/** Whether a statement behind the one at `index` creates the relation. */
export function isCreatedLater({ statements }: Statements, index: number, relation: RelationName): boolean {
  return (endOf(statements).lastCreation.get(relation) ?? -1) > index;
}

/** Whether a statement behind the one at `index` gives the table a primary key, or drops it; a broken one may be the one. */
export function isKeyedLater({ statements }: Statements, index: number, table: RelationName): boolean {
  const { lastKey, lastBroken } = endOf(statements);
  return lastBroken > index || (lastKey.get(table) ?? -1) > index;
}

/** The traits of each statement, {@link WORDS} integers for each. */
type Digest = Int32Array;

const digests = new WeakMap<readonly StatementAnalysis[], Digest>();

function digestOf(statements: readonly StatementAnalysis[]): Digest {
  return digests.get(statements) ?? digest(statements, [], { head: 0, tail: statements.length });
}

/**
 * Works out the traits of a file's statements, and keeps them for the rules. What an earlier version of the file had in
 * the same place, or in the same place counted from the end, is taken over where its effects are the same.
 * @param alike where both did the same
 */
export function digest(statements: readonly StatementAnalysis[], previous: readonly StatementAnalysis[], { head, tail }: Alike): Digest {
  const made = new Int32Array(statements.length * WORDS);
  const old = digests.get(previous) ?? new Int32Array();
  const shift = statements.length - previous.length;
  let index = 0;
  const take = (from: number): void => {
    for (let word = 0; word < WORDS; word++) made[index * WORDS + word] = old[from * WORDS + word] ?? 0;
  };
  made.set(old.subarray(0, head * WORDS));
  made.set(old.subarray((tail - shift) * WORDS), tail * WORDS);
  for (index = head; index < tail; index++) {
    const statement = statements[index];
    if (statement === undefined) break;
    const sameAs = (other: StatementAnalysis | undefined): boolean => other !== undefined && other.effects === statement.effects && other.moment === statement.moment;
    if (sameAs(previous[index])) take(index);
    else if (sameAs(previous[index - shift])) take(index - shift);
    else addTraits(statement, made, index * WORDS);
  }
  digests.set(statements, made);
  return made;
}

function addTraits({ effects, moment }: StatementAnalysis, words: Int32Array, at: number): void {
  if (effects === undefined) {
    setBit(words, at, 'broken');
    return;
  }
  const { actions, control, locks, kind, rewrites, scans, creates, drops } = effects;
  for (const action of actions) {
    setBit(words, at, action.kind);
    if (addsKey(action)) setBit(words, at, 'creates or drops');
    if (action.kind === 'add constraint' && action.constraint === 'foreign key') setBit(words, at, 'adds a foreign key');
    if (action.kind === 'add constraint' && action.notValid && !action.isNew) setBit(words, at, 'adds a constraint not valid');
    if (action.kind === 'create table' && !action.hasPrimaryKey && !action.as && action.partitionOf === undefined) setBit(words, at, 'creates a table without a key');
  }
  if (control?.kind === 'begin') setBit(words, at, 'begin');
  if (locks.some(({ mode, relationKind }) => blocksTraffic(mode) && relationKind !== 'index') && !isTimeoutSet(moment.settings.lock_timeout)) {
    setBit(words, at, moment.scope === 'explicit' ? 'untimed lock in a transaction' : 'untimed lock');
  }
  if (kind === 'ALTER TABLE' && (rewrites.length > 0 || scans.length > 0)) setBit(words, at, 'goes through a table');
  if (creates.length > 0 || drops.length > 0) setBit(words, at, 'creates or drops');
}

/** What the file does last, by relation: so that looking ahead costs the same for the first statement as for the last. */
interface End {
  /** The last statement that creates a relation. */
  readonly lastCreation: ReadonlyMap<RelationName, number>;
  /** The last statement that gives a table a primary key, or drops it. */
  readonly lastKey: ReadonlyMap<RelationName, number>;
  /** The last statement that does not parse, or -1. */
  readonly lastBroken: number;
}

const known = new WeakMap<readonly StatementAnalysis[], End>();

function endOf(statements: readonly StatementAnalysis[]): End {
  let end = known.get(statements);
  if (end === undefined) known.set(statements, (end = lookAhead(statements)));
  return end;
}

function lookAhead(statements: readonly StatementAnalysis[]): End {
  const lastCreation = new Map<RelationName, number>();
  const lastKey = new Map<RelationName, number>();
  let lastBroken = -1;
  for (const [index, { effects }] of statementsWith({ statements }, 'creates or drops', 'broken')) {
    if (effects === undefined) {
      lastBroken = index;
      continue;
    }
    for (const relation of effects.drops) lastKey.set(relation, index);
    for (const relation of effects.creates) lastCreation.set(relation, index);
    for (const action of effects.actions) if (action.relation !== undefined && addsKey(action)) lastKey.set(action.relation, index);
  }
  return { lastCreation, lastKey, lastBroken };
}

function addsKey(action: Action): boolean {
  if (action.kind === 'add constraint') return action.constraint === 'primary key';
  return action.kind === 'add column' && action.constraints.includes('primary key');
}
