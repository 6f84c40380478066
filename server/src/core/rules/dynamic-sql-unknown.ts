import { headline } from './place';
import { actionsOf, defineRule } from './rule';

export const dynamicSqlUnknown = defineRule({
  meta: {
    id: 'dynamic-sql-unknown',
    group: 'other',
    summary: 'The text of an EXECUTE is put together at run time and cannot be judged',
    severity: 'hint',
    recommended: true,
    danger: 'What EXECUTE runs is known only when it runs. It may take any lock, and no finding here says that it does not.',
    safeWay: 'Write the statement out where you can. Where names vary, keep the part that varies small and read the rest by eye.',
    whenToIgnore: 'Somebody has read what it runs.',
    sources: ['https://www.postgresql.org/docs/current/plpgsql-statements.html#PLPGSQL-STATEMENTS-EXECUTING-DYN'],
    bad: [
      { sql: "DO $$\nDECLARE t text;\nBEGIN\n  FOR t IN SELECT relname FROM pg_class LOOP\n    EXECUTE format('ALTER TABLE %I ADD COLUMN a int', t);\n  END LOOP;\nEND $$;\n" },
      { sql: "DO $$\nDECLARE s text := 'DROP';\nBEGIN\n  EXECUTE s || ' TABLE users';\nEND $$;\n" },
    ],
    good: [{ sql: 'DO $$\nBEGIN\n  PERFORM 1;\nEND $$;\n' }, { sql: 'SELECT 1;\n' }],
  },
  kinds: ['dynamic sql'],
  find: ({ effects }) => actionsOf(effects, 'dynamic sql'),
  say: (action, { parsed }) => ({
    message: `${action.text === undefined ? 'What this body runs' : 'This text'} is put together at run time, so what it locks is not known here. Read it by eye, or write the statement out.`,
    span: headline(parsed.text, action.span),
  }),
});
