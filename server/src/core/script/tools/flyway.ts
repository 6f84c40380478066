import { above, folderOf, listed, nameOf, wholeFile } from '../parts';
import type { MigrationTool, ToolFile, Wrapper } from '../script';
import { fileWayBack } from '../way-back';

const NAME = /^(?:[VUB]\d+(?:[._]\d+)*|R)__.*\.sql$/u;
/** What Flyway's parser takes for a statement that cannot run in a transaction (PostgreSQLParser.java, detectCanExecuteInTransaction). */
const DETECTED = /^\s*(?:(?:CREATE(?:\s+UNIQUE)?|DROP)\s+INDEX\s+CONCURRENTLY\b|VACUUM\b|DISCARD\s+ALL\b|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)\b|ALTER\s+SYSTEM\b|ALTER\s+TYPE\b[^]*\bADD\s+VALUE\b)/iu;

/** Flyway: each file in a transaction, unless its own parser finds nothing that could run in one. */
export const flyway: MigrationTool = {
  id: 'flyway',
  title: 'Flyway',
  about: {
    files: '`V1__x.sql`, `U1__x.sql` (undoes), `R__x.sql` (runs whenever it changed)',
    transaction:
      'The file, statement by statement. A file of nothing but `CREATE` and `DROP INDEX CONCURRENTLY`, `VACUUM` and the like runs without one; one that mixes them with others is refused unless `mixed=true`. With `group=true` one transaction holds all pending files.',
    optOut: 'A file `V1__x.sql.conf` beside it with `executeInTransaction=false`; `CREATE INDEX CONCURRENTLY` also wants `postgresql.transactional.lock=false` in Flyway’s configuration',
    understands: '`${x}`, `${flyway:x}`, the file’s `.conf`, `mixed` and `group` in flyway.conf and flyway.toml',
  },
  beside: (name) => [`${name}.conf`, ...(name.startsWith('V') ? [undoOf(name)] : []), '.../flyway.conf', '.../flyway.toml'],
  recognise: ({ path }) => (NAME.test(nameOf(path)) ? 0.5 : 0),
  read(file) {
    const segments = wholeFile(file.text, { direction: nameOf(file.path).startsWith('U') ? 'down' : 'up', wrapper: 'none', send: 'statement' });
    return { tool: 'flyway', problems: [], segments: segments.map((segment) => ({ ...segment, wrapper: wrapperOf(file, segment.text) })) };
  },
  optOut(file, { wrapper }) {
    if (wrapper === 'none') return undefined;
    const path = `${file.path}.conf`;
    const known = file.beside?.get(path) ?? '';
    const kept = known.replace(/^[ \t]*executeInTransaction[ \t]*=.*(?:\r\n|\r|\n|$)/gmu, '');
    return { title: `Set executeInTransaction=false in ${nameOf(path)}`, edits: [], files: [{ path, text: `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}executeInTransaction=false\n` }] };
  },
  wayBack(file) {
    const name = nameOf(file.path);
    // Undoing is not for everyone: only where a project does it at all.
    const undoes = file.beside !== undefined && [...file.beside.keys()].some((path) => /(?:^|\/)U[^/]*__[^/]*\.sql$/u.test(path));
    return undoes && name.startsWith('V') ? fileWayBack(file, folderOf(file.path) + undoOf(name)) : undefined;
  },
  applied: {
    table: 'flyway_schema_history',
    columns: ['version', 'type', 'success', 'installed_rank'],
    at: 'installed_on',
    order: 'installed_rank',
    unmistakable: true,
    rows: 'each',
    // Whatever is not above a baseline is not run (DbMigrate); the state of an undone one is that of its latest row.
    noted({ version, type, success }) {
      if (version === null || version === undefined || success !== 'true') return [];
      const state = type?.endsWith('BASELINE') === true ? 'all up to' : /^(?:UNDO|DELETE)/u.test(type ?? '') ? 'not applied' : 'applied';
      return [{ key: plainVersion(version), state }];
    },
    keysOf: ({ path }) => listed(/^[VB](\d+(?:[._]\d+)*)__/u.exec(nameOf(path))?.[1]).map(plainVersion),
  },
  examples: [
    { title: 'Nothing that could run in a transaction', path: 'db/V2__index.sql', text: '-- the index\nCREATE INDEX CONCURRENTLY i ON users (age);\nDROP INDEX CONCURRENTLY j;\n', fails: [] },
    {
      title: 'Mixed with what could',
      path: 'db/V2__index.sql',
      text: 'ALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      written: { 'db/V2__index.sql.conf': 'executeInTransaction=false\n' },
    },
    {
      title: 'What Flyway does not detect',
      path: 'db/V2__index.sql',
      beside: { 'db/V2__index.sql.conf': 'shouldExecute=true\n' },
      text: 'REINDEX INDEX CONCURRENTLY i;\n',
      fails: ['REINDEX INDEX CONCURRENTLY i'],
      written: { 'db/V2__index.sql.conf': 'shouldExecute=true\nexecuteInTransaction=false\n' },
    },
    { title: 'Switched off', path: 'db/V2__index.sql', beside: { 'db/V2__index.sql.conf': 'executeInTransaction=false\n' }, text: 'REINDEX INDEX CONCURRENTLY i;\nSELECT 1;\n', fails: [] },
    { title: 'Mixed, and configured so', path: 'db/V2__index.sql', beside: { 'flyway.conf': 'flyway.mixed=true\n' }, text: 'SELECT 1;\nVACUUM users;\n', fails: [] },
  ],
};

function undoOf(name: string): string {
  return name.replace(/^V/u, 'U');
}

function wrapperOf(file: ToolFile, sql: string): Wrapper {
  const own = /^[ \t]*executeInTransaction[ \t]*=[ \t]*(\w+)/mu.exec(file.beside?.get(`${file.path}.conf`) ?? '')?.[1];
  if (own !== undefined) return own.toLowerCase() === 'false' ? 'none' : 'file';
  const configuration = `${above(file, 'flyway.conf') ?? ''}\n${above(file, 'flyway.toml') ?? ''}`;
  const statements = statementsOf(sql);
  const detected = statements.filter((statement) => DETECTED.test(statement)).length;
  if (detected > 0 && (detected === statements.length || /^[ \t]*(?:flyway\.)?mixed[ \t]*=[ \t]*"?true/mu.test(configuration))) return 'none';
  return /^[ \t]*(?:flyway\.)?group[ \t]*=[ \t]*"?true/mu.test(configuration) ? 'run' : 'file';
}

/** A rough split at semicolons, dollar quotes heeded: only the first words of each statement are looked at. */
function statementsOf(sql: string): readonly string[] {
  const bare = sql.replace(/--[^\r\n]*|\/\*[^]*?\*\/|(\$\w*\$)[^]*?\1|'(?:[^']|'')*'/gu, ' ');
  return bare.split(';').filter((statement) => statement.trim() !== '');
}

/** A version as Flyway compares it: parts as numbers, and `1.0` is `1` (MigrationVersion). */
function plainVersion(version: string): string {
  const parts = version.split(/[._]/u).map((part) => part.replace(/^0+(?=\d)/u, ''));
  while (parts.length > 1 && parts.at(-1) === '0') parts.pop();
  return parts.join('.');
}
