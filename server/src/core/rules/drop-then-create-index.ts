import { isCreatedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule } from './rule';
import { called } from './words';

export const dropThenCreateIndex = defineFileRule({
  meta: {
    id: 'drop-then-create-index',
    group: 'index',
    summary: 'An index is dropped before its replacement is built',
    severity: 'warning',
    recommended: true,
    danger: 'Between the two statements there is no index: queries that rely on it read the whole table, for as long as the build takes, and for good if it fails. A unique index guards nothing meanwhile.',
    safeWay: 'Build the new index concurrently under another name, then drop the old one and rename.',
    whenToIgnore: 'No query needs the index while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-createindex.html'],
    bad: [
      {
        schema: 'CREATE TABLE users (email text); CREATE INDEX users_email ON users (email);',
        sql: 'DROP INDEX CONCURRENTLY users_email;\nCREATE INDEX CONCURRENTLY users_email ON users (lower(email));\n',
      },
      { sql: 'DROP INDEX users_email;\nCREATE UNIQUE INDEX users_email ON users (email);\n' },
    ],
    good: [
      { sql: 'CREATE INDEX CONCURRENTLY users_email_2 ON users (email);\nDROP INDEX CONCURRENTLY users_email;\n' },
      { title: 'Only what a failed run may have left', sql: 'DROP INDEX CONCURRENTLY IF EXISTS users_email;\nCREATE INDEX CONCURRENTLY users_email ON users (email);\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment }] of statementsWith(file, 'drop index')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'drop index')) {
        // IF EXISTS before CREATE is how a failed run is cleared up; it may be there although nothing is.
        if (action.isNew || /\bif\s+exists\b/i.test(parsed.text) || !isCreatedLater(file, index, action.index)) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${called(action.index)} is dropped before its replacement is built: until then queries go without an index. Build the new one under another name first, then drop this one.`,
          span: { offset: span.offset + place.offset, length: place.length },
        };
      }
    }
  },
});
