import type { Node } from '@pgsql/types';
import type { Relation } from '../schema/schema';
import { isCreatedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
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
      {
        title: 'Under another name',
        schema: 'CREATE TABLE users (email text, org int); CREATE INDEX users_email ON users (email);',
        sql: 'DROP INDEX CONCURRENTLY users_email;\nCREATE INDEX CONCURRENTLY users_email_org ON users (email, org);\n',
      },
    ],
    good: [
      { sql: 'CREATE INDEX CONCURRENTLY users_email_2 ON users (email);\nDROP INDEX CONCURRENTLY users_email;\n' },
      { schema: 'CREATE TABLE users (email text, org int); CREATE INDEX users_email ON users (email);', sql: 'DROP INDEX CONCURRENTLY users_email;\nCREATE INDEX CONCURRENTLY users_org ON users (org);\n' },
      { title: 'Only what a failed run may have left', sql: 'DROP INDEX CONCURRENTLY IF EXISTS users_email;\nCREATE INDEX CONCURRENTLY users_email ON users (email);\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment, version }] of statementsWith(file, 'drop index')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'drop index')) {
        // IF EXISTS before CREATE is how a failed run is cleared up; it may be there although nothing is.
        if (action.isNew || /\bif\s+exists\b/i.test(parsed.text) || !(isCreatedLater(file, index, action.index) || isReplacedLater(file, index, version.get().relations.get(action.index)))) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${called(action.index)} is dropped before its replacement is built: until then queries go without an index. Build the new one under another name first, then drop this one.`,
          span: { offset: span.offset + place.offset, length: place.length },
        };
      }
    }
  },
});

/** Whether a later statement builds an index of the same table that begins with the columns of the one that is dropped. */
function isReplacedLater(file: FileContext, index: number, dropped: Relation | undefined): boolean {
  if (dropped?.kind !== 'index' || dropped.predicate !== undefined) return false;
  const columns = dropped.keys.map(({ column }) => column);
  if (columns.includes(undefined)) return false;
  return statementsWith(file, 'create index').some(([at, { effects }]) => {
    if (at <= index || effects === undefined) return false;
    return actionsOf(effects, 'create index').some(({ relation, node }) => {
      const parts = relation === dropped.table && 'IndexStmt' in node && node.IndexStmt.whereClause === undefined ? (node.IndexStmt.indexParams ?? []) : [];
      return parts.length > 0 && columns.every((column, place) => columnAt(parts[place]) === column);
    });
  });
}

function columnAt(part: Node | undefined): string | undefined {
  return part !== undefined && 'IndexElem' in part ? part.IndexElem.name : undefined;
}
