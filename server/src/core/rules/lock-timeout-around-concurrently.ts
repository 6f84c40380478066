import { liftLockTimeout } from '../rewrites/lock-timeout';
import { inTransaction } from '../timeline';
import { isTimeoutSet } from './timeout';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';

export const lockTimeoutAroundConcurrently = defineRule({
  meta: {
    id: 'lock-timeout-around-concurrently',
    group: 'index',
    summary: 'A lock_timeout cancels CREATE INDEX CONCURRENTLY while it waits for older transactions',
    severity: 'info',
    recommended: true,
    danger:
      'CONCURRENTLY waits, several times and as long as it takes, for transactions that began before it. These waits hold up nobody, but lock_timeout counts them: one long query, anywhere in the database, and the build is cancelled and leaves an invalid index behind.',
    safeWay: 'Set `lock_timeout` to 0 for this statement and back afterwards.',
    whenToIgnore: 'No transaction in the database lasts as long as the timeout.',
    sources: ['src/backend/commands/indexcmds.c, WaitForOlderSnapshots', 'https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int, email text);',
        sql: "SET lock_timeout = '5s';\nCREATE INDEX CONCURRENTLY i ON users (email);\n",
        fixed: "SET lock_timeout = '5s';\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY i ON users (email);\nSET lock_timeout = '5s';\n",
      },
      { schema: 'CREATE TABLE users (id int, email text); CREATE INDEX i ON users (email);', sql: "set lock_timeout to '1s';\nreindex index concurrently i;\n", fixed: "set lock_timeout to '1s';\nset lock_timeout = 0;\nreindex index concurrently i;\nset lock_timeout = '1s';\n" },
    ],
    good: [{ sql: 'CREATE INDEX CONCURRENTLY i ON users (email);\n' }, { sql: "SET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN age int;\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY i ON users (email);\n" }],
  },
  kinds: ['create index', 'reindex'],
  *find({ effects, moment }) {
    const value = moment.settings.lock_timeout;
    if (value === undefined || !isTimeoutSet(value) || inTransaction(moment)) return;
    for (const action of actionsOf(effects, 'create index', 'reindex')) if (action.concurrently) yield { action, value };
  },
  say: ({ action, value }, { parsed, effects }) => ({
    message: `lock_timeout is ${value.replaceAll("'", '')} here, and ${effects.kind} CONCURRENTLY waits for every older transaction: the first long one cancels it and leaves an invalid index. Set lock_timeout to 0 for this statement.`,
    span: headline(parsed.text, action.span),
  }),
  mend: ({ value }, context) => liftLockTimeout(context, value),
});
