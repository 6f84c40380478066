import { asListed } from '../order';
import { listed, wholeFile } from '../parts';
import type { MigrationTool } from '../script';
import { above } from '../parts';
import { fileWayBack } from '../way-back';

const FOLDER = /(?:^|\/)(deploy|revert|verify)\/(.+)\.sql$/u;
const HEAD = /^\s*--[ \t]*(?:Deploy|Revert|Verify)[ \t]+\S+[ \t]+(?:to|from|on)[ \t]+pg\b/u;

/** sqitch: psql runs the files; transactions are the files' own, the order is the plan's. */
export const sqitch: MigrationTool = {
  id: 'sqitch',
  title: 'Sqitch',
  about: {
    files: '`deploy/`, `revert/` and `verify/` beside a `sqitch.plan`',
    transaction: 'None but the file’s own `BEGIN` … `COMMIT`; statement by statement, by psql.',
    optOut: 'Take the file’s own `BEGIN` and `COMMIT` away',
    understands: 'The plan’s order, psql’s `:variables` and meta-commands',
    run: '1.3 from Debian 12',
  },
  beside: () => ['.../sqitch.plan', '.../sqitch.conf'],
  recognise(file) {
    if (HEAD.test(file.text)) return 0.9;
    if (!FOLDER.test(file.path)) return 0;
    return above(file, 'sqitch.plan') === undefined ? 0.3 : 0.8;
  },
  read: ({ path, text }) => ({
    tool: 'sqitch',
    problems: [],
    segments: wholeFile(text, { direction: FOLDER.exec(path)?.[1] === 'deploy' || !FOLDER.test(path) ? 'up' : 'down', wrapper: 'none', send: 'statement' }),
  }),
  wayBack(file) {
    const found = FOLDER.exec(file.path);
    if (found?.[1] !== 'deploy') return undefined;
    const path = `${file.path.slice(0, found.index)}${found[0].replace('deploy/', 'revert/')}`;
    return fileWayBack(file, path);
  },
  order({ paths, beside }) {
    const plan = [...beside].find(([path]) => /(?:^|\/)sqitch\.plan$/u.test(path))?.[1];
    return plan === undefined ? undefined : asListed(paths, changesOf(plan), (path) => FOLDER.exec(path)?.[2] ?? '');
  },
  applied: { table: 'sqitch.changes', columns: ['change', 'change_id'], at: 'committed_at', rows: 'each', keysOf: ({ path }) => listed(FOLDER.exec(path)?.[2]) },
  examples: [
    {
      title: 'In the file’s own transaction',
      path: 'deploy/age.sql',
      beside: { 'sqitch.plan': '%syntax-version=1.0.0\n%project=app\n\nusers 2024-01-02T03:04:05Z A <a@example.com> # users\nage [users] 2024-01-03T03:04:05Z A <a@example.com> # age\n' },
      text: '-- Deploy app:age to pg\n\nBEGIN;\n\nCREATE INDEX CONCURRENTLY i ON users (age);\n\nCOMMIT;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '-- Deploy app:age to pg\n\n\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n',
    },
  ],
};

/** The changes that a plan lists, in its order (sqitchchanges): a name begins a line that is neither a pragma, a tag nor a comment. */
function changesOf(plan: string): readonly string[] {
  return plan.split(/\r\n|\r|\n/u).flatMap((line) => {
    const name = /^[ \t]*\+?[ \t]*([^\s%@#+-][^\s[]*)/u.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}
