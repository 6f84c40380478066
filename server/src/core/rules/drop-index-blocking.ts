import { dropIndexConcurrently } from '../rewrites/concurrently';
import { nameParts, quoteIdentifier } from '../schema/names';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { takes } from './words';

export const dropIndexBlocking = defineRule({
  meta: {
    id: 'drop-index-blocking',
    group: 'index',
    summary: 'DROP INDEX locks its table against reads and writes',
    severity: 'warning',
    recommended: true,
    danger:
      '`DROP INDEX` takes ACCESS EXCLUSIVE on the table, not only on the index. The work is brief, but while it queues behind one long query every later query queues behind it, and inside a transaction the lock stays until COMMIT.',
    safeWay: '`DROP INDEX CONCURRENTLY` takes SHARE UPDATE EXCLUSIVE and waits for the queries that use the index without holding up others. It takes one index, no CASCADE, and cannot run inside a transaction.',
    whenToIgnore: 'A short lock_timeout is set and the migration is repeated when it strikes, or the index belongs to a partitioned table, which CONCURRENTLY refuses.',
    sources: ['https://www.postgresql.org/docs/current/sql-dropindex.html'],
    bad: [
      { schema: 'CREATE TABLE users (id int, email text); CREATE INDEX users_email_idx ON users (email);', sql: 'DROP INDEX users_email_idx;\n', fixed: 'DROP INDEX CONCURRENTLY users_email_idx;\n' },
      {
        title: 'Several: CONCURRENTLY takes one at a time',
        schema: 'CREATE SCHEMA app; CREATE TABLE app.t (x int); CREATE INDEX a ON app.t (x); CREATE TABLE u (x int); CREATE INDEX "B" ON u (x);',
        sql: 'drop index if exists app.a, "B";\n',
        fixed: 'drop index concurrently if exists app.a;\ndrop index concurrently if exists "B";\n',
      },
      {
        title: 'Inside a transaction',
        schema: 'CREATE TABLE users (id int, email text); CREATE INDEX users_email_idx ON users (email);',
        sql: 'BEGIN;\nDROP INDEX users_email_idx;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n',
        fixed: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\nDROP INDEX CONCURRENTLY users_email_idx;\n',
      },
    ],
    good: [
      { sql: 'DROP INDEX CONCURRENTLY users_email_idx;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE users (id int);\nCREATE INDEX users_id ON users (id);\nDROP INDEX users_id;\n' },
    ],
  },
  kinds: ['drop index'],
  *find({ effects }) {
    // One statement may drop several: it is one finding.
    const seen = new Set<number>();
    for (const action of actionsOf(effects, 'drop index')) {
      if (action.concurrently || action.isNew || seen.has(action.span.offset)) continue;
      seen.add(action.span.offset);
      yield action;
    }
  },
  say(action, { parsed, before }) {
    const partitioned = before.relation(action.index)?.kind === 'partitioned index';
    const remedy = partitioned ? 'CONCURRENTLY cannot drop the index of a partitioned table: set a short lock_timeout.' : 'Use DROP INDEX CONCURRENTLY.';
    const table = action.relation === undefined ? `the table of ${quoteIdentifier(nameParts(action.index).name)}` : undefined;
    const lock = action.work.lock ?? 'ACCESS EXCLUSIVE';
    const what = table === undefined ? takes(lock, action.relation) : `takes ${lock} on ${table}: reads and writes wait`;
    return { message: `DROP INDEX ${what} while it queues for the lock and holds it. ${remedy}`, span: headline(parsed.text, action.span) };
  },
  mend: (action, context) => (context.before.relation(action.index)?.kind === 'partitioned index' ? [] : dropIndexConcurrently(context)),
});
