import type { StatementAnalysis } from '../analysis';
import type { Action } from '../effects/effects';
import type { FileContext } from './rule';

/** A statement and its index in the file. */
export type Numbered = readonly [index: number, statement: StatementAnalysis];

/** The statements that have an action of one of these kinds, in the file's order. One pass serves all rules. */
export function statementsWith({ statements }: Pick<FileContext, 'statements'>, ...kinds: readonly Action['kind'][]): readonly Numbered[] {
  let byKind = known.get(statements);
  if (byKind === undefined) known.set(statements, (byKind = collect(statements)));
  const found = kinds.map((kind) => byKind.get(kind) ?? []);
  const [only, ...more] = found;
  return more.length === 0 ? (only ?? []) : [...new Set(found.flat())].sort(([a], [b]) => a - b);
}

const known = new WeakMap<readonly StatementAnalysis[], Map<Action['kind'], Numbered[]>>();

function collect(statements: readonly StatementAnalysis[]): Map<Action['kind'], Numbered[]> {
  const byKind = new Map<Action['kind'], Numbered[]>();
  statements.forEach((statement, index) => {
    const numbered: Numbered = [index, statement];
    for (const { kind } of statement.effects?.actions ?? []) {
      const found = byKind.get(kind);
      if (found === undefined) byKind.set(kind, [numbered]);
      else if (found.at(-1) !== numbered) found.push(numbered);
    }
  });
  return byKind;
}
