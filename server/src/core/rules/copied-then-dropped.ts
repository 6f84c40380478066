import type { StatementAnalysis } from '../analysis';
import type { RelationName } from '../schema/names';
import { tokensOf } from '../sql/postgres/scan';
import { statementsWith, type Numbered } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
import { calledColumn } from './words';

export const copiedThenDropped = defineFileRule({
  meta: {
    id: 'copied-then-dropped',
    group: 'compatibility',
    upOnly: true,
    summary: 'A column is copied and dropped by the same migration, so within one release',
    severity: 'warning',
    recommended: true,
    danger: 'The release that is running reads and writes the old column until it is replaced. When one migration fills the new column from the old one and drops that, the running release fails at once, and what it wrote after the copy is lost.',
    safeWay: 'Split it into phases: a migration that adds the new column, one that fills it while a release writes both, and one that drops the old column after no release uses it any more.',
    whenToIgnore: 'The service is stopped for the migration.',
    sources: ['https://martinfowler.com/bliki/ParallelChange.html'],
    bad: [
      { sql: 'ALTER TABLE users ADD COLUMN full_name text;\nUPDATE users SET full_name = name;\nALTER TABLE users DROP COLUMN name;\n' },
      { sql: 'CREATE TABLE emails (user_id bigint, email text);\nINSERT INTO emails SELECT id, "eMail" FROM app.users;\nALTER TABLE app.users DROP COLUMN "eMail", DROP COLUMN x;\n' },
    ],
    good: [
      { sql: 'ALTER TABLE users ADD COLUMN full_name text;\nUPDATE users SET full_name = name;\n' },
      { title: 'What is filled and what is dropped have nothing to do with each other', sql: 'UPDATE users SET age = 1;\nALTER TABLE users DROP COLUMN name;\n' },
      { title: 'The column is new', sql: 'ALTER TABLE users ADD COLUMN scratch int;\nUPDATE users SET scratch = id;\nUPDATE users SET n = scratch;\nALTER TABLE users DROP COLUMN scratch;\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment }] of statementsWith(file, 'drop column')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'drop column')) {
        const { relation, column } = action;
        if (action.isNew || relation === undefined || isAdded(file, index, relation, column)) continue;
        const copy = statementsWith(file, 'update', 'insert').find(([at, statement]) => at < index && reads(statement, relation, column));
        if (copy === undefined) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${calledColumn(relation, column)} is copied and dropped by one migration: the running release still uses it, and what it writes after the copy is lost. Drop it in a later release.`,
          span: { offset: span.offset + place.offset, length: place.length },
          related: [{ message: 'copied here', path: file.path, span: copy[1].span }],
        };
      }
    }
  },
});

function isAdded(file: FileContext, index: number, relation: RelationName, column: string): boolean {
  const adding: readonly Numbered[] = statementsWith(file, 'add column');
  return adding.some(([at, { effects }]) => at < index && effects !== undefined && actionsOf(effects, 'add column').some((action) => action.relation === relation && action.column === column));
}

/** Whether a statement speaks of a table's column: it works on the table and holds the column's name. */
function reads({ effects, parsed }: StatementAnalysis, relation: RelationName, column: string): boolean {
  if (effects?.locks.some((lock) => lock.relation === relation) !== true) return false;
  return tokensOf(parsed.text).some(({ kind, text }) => kind !== 'string' && kind !== 'comment' && (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase()) === column);
}
