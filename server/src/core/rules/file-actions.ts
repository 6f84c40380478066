import type { StatementAnalysis } from '../analysis';
import type { Action } from '../effects/effects';
import type { RelationName } from '../schema/names';
import type { FileContext } from './rule';

/** A statement and its index in the file. */
export type Numbered = readonly [index: number, statement: StatementAnalysis];

type Statements = Pick<FileContext, 'statements'>;

/** The statements that have an action of one of these kinds, in the file's order. One pass serves all rules. */
export function statementsWith({ statements }: Statements, ...kinds: readonly Action['kind'][]): readonly Numbered[] {
  const { byKind } = indexOf(statements);
  const found = kinds.map((kind) => byKind.get(kind) ?? []);
  const [only, ...more] = found;
  const indexes = more.length === 0 ? (only ?? []) : [...new Set(found.flat())].sort((a, b) => a - b);
  return indexes.flatMap((index): Numbered[] => {
    const statement = statements[index];
    return statement === undefined ? [] : [[index, statement]];
  });
}

/** Whether a statement behind the one at `index` creates the relation. */
export function isCreatedLater({ statements }: Statements, index: number, relation: RelationName): boolean {
  return (indexOf(statements).lastCreation.get(relation) ?? -1) > index;
}

/** Whether a statement behind the one at `index` gives the table a primary key, or drops it; a broken one may be the one. */
export function isKeyedLater({ statements }: Statements, index: number, table: RelationName): boolean {
  const { lastKey, lastBroken } = indexOf(statements);
  return lastBroken > index || (lastKey.get(table) ?? -1) > index;
}

interface FileIndex {
  readonly byKind: ReadonlyMap<Action['kind'], readonly number[]>;
  /** The last statement that creates a relation. */
  readonly lastCreation: ReadonlyMap<RelationName, number>;
  /** The last statement that gives a table a primary key, or drops it. */
  readonly lastKey: ReadonlyMap<RelationName, number>;
  /** The last statement that does not parse, or -1. */
  readonly lastBroken: number;
}

const known = new WeakMap<readonly StatementAnalysis[], FileIndex>();

function indexOf(statements: readonly StatementAnalysis[]): FileIndex {
  let index = known.get(statements);
  if (index === undefined) known.set(statements, (index = collect(statements)));
  return index;
}

function collect(statements: readonly StatementAnalysis[]): FileIndex {
  const byKind = new Map<Action['kind'], number[]>();
  const lastCreation = new Map<RelationName, number>();
  const lastKey = new Map<RelationName, number>();
  let lastBroken = -1;
  for (let index = 0; index < statements.length; index++) {
    const effects = statements[index]?.effects;
    if (effects === undefined) {
      lastBroken = index;
      continue;
    }
    for (const relation of effects.drops) lastKey.set(relation, index);
    for (const relation of effects.creates) lastCreation.set(relation, index);
    for (const action of effects.actions) {
      const { kind, relation } = action;
      if (relation !== undefined && addsKey(action)) lastKey.set(relation, index);
      const found = byKind.get(kind);
      if (found === undefined) byKind.set(kind, [index]);
      else if (found.at(-1) !== index) found.push(index);
    }
  }
  return { byKind, lastCreation, lastKey, lastBroken };
}

function addsKey(action: Action): boolean {
  if (action.kind === 'add constraint') return action.constraint === 'primary key';
  return action.kind === 'add column' && action.constraints.includes('primary key');
}
