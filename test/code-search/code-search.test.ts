import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCode, searchCode } from '../../server/src/code-search/code-search';
import { keyOf, type CodeName } from '../../server/src/core/code-name';
import { mentionsIn } from '../../server/src/core/mentions';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'lockscope-code-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const QUERY = 'const q = "SELECT full_name FROM users";\n';

test('reads what is the project’s own: neither what git ignores nor packages, binaries and other files', async () => {
  const root = folder({
    '.gitignore': 'generated/\n*.log.ts\n/out\n',
    'src/a.ts': QUERY,
    'src/generated/b.ts': QUERY,
    'src/c.log.ts': QUERY,
    'out/d.ts': QUERY,
    'api/out/e.py': QUERY,
    'api/.gitignore': 'cache\n!keep.log.ts\n',
    'api/cache/f.py': QUERY,
    'api/keep.log.ts': QUERY,
    'node_modules/g/index.js': QUERY,
    'src/node_modules/g/index.js': QUERY,
    '.hidden/h.ts': QUERY,
    'logo.rb': `\0${QUERY}`,
    'notes.md': QUERY,
    'dist.min.js': QUERY,
    'migrations/001_a.sql': QUERY,
  });
  const files = await readCode(root, (path) => path.startsWith('migrations/'));
  expect(files.map(({ path }) => path).sort()).toEqual(['api/keep.log.ts', 'api/out/e.py', 'src/a.ts']);
  const name = { table: 'users', column: 'full_name' };
  const places = searchCode(files, [name]).get(keyOf(name)) ?? [];
  expect(places.map(({ path, range }) => [path, range])).toEqual(
    ['api/keep.log.ts', 'api/out/e.py', 'src/a.ts'].map((path) => [path, { start: { line: 0, character: 18 }, end: { line: 0, character: 27 } }]),
  );
});

test('ends in time, and a folder that is not there holds nothing', async () => {
  expect(await readCode(folder({ 'a.ts': QUERY }), () => false, 0)).toEqual([]);
  expect(await readCode('/no/such/folder', () => false)).toEqual([]);
});

test.each<[text: string, name: CodeName, found: number]>([
  ['SELECT full_name FROM users', { table: 'users', column: 'full_name' }, 1],
  ['class User { fullName: string }', { table: 'users', column: 'full_name' }, 1],
  ['class User { fullNames: string; full_name_2: string; $full_name: 1 }', { table: 'users', column: 'full_name' }, 0],
  ['class Order { name: string }', { table: 'users', column: 'name' }, 0],
  ['db("order_lines"); class OrderLine {}; const orderLines = 1;', { table: 'order_lines' }, 3],
  ['SELECT * FROM "Größe (alt)"', { table: 'Größe (alt)' }, 1],
  ['categories.map(category => 1)', { table: 'categories' }, 2],
  ['users()\n'.repeat(50), { table: 'users' }, 10],
])('%j names %j %i times', (text, name, found) => {
  expect(mentionsIn(text, name)).toHaveLength(found);
});
