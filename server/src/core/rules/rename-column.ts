import { codeName } from '../code-name';
import { renameColumnBehindView } from '../rewrites/rename-view';
import { quoteIdentifier } from '../schema/names';
import { NO_STATISTICS } from '../schema/statistics';
import { SchemaEditor } from '../schema/editor';
import { inTransaction } from '../timeline';
import { isCreatedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
import { calledColumn } from './words';

export const renameColumn = defineFileRule({
  meta: {
    id: 'rename-column',
    group: 'compatibility',
    upOnly: true,
    summary: 'Renaming a column breaks the release that still uses the old name',
    severity: 'warning',
    recommended: true,
    danger: 'The rename is brief (ACCESS EXCLUSIVE), but from its commit on every query with the old name fails, and before it every query with the new one. No release can run on both sides.',
    safeWay: 'Add a column with the new name and keep both in step by a trigger while releases change over, or rename the table and put an updatable view with both names in its place.',
    whenToIgnore: 'No release that is still running mentions the column.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html'],
    bad: [{ sql: 'ALTER TABLE users RENAME COLUMN email TO mail;\n' }, { sql: 'ALTER TABLE users RENAME email TO mail;\n' }],
    good: [
      { sql: 'ALTER TABLE users RENAME CONSTRAINT a TO b;\n' },
      {
        title: 'Another column takes the name over in the same transaction',
        sql: 'ALTER TABLE users ADD COLUMN id_new bigint;\nBEGIN;\nALTER TABLE users RENAME COLUMN id TO id_old;\nALTER TABLE users RENAME COLUMN id_new TO id;\nCOMMIT;\n',
      },
      { title: 'A view with both names takes the place of the table', sql: 'BEGIN;\nALTER TABLE users RENAME a TO b;\nALTER TABLE users RENAME TO users_table;\nCREATE VIEW users AS SELECT *, b AS a FROM users_table;\nCOMMIT;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE a (x int);\nALTER TABLE a RENAME x TO y;\n' },
    ],
  },
  *findInFile(file) {
    const renaming = statementsWith(file, 'rename column');
    if (renaming.length === 0) return;
    const added = namesOf(file, 'add column');
    const given = namesOf(file, 'rename column');
    for (const [index, statement] of renaming) {
      const { effects, parsed, span, segment, transaction, moment } = statement;
      if (effects === undefined || !parsed.ok || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'rename column')) {
        const name = `${action.relation ?? ''} ${action.column}`;
        // Nobody uses a column that this file adds, and nobody misses one whose name another takes over.
        if (action.isNew || (added.get(name)?.at ?? index) < index) continue;
        const heir = given.get(name);
        if (heir !== undefined && heir.at > index && heir.transaction === transaction && inTransaction(moment)) continue;
        if (action.relation !== undefined && isCreatedLater(file, index, action.relation)) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `Renaming ${calledColumn(action.relation, action.column)} to ${quoteIdentifier(action.to)} breaks every running release that uses the old name. Add a new column and keep both in step until nothing uses the old one.`,
          span: { offset: span.offset + place.offset, length: place.length },
          ...(action.relation === undefined ? {} : { about: codeName(action.relation, action.column) }),
          fixes: () => renameColumnBehindView({ ...file, index, parsed, effects, moment, before: new SchemaEditor(statement.before), statistics: NO_STATISTICS }, action),
        };
      }
    }
  },
});

/** The last place at which a column gets a name: by ADD COLUMN, or by RENAME. */
function namesOf(file: FileContext, kind: 'add column' | 'rename column'): ReadonlyMap<string, { readonly at: number; readonly transaction: number }> {
  const names = new Map<string, { readonly at: number; readonly transaction: number }>();
  for (const [at, { effects, transaction }] of statementsWith(file, kind)) {
    if (effects === undefined) continue;
    for (const action of actionsOf(effects, kind)) names.set(`${action.relation ?? ''} ${action.kind === 'add column' ? action.column : action.to}`, { at, transaction });
  }
  return names;
}
