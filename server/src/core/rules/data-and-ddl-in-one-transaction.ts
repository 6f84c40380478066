import { blocksTraffic } from '../effects/postgres/lock-modes';
import { headline } from './place';
import { defineRule } from './rule';
import { called, waiting } from './words';

export const dataAndDdlInOneTransaction = defineRule({
  meta: {
    id: 'data-and-ddl-in-one-transaction',
    group: 'data',
    summary: 'A transaction changes rows of a table and then asks for a strong lock on it',
    severity: 'warning',
    recommended: true,
    danger:
      'The rows stay locked while the DDL waits for everybody else on the table, and two such transactions wait for each other for ever. With deferred foreign keys ALTER TABLE fails: "it has pending trigger events".',
    safeWay: 'Change the schema in one transaction and the data in another.',
    whenToIgnore: 'The change touches a few rows and nobody else writes to the table.',
    sources: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS', 'src/backend/commands/tablecmds.c, CheckTableNotInUse'],
    bad: [
      { sql: "BEGIN;\nUPDATE users SET status = 'new' WHERE id = 1;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n" },
      { sql: "BEGIN;\nINSERT INTO users (id) VALUES (1);\nCREATE INDEX i ON users (email);\nCOMMIT;\n" },
    ],
    good: [
      { sql: "UPDATE users SET status = 'new' WHERE id = 1;\nALTER TABLE users ADD COLUMN age int;\n" },
      { sql: "BEGIN;\nCREATE TABLE users (id bigint PRIMARY KEY);\nINSERT INTO users VALUES (1);\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n" },
    ],
  },
  *find({ effects, moment, path }) {
    if (moment.held.length === 0) return;
    for (const lock of effects.locks) {
      if (!blocksTraffic(lock.mode) || lock.origin === path) continue;
      const held = moment.held.find(({ claim }) => claim.relation === lock.relation && claim.mode === 'ROW EXCLUSIVE');
      if (held === undefined) continue;
      yield { lock, ordinal: held.ordinal };
      return;
    }
  },
  say: ({ lock, ordinal }, { parsed, effects }) => ({
    message: `The transaction has changed rows of ${called(lock.relation)}, and ${effects.kind} now asks for ${lock.mode} on it: ${waiting(lock.mode)}, and a second such transaction deadlocks. Split data and schema changes.`,
    span: headline(parsed.text, { offset: 0, length: parsed.text.length }),
    related: [{ message: 'rows are changed here', ordinal }],
  }),
});
