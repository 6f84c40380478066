import { isKeyedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule } from './rule';
import { called } from './words';

export const tableWithoutPrimaryKey = defineFileRule({
  meta: {
    id: 'table-without-primary-key',
    group: 'table',
    summary: 'A new table has no primary key',
    severity: 'hint',
    recommended: true,
    danger: 'Without a key logical replication cannot replicate UPDATE and DELETE, batches have no range to walk along, and a duplicate row cannot be told from its twin.',
    safeWay: 'Give every table a primary key.',
    whenToIgnore: 'Rows are only ever appended and read whole.',
    sources: ['https://www.postgresql.org/docs/current/logical-replication-publication.html'],
    bad: [{ sql: 'CREATE TABLE events (at timestamptz);\n' }, { sql: 'CREATE TABLE app.events (id bigint UNIQUE);\n' }],
    good: [
      { sql: 'CREATE TABLE events (id bigint PRIMARY KEY);\n' },
      { sql: 'CREATE TABLE events (id bigint);\nALTER TABLE events ADD PRIMARY KEY (id);\n' },
      { sql: 'CREATE TEMP TABLE scratch (x int);\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span }] of statementsWith(file, 'creates a table without a key')) {
      if (effects === undefined) continue;
      for (const action of actionsOf(effects, 'create table')) {
        if (action.hasPrimaryKey || action.as || action.partitionOf !== undefined || !mayNeedKey(parsed.text) || isKeyedLater(file, index, action.name)) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${called(action.name)} has no primary key: logical replication and batches need one. Add one.`,
          span: { offset: span.offset + place.offset, length: place.length },
        };
      }
    }
  },
});

/** Temporary tables and what LIKE or INHERITS may bring along are left alone. */
function mayNeedKey(text: string): boolean {
  return !/^\s*create\s+((global|local)\s+)?temp/i.test(text) && !/\b(like|inherits|foreign\s+table|of)\b/i.test(text);
}
