import type { Node } from '@pgsql/types';
import { NOTHING } from '../effects/postgres/effects';
import type { RelationName } from '../schema/names';
import type { Relation } from '../schema/schema';
import { statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
import { listed } from '../lists';
import { called } from './words';

export const foreignKeyWithoutIndex = defineFileRule({
  meta: {
    id: 'foreign-key-without-index',
    group: 'index',
    summary: 'No index begins with the columns of a foreign key',
    severity: 'hint',
    recommended: true,
    danger: 'PostgreSQL makes no index for a foreign key. Each DELETE of a parent row, and each UPDATE of its key, then reads the whole child table, once a row.',
    safeWay: 'Build an index on the referencing columns, concurrently.',
    whenToIgnore: 'Rows of the referenced table are never deleted and their keys never change.',
    sources: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK'],
    bad: [
      { schema: 'CREATE TABLE orders (user_id int);', sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n' },
      { sql: 'CREATE TABLE orders (user_id int);\nALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);\n' },
    ],
    good: [
      {
        schema: 'CREATE TABLE orders (user_id int);',
        sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\nCREATE INDEX CONCURRENTLY i ON orders (user_id);\n',
      },
      { title: 'Nothing is known of the table', sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n' },
    ],
  },
  *findInFile(file) {
    for (const [, { effects, parsed, span }] of statementsWith(file, 'adds a foreign key')) {
      if (effects === undefined) continue;
      for (const action of actionsOf(effects, 'add constraint')) {
        if (action.constraint !== 'foreign key' || action.relation === undefined || isCovered(file, action.relation, action.columns)) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `No index of ${called(action.relation)} begins with ${listed(action.columns)}: every delete in ${called(action.references, 'the referenced table')} reads all of it. Build one with CREATE INDEX CONCURRENTLY.`,
          span: { offset: span.offset + place.offset, length: place.length },
        };
      }
    }
  },
});

/** Whether an index begins with the columns, at the end of the file as far as that is known. */
function isCovered(file: FileContext, relation: RelationName, columns: readonly string[]): boolean {
  const last = file.statements.at(-1);
  const table = last?.before.relations.get(relation);
  if (last === undefined || table === undefined || !('indexes' in table) || columns.length === 0) return true;
  const begins = (keys: readonly (string | undefined)[]): boolean => columns.every((column) => keys.slice(0, columns.length).includes(column));
  const known = table.indexes.some((name) => begins(keysOf(last.before.relations.get(name))));
  // What the last statement itself creates is not yet in the schema before it.
  return known || actionsOf(last.effects ?? NOTHING, 'create index').some((action) => action.relation === relation && begins(indexedColumns(action.node)));
}

function keysOf(index: Relation | undefined): (string | undefined)[] {
  return index?.kind === 'index' || index?.kind === 'partitioned index' ? index.keys.map((key) => key.column) : [];
}

function indexedColumns(node: Node): (string | undefined)[] {
  const parts = 'IndexStmt' in node ? (node.IndexStmt.indexParams ?? []) : [];
  return parts.map((part) => ('IndexElem' in part ? part.IndexElem.name : undefined));
}
