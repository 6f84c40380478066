import { inTransaction } from '../timeline';
import { headline } from './place';
import { defineRule } from './rule';

export const notIdempotent = defineRule({
  meta: {
    id: 'not-idempotent',
    group: 'transaction',
    summary: 'A statement outside a transaction cannot be run again',
    severity: 'hint',
    recommended: false,
    danger: 'Without a transaction a migration that fails half-way leaves behind what it did. Run again, it stops at the first statement that has already been done.',
    safeWay: 'Write IF NOT EXISTS or IF EXISTS, or use a transaction.',
    whenToIgnore: 'The tool records each statement that was done.',
    sources: ['https://www.postgresql.org/docs/current/sql-createtable.html'],
    bad: [{ sql: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' }, { sql: 'ALTER TABLE users ADD COLUMN age int;\n' }],
    good: [{ sql: 'CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY);\n' }, { sql: 'BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n' }],
  },
  *find({ effects, moment, parsed }) {
    if (inTransaction(moment)) return;
    for (const action of effects.actions) {
      const text = parsed.text.slice(action.span.offset, action.span.offset + action.span.length);
      if (REPEATABLE.has(action.kind) && !/\bif\s+(not\s+)?exists\b/i.test(text) && !/\bif\s+(not\s+)?exists\b/i.test(parsed.text.slice(0, 80))) yield action;
    }
  },
  say: (action, { parsed }) => ({
    message: 'Outside a transaction a failed migration is run again from its start, and this then fails because it has been done. Write IF NOT EXISTS or IF EXISTS.',
    span: headline(parsed.text, action.span),
  }),
});

/** What has an IF [NOT] EXISTS. */
const REPEATABLE: ReadonlySet<string> = new Set(['create table', 'create index', 'drop index', 'drop relation', 'add column', 'drop column', 'drop constraint']);
