import type { StatementAnalysis } from '../analysis';
import type { Action } from '../effects/effects';
import type { RelationName } from '../schema/names';
import type { FileContext } from './rule';

/** A statement and its index in the file. */
export type Numbered = readonly [index: number, statement: StatementAnalysis];

type Statements = Pick<FileContext, 'statements'>;

/** The statements that have an action of one of these kinds, in the file's order. */
export function statementsWith({ statements }: Statements, ...kinds: readonly Action['kind'][]): readonly Numbered[] {
  const found: Numbered[] = [];
  for (let index = 0; index < statements.length; index++) {
    const statement = statements[index];
    if (statement?.effects === undefined) continue;
    for (const { kind } of statement.effects.actions) {
      if (!kinds.includes(kind)) continue;
      found.push([index, statement]);
      break;
    }
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
  for (const [index, { effects }] of statements.entries()) {
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
