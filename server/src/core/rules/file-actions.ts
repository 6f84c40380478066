import type { StatementAnalysis } from '../analysis';
import type { Action, Effects } from '../effects/effects';
import { blocksTraffic } from '../effects/postgres/lock-modes';
import type { RelationName } from '../schema/names';
import type { FileContext } from './rule';

/** A statement and its index in the file. */
export type Numbered = readonly [index: number, statement: StatementAnalysis];

type Statements = Pick<FileContext, 'statements'>;

/** What follows from a statement's effects as a whole. */
const WHOLE = [
  /** BEGIN. */
  'begin',
  /** A lock that keeps readers or writers out. */
  'blocks traffic',
  /** ALTER TABLE that rewrites or reads a table. */
  'goes through a table',
  /** Creates or drops a relation, or may give a table its primary key. */
  'creates or drops',
  /** Does not parse. */
  'broken',
] as const;

/** What rules of files look for in statements. */
type Trait = Action['kind'] | (typeof WHOLE)[number];

/**
 * A bit for each trait, of the 31 that a small integer has. Kinds of action take those that are left in turns, so that
 * some share one: a common bit says that a statement may have the trait, and only none says that it does not.
 */
const bits = new Map<string, number>(WHOLE.map((trait, index) => [trait, 1 << index]));

function bitOf(trait: Trait): number {
  let bit = bits.get(trait);
  if (bit === undefined) bits.set(trait, (bit = 1 << (WHOLE.length + ((bits.size - WHOLE.length) % (31 - WHOLE.length)))));
  return bit;
}

const isWhole = (trait: Trait): boolean => (WHOLE as readonly string[]).includes(trait);

/** The statements that have one of these traits, in the file's order. */
export function statementsWith({ statements }: Statements, ...traits: readonly Trait[]): readonly Numbered[] {
  const mask = traits.reduce((all, trait) => all | bitOf(trait), 0);
  const certain = traits.filter(isWhole).reduce((all, trait) => all | bitOf(trait), 0);
  const digest = digestOf(statements);
  const found: Numbered[] = [];
  for (let index = 0; index < digest.length; index++) {
    const own = digest[index] ?? 0;
    const statement = statements[index];
    if ((own & mask) === 0 || statement === undefined) continue;
    if ((own & certain) !== 0 || statement.effects?.actions.some(({ kind }) => traits.includes(kind)) === true) found.push([index, statement]);
  }
  return found;
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

/** The traits of each statement. */
type Digest = Int32Array;

const digests = new WeakMap<readonly StatementAnalysis[], Digest>();

function digestOf(statements: readonly StatementAnalysis[]): Digest {
  return digests.get(statements) ?? digest(statements, []);
}

/**
 * Works out the traits of a file's statements, and keeps them for the rules. What an earlier version of the file had in
 * the same place, or in the same place counted from the end, is taken over where its effects are the same.
 */
export function digest(statements: readonly StatementAnalysis[], previous: readonly StatementAnalysis[]): Digest {
  const made = new Int32Array(statements.length);
  const old = digests.get(previous);
  const shift = statements.length - previous.length;
  for (let index = 0; index < statements.length; index++) {
    const effects = statements[index]?.effects;
    if (old !== undefined && index < previous.length && previous[index]?.effects === effects) made[index] = old[index] ?? 0;
    else if (old !== undefined && index >= shift && previous[index - shift]?.effects === effects) made[index] = old[index - shift] ?? 0;
    else made[index] = traitsOf(effects);
  }
  digests.set(statements, made);
  return made;
}

function traitsOf(effects: Effects | undefined): number {
  if (effects === undefined) return bitOf('broken');
  const { actions, control, locks, kind, rewrites, scans, creates, drops } = effects;
  let traits = 0;
  for (const action of actions) {
    traits |= bitOf(action.kind);
    if (addsKey(action)) traits |= bitOf('creates or drops');
  }
  if (control?.kind === 'begin') traits |= bitOf('begin');
  if (locks.some(({ mode }) => blocksTraffic(mode))) traits |= bitOf('blocks traffic');
  if (kind === 'ALTER TABLE' && (rewrites.length > 0 || scans.length > 0)) traits |= bitOf('goes through a table');
  if (creates.length > 0 || drops.length > 0) traits |= bitOf('creates or drops');
  return traits;
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
