import { YOYO_TABLE } from './applied-tables';
import { above, eolOf, folderOf, linesOf, nameOf, wholeFile } from '../parts';
import type { MigrationTool } from '../script';
import { fileWayBack } from '../way-back';

const HEADER = /^--[ \t]*(?:depends|transactional)[ \t]*:/imu;
const OFF = /^--[ \t]*transactional[ \t]*:[ \t]*(?:false|no|0)\b/iu;

/** yoyo: each file in a transaction, sent statement by statement (yoyo/migrations.py). */
export const yoyo: MigrationTool = {
  id: 'yoyo',
  title: 'yoyo (SQL)',
  about: {
    files: '`x.sql` with `x.rollback.sql`, a header `-- depends: …`, or near a `yoyo.ini`',
    transaction: 'The file; statement by statement.',
    optOut: 'A header `-- transactional: false`',
    run: '8.2 from Debian 12',
  },
  beside: (name) => ['.../yoyo.ini', ...(name.endsWith('.rollback.sql') ? [] : [rollbackOf(name)])],
  recognise(file) {
    const header = /^(?:\uFEFF?[ \t]*(?:--[^\r\n]*)?(?:\r\n|\r|\n))*(?:[ \t]*--[^\r\n]*)?/u.exec(file.text)?.[0] ?? '';
    if (HEADER.test(header) || file.path.endsWith(".rollback.sql")) return 0.85;
    return above(file, 'yoyo.ini') !== undefined || file.beside?.has(folderOf(file.path) + rollbackOf(nameOf(file.path))) === true ? 0.8 : 0;
  },
  read: ({ path, text }) => ({
    tool: 'yoyo',
    problems: [],
    segments: wholeFile(text, { direction: path.endsWith(".rollback.sql") ? 'down' : 'up', wrapper: isOff(text) ? 'none' : 'file', send: 'statement' }),
  }),
  optOut({ text }, { wrapper }) {
    if (wrapper === 'none') return undefined;
    return { title: 'Add -- transactional: false', edits: [{ offset: text.startsWith('\uFEFF') ? 1 : 0, length: 0, text: `-- transactional: false${eolOf(text)}` }] };
  },
  wayBack: (file) => (file.path.endsWith(".rollback.sql") ? undefined : fileWayBack(file, folderOf(file.path) + rollbackOf(nameOf(file.path)))),
  applied: YOYO_TABLE,
  examples: [
    {
      title: 'In the file’s transaction',
      path: 'migrations/0002.age.sql',
      text: '-- depends: 0001.users\n\nALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- transactional: false\n-- depends: 0001.users\n\nALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\n',
    },
  ],
};

function rollbackOf(name: string): string {
  return name.replace(/\.sql$/u, '.rollback.sql');
}

function isOff(text: string): boolean {
  for (const line of linesOf(text)) {
    if (line.text.trim() !== '' && !line.text.startsWith('--')) return false;
    if (OFF.test(line.text)) return true;
  }
  return false;
}
