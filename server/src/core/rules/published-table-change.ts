import type { RelationName } from '../schema/names';
import { nameParts } from '../schema/names';
import { headline } from './place';
import { actionsOf, defineRule, type FindContext } from './rule';
import { called } from './words';

export const publishedTableChange = defineRule({
  meta: {
    id: 'published-table-change',
    group: 'other',
    summary: 'The columns of a table change that is replicated logically',
    severity: 'warning',
    recommended: true,
    danger: 'Logical replication carries rows and no DDL. When a row arrives with a column that the subscriber does not have, or of a type that it cannot read, replication stops, and the publisher keeps its WAL until the disk is full.',
    safeWay: 'Add columns on the subscriber first and on the publisher afterwards; drop them the other way round.',
    versions: 'Publications list columns and schemas from 15 on.',
    whenToIgnore: 'The subscriber has been changed already, or nobody subscribes.',
    sources: ['https://www.postgresql.org/docs/current/logical-replication-restrictions.html'],
    bad: [
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE PUBLICATION p FOR TABLE users;', sql: 'ALTER TABLE users ADD COLUMN age int;\n' },
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY, n int); CREATE PUBLICATION p FOR ALL TABLES;', sql: 'ALTER TABLE users RENAME COLUMN n TO m;\n' },
    ],
    good: [
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE b (id int); CREATE PUBLICATION p FOR TABLE b;', sql: 'ALTER TABLE users ADD COLUMN age int;\n' },
      { sql: 'ALTER TABLE users ADD COLUMN age int;\n' },
    ],
  },
  kinds: ['add column', 'drop column', 'rename column', 'alter column type'],
  *find(context) {
    for (const action of actionsOf(context.effects, 'add column', 'drop column', 'rename column', 'alter column type')) {
      if (action.isNew || action.relation === undefined) continue;
      const publication = publicationOf(context, action.relation);
      if (publication !== undefined) yield { action, publication };
    }
  },
  say: ({ action, publication }, { parsed }) => ({
    message: `${called(action.relation)} is published by ${publication}, and DDL is not replicated: a subscriber without this change stops. Add columns on the subscriber first; drop them there last.`,
    span: headline(parsed.text, action.span),
  }),
});

function publicationOf({ before }: FindContext, relation: RelationName): string | undefined {
  const { schema } = nameParts(relation);
  for (const publication of before.allPublications()) {
    if (publication.allTables || publication.tables.includes(relation) || publication.schemas.includes(schema)) return publication.name;
  }
  return undefined;
}
