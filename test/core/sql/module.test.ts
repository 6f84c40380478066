import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { askParser, askPlpgsql, loadPostgresParser } from '../../../server/src/core/sql/postgres/module';

beforeAll(() => loadPostgresParser());

it('answers in JSON or refuses in the server\'s words', () => {
  expect(askParser('SELECT 1')).toMatchObject({ ok: true });
  expect(askParser("SELECT 'é' FOO BAR")).toEqual({ ok: false, message: 'syntax error at or near "BAR"', position: 15 });
  expect(askPlpgsql('DO $$ BEGIN NO; END $$')).toMatchObject({ ok: false, message: 'syntax error at or near "NO"' });
});

it('survives statements that overflow its stack, any number of them', async () => {
  const tooDeep = `SELECT ${'1+'.repeat(60_000)}1`;
  for (let round = 0; round < 40; round++) {
    expect(askParser(tooDeep)).toMatchObject({ ok: false, message: 'the statement is nested too deeply to be analysed' });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(askParser('SELECT 1')).toMatchObject({ ok: true });
  }
}, 60_000);

it('finds its WebAssembly beside a bundle', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockscope-bundle-'));
  try {
    const contents = "import { loadPostgresParser, askParser } from './server/src/core/sql/postgres/module'; void loadPostgresParser().then(() => console.log(askParser('SELECT 1').ok));";
    await build({ stdin: { contents, resolveDir: process.cwd(), loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', outfile: join(folder, 'main.js'), logLevel: 'silent' });
    copyFileSync(createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'), join(folder, 'libpg-query.wasm'));
    expect(execFileSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8' }).trim()).toBe('true');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
