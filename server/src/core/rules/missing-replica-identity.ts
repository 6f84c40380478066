import type { AlterPublicationStmt, CreatePublicationStmt, Node } from '@pgsql/types';
import type { RelationName } from '../schema/names';
import { nameParts } from '../schema/names';
import { tableOf } from '../effects/postgres/relations';
import { relationName } from '../schema/postgres/resolve';
import type { SchemaView } from '../schema/view';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called } from './words';

export const missingReplicaIdentity = defineRule({
  meta: {
    id: 'missing-replica-identity',
    group: 'other',
    summary: 'A published table has no replica identity, so that its updates and deletes fail',
    severity: 'error',
    recommended: true,
    danger:
      'Logical replication tells the subscriber which row was changed by its replica identity, the primary key unless said otherwise. From the moment that a table without one is published, every UPDATE and DELETE of it fails: `cannot update table … because it does not have a replica identity and publishes updates`.',
    safeWay: 'Give the table a primary key first, or name a unique index of NOT NULL columns: `ALTER TABLE … REPLICA IDENTITY USING INDEX …`. `REPLICA IDENTITY FULL` works without a key, and makes the subscriber search the whole table for every row.',
    whenToIgnore: 'Rows of the table are never updated or deleted.',
    sources: ['https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY', 'src/backend/executor/execReplication.c, CheckCmdReplicaIdentity'],
    bad: [
      { schema: 'CREATE TABLE events (at date, body text);', sql: 'CREATE PUBLICATION p FOR TABLE events;\n' },
      { schema: 'CREATE TABLE events (at date, body text); CREATE PUBLICATION p;', sql: 'ALTER PUBLICATION p ADD TABLE events;\n' },
      {
        title: 'The key goes',
        schema: 'CREATE TABLE users (id bigint CONSTRAINT users_key PRIMARY KEY); CREATE PUBLICATION p FOR TABLE users;',
        sql: 'ALTER TABLE users DROP CONSTRAINT users_key;\n',
      },
    ],
    good: [
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'CREATE PUBLICATION p FOR TABLE users;\n' },
      { schema: 'CREATE TABLE events (at date, body text); ALTER TABLE events REPLICA IDENTITY FULL;', sql: 'CREATE PUBLICATION p FOR TABLE events;\n' },
      { title: 'Only inserts are published', schema: 'CREATE TABLE events (at date, body text);', sql: "CREATE PUBLICATION p FOR TABLE events WITH (publish = 'insert');\n" },
      { title: 'Nothing is known of the table', sql: 'CREATE PUBLICATION p FOR TABLE events;\n' },
    ],
  },
  kinds: ['publication', 'drop constraint'],
  *find({ effects, before }) {
    for (const action of actionsOf(effects, 'publication')) {
      for (const table of joining(action.node, before)) if (!hasIdentity(table, before)) yield { action, table };
    }
    for (const action of actionsOf(effects, 'drop constraint')) {
      if (action.constraint === 'primary key' && action.relation !== undefined && isPublished(action.relation, before) && hasIdentity(action.relation, before, 'by key')) {
        yield { action, table: action.relation };
      }
    }
  },
  say: ({ action, table }, { parsed }) => ({
    message: `${called(table)} ${action.kind === 'publication' ? 'has no replica identity (no primary key)' : 'is published and loses the primary key that is its replica identity'}: from now on every UPDATE and DELETE of it fails. Set its REPLICA IDENTITY first.`,
    span: headline(parsed.text, action.span),
  }),
});

/** The tables that join a publication which carries updates or deletes. */
function joining(node: Node, schema: SchemaView): readonly RelationName[] {
  const statement: CreatePublicationStmt | AlterPublicationStmt | undefined =
    'CreatePublicationStmt' in node ? node.CreatePublicationStmt : 'AlterPublicationStmt' in node ? node.AlterPublicationStmt : undefined;
  if (statement === undefined || ('action' in statement && statement.action === 'AP_DropObjects') || !carriesChanges(statement)) return [];
  return (statement.pubobjects ?? []).flatMap((object) => {
    const table = 'PublicationObjSpec' in object ? object.PublicationObjSpec.pubtable?.relation : undefined;
    return table === undefined ? [] : [relationName(table, schema)];
  });
}

function carriesChanges({ options }: CreatePublicationStmt | AlterPublicationStmt): boolean {
  for (const option of options ?? []) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'publish') continue;
    const { arg } = option.DefElem;
    return arg !== undefined && 'String' in arg && /update|delete/iu.test(arg.String.sval ?? '');
  }
  return true;
}

/** Whether rows of a table can be told apart by replicas; what is not wholly known counts as having an identity. */
function hasIdentity(name: RelationName, schema: SchemaView, how?: 'by key'): boolean {
  const table = tableOf(name, schema);
  if (table === undefined || table.partial === true) return how === undefined;
  const byKey = table.replicaIdentity === 'default' && table.constraints.some((constraint) => constraint.kind === 'primary key');
  if (how === 'by key') return byKey;
  return byKey || table.replicaIdentity === 'full' || table.replicaIdentity.startsWith('index');
}

function isPublished(name: RelationName, schema: SchemaView): boolean {
  const { schema: namespace } = nameParts(name);
  for (const publication of schema.allPublications()) {
    if (publication.allTables || publication.tables.includes(name) || publication.schemas.includes(namespace)) return true;
  }
  return false;
}
