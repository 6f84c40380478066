import { nameOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';

/** Supabase: each file in a transaction, with the row that notes it (internal/migration/apply). */
export const supabase: MigrationTool = {
  id: 'supabase',
  title: 'Supabase',
  about: {
    files: '`supabase/migrations/20240102030405_x.sql`',
    transaction: 'The file; statement by statement.',
    optOut: 'None. Newer versions of its command line run `CREATE INDEX CONCURRENTLY` and `VACUUM` apart.',
  },
  ordersByLetters: true,
  recognise: ({ path }) => (/(?:^|\/)supabase\/migrations\/\d+_[^/]*\.sql$/u.test(path) ? 0.7 : 0),
  read: ({ text }) => ({ tool: 'supabase', problems: [], segments: wholeFile(text, { direction: 'up', wrapper: 'file', send: 'statement' }) }),
  applied: { table: 'supabase_migrations.schema_migrations', column: 'version', rows: 'each', keyOf: (path) => /^\d+/u.exec(nameOf(path))?.[0] },
  examples: [
    { title: 'In the file’s transaction', path: 'supabase/migrations/20240102030405_age.sql', text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n', fails: ['CREATE INDEX CONCURRENTLY i'] },
  ],
};
