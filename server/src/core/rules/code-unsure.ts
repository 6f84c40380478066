import type { Doubt } from '../script/script';
import { headline } from './place';
import { defineFileRule } from './rule';

export const codeUnsure = defineFileRule({
  meta: {
    id: 'code-unsure',
    group: 'other',
    summary: 'What a call of a migration in code sends, or how often, is known only when it runs',
    severity: 'info',
    recommended: true,
    danger: 'Code may run a statement once for each table, only under a condition, or put it together from variables. Lockscope reads code without running it: such calls are judged as one statement, with names that stand for what is not known, or not at all.',
    safeWay: 'Write the statements out where you can: a migration runs once, and whoever reviews it reads what it does. In a loop, count what is locked, once per round, and all of it until the transaction ends.',
    whenToIgnore: 'Somebody has read what it runs.',
    sources: ['https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      { title: 'A loop', path: 'migrations/20240101_a.js', sql: "exports.up = async (knex) => {\n  for (const table of tables) {\n    await knex.raw(`ALTER TABLE ${table} ADD COLUMN age int`);\n  }\n};\nexports.down = async () => {};\n" },
      { title: 'SQL that is put together elsewhere', path: 'migrations/20240101_a.js', sql: "exports.up = async (knex) => {\n  await knex.raw(sqlOf('users'));\n};\nexports.down = async () => {};\n" },
    ],
    good: [
      { path: 'migrations/20240101_a.js', sql: "exports.up = async (knex) => {\n  await knex.raw('ALTER TABLE users ADD COLUMN age int');\n};\nexports.down = async (knex) => {\n  await knex.raw('ALTER TABLE users DROP COLUMN age');\n};\n" },
      { title: 'SQL that PostgreSQL repeats itself is told by other rules', sql: 'DO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n' },
    ],
  },
  *findInFile({ script, text }) {
    for (const { why, what, span } of script.doubts ?? []) {
      yield { message: MESSAGES[why](what), span: headline(text, span), ...(why === 'condition' || why === 'variable' ? { severity: 'hint' as const } : {}) };
    }
  },
});

const MESSAGES: Readonly<Record<Doubt['why'], (what: string) => string>> = {
  call: (what) => `What ${what} sends is not known here, so nothing is said of what it locks. Read it by eye, or write the SQL out.`,
  loop: (what) => `${what} stands in a loop: it is judged as one statement, and runs once per round. All that the rounds lock is held until the transaction ends.`,
  condition: (what) => `${what} runs only under a condition: it is judged as if it does.`,
  variable: (what) => `A part of what ${what} sends is known only when it runs: a name stands for it here, so the table may not be the one that is meant.`,
};
