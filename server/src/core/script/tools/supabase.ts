import { chunkAt } from '../../sql/postgres/chunk';
import { above, eolOf, listed, nameOf, segmentOf, wholeFile, type Running } from '../parts';
import type { MigrationTool, Segment, ToolFile } from '../script';

const NAME = /(?:^|\/)supabase\/migrations\/\d+_[^/]*\.sql$/u;
const DIRECTIVE = /^\uFEFF?--[ \t]*pg-delta:[ \t]*transaction=false[ \t]*(?:\r|\n|$)/u;

/** Supabase: each file in a transaction, with the row that notes it; what cannot run in one runs apart (apps/cli, migration-apply.ts). */
export const supabase: MigrationTool = {
  id: 'supabase',
  title: 'Supabase',
  about: {
    files: '`supabase/migrations/20240102030405_x.sql`',
    transaction:
      'The file; statement by statement. From 2.109 of its command line `CREATE INDEX CONCURRENTLY`, `REINDEX … CONCURRENTLY`, `VACUUM`, `CLUSTER` and `ALTER SYSTEM`, from 2.116 `DROP INDEX CONCURRENTLY` too, end the transaction, run by themselves and are followed by another one; a file with a `BEGIN` or `COMMIT` of its own gets none.',
    optOut: '`-- pg-delta: transaction=false` as the first line, from 3.0',
    understands: 'The version of its command line in package.json',
    run: '3.1.0 from npm',
  },
  beside: () => ['.../package.json'],
  ordersByLetters: true,
  recognise: ({ path }) => (NAME.test(path) ? 0.7 : 0),
  read: (file) => ({ tool: 'supabase', problems: [], segments: segmentsOf(file) }),
  optOut(file, { wrapper }) {
    if (wrapper === 'none' || versionOf(file) < DIRECTIVE_READ) return undefined;
    return { title: 'Add -- pg-delta: transaction=false', edits: [{ offset: file.text.startsWith('\uFEFF') ? 1 : 0, length: 0, text: `-- pg-delta: transaction=false${eolOf(file.text)}` }] };
  },
  applied: { table: 'supabase_migrations.schema_migrations', columns: ['version'], without: ['dirty', 'inserted_at'], rows: 'each', keysOf: ({ path }) => listed(/^\d+/u.exec(nameOf(path))?.[0]) },
  examples: [
    {
      title: 'In the file’s transaction, before 2.109',
      path: 'supabase/migrations/20240102030405_age.sql',
      beside: { 'package.json': '{ "devDependencies": { "supabase": "^2.100.0" } }' },
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
    { title: 'Run apart', path: 'supabase/migrations/20240102030405_age.sql', text: 'ALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\nDROP INDEX CONCURRENTLY j;\n', fails: [] },
    {
      title: 'Not run apart',
      path: 'supabase/migrations/20240102030405_detach.sql',
      text: 'ALTER TABLE users ADD COLUMN age int;\nALTER TABLE logs DETACH PARTITION logs_1 CONCURRENTLY;\n',
      fails: ['ALTER TABLE logs DETACH'],
      fixed: '-- pg-delta: transaction=false\nALTER TABLE users ADD COLUMN age int;\nALTER TABLE logs DETACH PARTITION logs_1 CONCURRENTLY;\n',
    },
    { title: 'First in its transaction', path: 'supabase/migrations/20240102030405_detach.sql', text: 'ALTER TABLE logs DETACH PARTITION logs_1 CONCURRENTLY;\n', fails: [] },
  ],
};

/** The transactions of a file: what cannot run in one ends it, and is a unit of its own. */
function segmentsOf(file: ToolFile): readonly Segment[] {
  const { text } = file;
  const version = versionOf(file);
  const running: Running = { direction: 'up', wrapper: 'file', send: 'statement' };
  if (version >= DIRECTIVE_READ && DIRECTIVE.test(text)) return wholeFile(text, { ...running, wrapper: 'none' });
  // Every keystroke comes by here, and few files hold a word of these.
  if (version < SOME_APART || !/\b(?:concurrently|vacuum|cluster|system|database|tablespace|begin|start|commit|end|rollback|abort)\b/iu.test(text)) return wholeFile(text, running);
  const segments: Segment[] = [];
  let from = 0;
  const batch = (to: number): void => {
    if (to > from) segments.push(segmentOf(text, from, to, { ...running, unit: `up ${String(from)}` }));
    from = to;
  };
  const [whole] = wholeFile(text, running);
  let isFirst = true;
  for (let at = 0; whole !== undefined && at < text.length; ) {
    const { first, last, end } = chunkAt(whole.text, at, whole.text.length, false);
    const statement = first === -1 ? '' : whole.text.slice(first, last);
    if (version >= MORE_APART && CONTROL.test(statement)) return wholeFile(text, { ...running, wrapper: 'none' });
    if (APART.test(statement) || (version >= MORE_APART && DROPS.test(statement)) || (isFirst && REFUSED.test(statement))) {
      batch(at);
      segments.push(segmentOf(text, at, end, { ...running, wrapper: 'none', unit: `up ${String(at)}` }));
      from = end;
      isFirst = true;
    } else if (statement !== '') isFirst = false;
    at = end;
  }
  batch(text.length);
  return segments;
}

/** Releases of the command line, as {@link versionOf} gives them. */
const SOME_APART = 2109;
const MORE_APART = 2116;
const DIRECTIVE_READ = 3000;

const APART = /^(?:create\s+(?:unique\s+)?index\s+concurrently|reindex\b[^]*\sconcurrently|vacuum|alter\s+system|cluster)\b/iu;
const DROPS = /^drop\s+index\s+concurrently\b/iu;
/** What the server takes as the first of a pipeline: it commits at once (PreventInTransactionBlock in xact.c). */
const REFUSED = /^(?:alter\s+table\b[^]*\sdetach\s+partition\b[^]*\sconcurrently|drop\s+index\s+concurrently|(?:create|drop)\s+(?:database|tablespace))\b/iu;
const CONTROL = /^(?:begin|start\s+transaction|commit|end|abort|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/iu;

/** Major times 1000, plus minor; the newest where nothing says which it is: few projects pin it. */
function versionOf(file: ToolFile): number {
  const version = /"supabase"\s*:\s*"[^\d"]*(\d+)(?:\.(\d+))?/u.exec(above(file, 'package.json') ?? '');
  return version === null ? Infinity : Number(version[1]) * 1000 + Number(version[2] ?? 999);
}
