import { moveOut } from '../rewrites/move-out';
import { inTransaction } from '../timeline';
import { headline } from './place';
import { defineRule } from './rule';

export const notInTransaction = defineRule({
  meta: {
    id: 'not-in-transaction',
    group: 'transaction',
    summary: 'A statement that cannot run inside a transaction stands in one',
    severity: 'error',
    recommended: true,
    danger:
      'CONCURRENTLY, VACUUM, CREATE DATABASE and some others end their own transactions, so the server refuses them in a transaction block. Migration tools often open one around each file, and several statements sent as one query are one too.',
    safeWay: 'Put the statement behind the COMMIT, or switch the transaction of the tool off for the file that it is in.',
    versions: 'The same on 12 to 18, but for REINDEX of a partitioned relation and DETACH CONCURRENTLY (from 14 on) and CLUSTER of a partitioned table (from 15 on).',
    whenToIgnore: 'The file is run by something that opens no transaction, although its tool usually does.',
    sources: ['src/backend/access/transam/xact.c, PreventInTransactionBlock'],
    bad: [
      {
        schema: 'CREATE TABLE users (id int, email text); CREATE INDEX users_email_idx ON users (email);',
        sql: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nDROP INDEX CONCURRENTLY users_email_idx;\nCOMMIT;\n',
        fixed: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\nDROP INDEX CONCURRENTLY users_email_idx;\n',
      },
      { title: 'Nothing else in it', schema: 'CREATE TABLE users (id int, email text);', sql: 'begin;\nvacuum users;\ncommit;\n', fixed: 'vacuum users;\n' },
    ],
    good: [{ sql: 'CREATE INDEX CONCURRENTLY i ON users (email);\n' }, { sql: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\nVACUUM users;\n' }],
  },
  *find({ effects, moment }) {
    if (!effects.transaction.allowed && inTransaction(moment)) yield { reason: effects.transaction.reason, scope: moment.scope, ordinal: moment.ordinal };
  },
  say({ reason, scope }, { parsed, effects }) {
    const transaction = scope === 'explicit' ? 'this transaction' : 'the transaction that the migration tool opens';
    const words = /[.!?]$/.test(reason) ? reason : `${reason}.`;
    return {
      message: `${effects.kind} fails inside ${transaction}: ${words} Run it outside of one.`,
      span: headline(parsed.text, { offset: 0, length: parsed.text.length }),
      related: scope === 'explicit' ? [{ message: 'the transaction starts here', ordinal: 0 }] : [],
    };
  },
  mend: (_, context) => moveOut(context),
});
