import type { Action } from '../effects/effects';
import { createIndexConcurrently } from '../rewrites/concurrently';
import { indexPartitionByPartition } from '../rewrites/partitioned-index';
import { headline } from './place';
import { actionsOf, defineRule, type FindContext } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const createIndexBlocking = defineRule({
  meta: {
    id: 'create-index-blocking',
    group: 'index',
    summary: 'CREATE INDEX keeps writes waiting until the index is built',
    severity: 'error',
    recommended: true,
    danger:
      'Without CONCURRENTLY, `CREATE INDEX` takes a SHARE lock on the table and keeps it until the transaction ends. Reads go on; every INSERT, UPDATE and DELETE waits while all rows are read and sorted. On a partitioned table every partition is locked at once. `IF NOT EXISTS` takes the lock before it finds out that there is nothing to do.',
    safeWay:
      '`CREATE INDEX CONCURRENTLY` takes SHARE UPDATE EXCLUSIVE, which holds up neither reads nor writes. It cannot run inside a transaction, reads the table twice, and waits for older transactions. If it fails it leaves an invalid index behind: drop that and try again. On a partitioned table create the index ON ONLY the parent, build it concurrently on each partition, and attach those.',
    whenToIgnore: 'The table is small and will stay so, or nobody writes to it while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY', 'https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      {
        title: 'Outside a transaction',
        schema: 'CREATE TABLE users (id int, email text);',
        data: "INSERT INTO users VALUES (1, 'a'), (2, NULL);",
        sql: 'CREATE INDEX users_email_idx ON users (email);\n',
        fixed: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n',
      },
      {
        title: 'Inside one: the index moves behind the COMMIT',
        schema: 'CREATE TABLE users (id int); CREATE SCHEMA app; CREATE TABLE app."Users" ("firstName" text);',
        data: 'INSERT INTO app."Users" VALUES (\'a\');',
        sql: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\n-- for the report\nCREATE UNIQUE INDEX "Users_Email" ON app."Users" ("firstName");\nCOMMIT;\n',
        fixed:
          'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n-- for the report\nCREATE UNIQUE INDEX CONCURRENTLY "Users_Email" ON app."Users" ("firstName");\n',
      },
      {
        title: 'A transaction around nothing else goes away',
        schema: 'CREATE TABLE users (id int, email text);',
        data: "INSERT INTO users VALUES (1, 'a'), (2, NULL);",
        sql: 'begin;\ncreate index on users (email);\ncommit;\n',
        fixed: 'create index concurrently on users (email);\n',
      },
      {
        title: 'ONLY changes nothing where there are no partitions',
        schema: 'CREATE TABLE users (id int, email text);',
        sql: 'CREATE INDEX users_email_idx ON ONLY users (email);\n',
        fixed: 'CREATE INDEX CONCURRENTLY users_email_idx ON ONLY users (email);\n',
      },
    ],
    good: [
      { sql: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n' },
      { title: 'A partitioned table has no rows itself', schema: 'CREATE TABLE events (id bigint) PARTITION BY HASH (id);', sql: 'CREATE INDEX events_id_idx ON ONLY events (id);\n' },
      { title: 'The table is new', sql: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n' },
    ],
  },
  kinds: ['create index'],
  find: (context) => actionsOf(context.effects, 'create index').filter((action) => !action.concurrently && !isOnParentAlone(context, action) && !isQuiet(context, action, 'index')),
  say(action, { parsed }) {
    const remedy = action.partitioned ? 'Create it ON ONLY the parent, then CONCURRENTLY on each partition, and attach those.' : 'Use CREATE INDEX CONCURRENTLY.';
    return {
      message: `CREATE INDEX ${takes(action.work.lock, action.relation)} until the index is built. ${remedy}`,
      span: headline(parsed.text, action.span),
    };
  },
  mend(action, context) {
    const byPartition = indexPartitionByPartition(context, action);
    return byPartition.length > 0 ? byPartition : createIndexConcurrently(context, action);
  },
});

/** ONLY makes a difference to a partitioned table, which is what it is used for where the table is not known. */
function isOnParentAlone({ before }: FindContext, { only, relation }: Extract<Action, { kind: 'create index' }>): boolean {
  const table = relation === undefined ? undefined : before.relation(relation);
  return only && (table === undefined || table.kind === 'partitioned table');
}
