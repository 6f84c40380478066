import { eolOf, folderOf, linesOf, listed, nameOf, segmentOf } from '../parts';
import type { MigrationTool } from '../script';
import { delimited } from '../delimiter';

const TXMODE = /^--[ \t]*atlas:txmode[ \t]+(\w+)/u;
const DELIMITER = /^--[ \t]*atlas:delimiter[ \t]+(.+?)[ \t]*$/u;

/** Atlas: versioned files, each in a transaction, sent statement by statement (sql/migrate). */
export const atlas: MigrationTool = {
  id: 'atlas',
  title: 'Atlas',
  about: {
    files: '`*.sql` beside an `atlas.sum`',
    transaction: 'The file; statement by statement.',
    optOut: '`-- atlas:txmode none` in the comment at the top, followed by an empty line. Run `atlas migrate hash` afterwards.',
    understands: '`-- atlas:delimiter`',
  },
  ordersByLetters: true,
  beside: () => ['atlas.sum'],
  recognise({ path, text, beside }) {
    if (/^--[ \t]*atlas:\w+/mu.test(text)) return 0.9;
    return beside?.has(`${folderOf(path)}atlas.sum`) === true ? 0.8 : 0;
  },
  read({ text }) {
    const { txmode, delimiter } = headOf(text);
    const segment = segmentOf(text, 0, text.length, { direction: 'up', wrapper: txmode === 'none' ? 'none' : txmode === 'all' ? 'run' : 'file', send: 'statement' });
    return { tool: 'atlas', problems: [], segments: [delimited(segment, delimiter === undefined ? undefined : unescaped(delimiter))] };
  },
  optOut({ text }, { wrapper }) {
    if (wrapper === 'none') return undefined;
    const { txmodeAt, txmodeLength, end, blank } = headOf(text);
    const eol = eolOf(text);
    const title = 'Add -- atlas:txmode none (then run atlas migrate hash)';
    if (txmodeAt !== undefined) return { title, edits: [{ offset: txmodeAt, length: txmodeLength, text: '-- atlas:txmode none' }] };
    // Directives count in a comment block at the top only if an empty line follows it.
    const own = end > 0 && blank;
    const top = text.startsWith('\uFEFF') ? 1 : 0;
    return { title, edits: [{ offset: own ? end : top, length: 0, text: `-- atlas:txmode none${eol}${own ? '' : eol}` }] };
  },
  applied: {
    table: 'atlas_schema_revisions.atlas_schema_revisions',
    columns: ['version', 'type', 'applied', 'total'],
    at: 'executed_at',
    unmistakable: true,
    rows: 'each',
    // Type 1 is a baseline: what is older was there before (sql/migrate/migrate.go, RevisionType).
    noted: ({ version, type, applied, total }) => [{ key: version ?? '', state: type === '1' ? 'all up to' : applied === total ? 'applied' : 'not applied' }],
    keysOf: ({ path }) => listed(/^[^_.]+/u.exec(nameOf(path))?.[0]),
  },
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/20240102030405_age.sql',
      beside: { 'migrations/atlas.sum': 'h1:x=\n' },
      text: 'CREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
    },
    {
      title: 'With a comment at the top',
      path: 'migrations/20240102030405_age.sql',
      beside: { 'migrations/atlas.sum': 'h1:x=\n' },
      text: '-- atlas:nolint\n\n-- the index\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- atlas:nolint\n-- atlas:txmode none\n\n-- the index\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
    },
    {
      title: 'A delimiter of its own',
      path: 'migrations/3.sql',
      text: '-- atlas:delimiter -- end\n-- atlas:txmode none\n\nCREATE TABLE a (id bigint PRIMARY KEY)\n-- end\nCREATE INDEX CONCURRENTLY i ON users (age)\n-- end\n',
      fails: [],
    },
  ],
};

interface Head {
  readonly txmode: string | undefined;
  readonly txmodeAt: number | undefined;
  readonly txmodeLength: number;
  readonly delimiter: string | undefined;
  /** Where the comment block at the top ends, and whether an empty line follows. */
  readonly end: number;
  readonly blank: boolean;
}

function headOf(text: string): Head {
  let txmode: string | undefined;
  let delimiter: string | undefined;
  let txmodeAt: number | undefined;
  let txmodeLength = 0;
  let end = 0;
  let blank = false;
  for (const line of linesOf(text)) {
    if (!line.text.startsWith('--')) {
      blank = line.text.trim() === '';
      break;
    }
    end = line.end;
    const mode = TXMODE.exec(line.text);
    if (mode !== null) {
      txmode = mode[1];
      txmodeAt = line.offset;
      txmodeLength = line.text.trimEnd().length;
    }
    delimiter = DELIMITER.exec(line.text)?.[1] ?? delimiter;
  }
  return { txmode: blank ? txmode : undefined, txmodeAt: blank ? txmodeAt : undefined, txmodeLength, delimiter, end, blank };
}

function unescaped(delimiter: string): string {
  return delimiter.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t').replaceAll(String.raw`\r`, '\r');
}
