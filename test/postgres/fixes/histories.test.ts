/** The proof of what spreads a migration over files: run one after the other they leave what the one file leaves. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type pg from 'pg';
import { analyzeHistory } from '../../../server/src/core/folder';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import type { MigrationTool, ToolFile } from '../../../server/src/core/script/script';
import { toolFor } from '../../../server/src/core/script/tools';
import { splitIntoPhases } from '../../../server/src/core/split-phases';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import { startServer, type Server } from '../servers';
import { PROVEN_ON } from './corpus';
import { complaintOf } from './expected';
import { PARTS, PHASED, PHASED_FORMS, REVERSIBLE, REVERSIBLE_FORMS, UNVALIDATED } from './histories';
import { openLanes, type Lanes, type Outcome } from './lanes';
import { fixesOf, migration } from './mend';
import { runFiles } from './run-files';
import { DATA, SCHEMA } from './world';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

const named = (id: string): MigrationTool => toolFor({ path: 'x.sql', text: '' }, id);

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let lanes: Lanes;
  beforeAll(async () => {
    server = await startServer(major);
    lanes = await openLanes(server, 1);
  });
  afterAll(() => server.stop());

  let untouched: Promise<Outcome> | undefined;
  /** What a migration that was taken back has to leave: looked at once. */
  const untouchedWorld = (): Promise<Outcome> => (untouched ??= lanes.run(SCHEMA + DATA, ''));

  const run = (tool: MigrationTool, files: readonly ToolFile[]): Promise<Outcome> => lanes.work(SCHEMA + DATA, files.map(({ text }) => text).join('\n'), (client) => runFiles(client, tool, files));

  /** The files that the refactoring makes, and what differs once all have run; undefined where it has nothing to split. */
  async function phased(form: (typeof PHASED_FORMS)[number], sql: string): Promise<number | undefined> {
    const tool = named(form.tool);
    const text = form.head + sql;
    const fix = splitIntoPhases({ ...migration(text, SCHEMA, major, [], form.path), tool: form.tool });
    if (fix === undefined) return undefined;
    const files = [{ path: form.path, text: applyEdits(text, fix.edits) }, ...(fix.files ?? [])];
    for (const file of files) expect(tool.read(file).segments.length, file.text).toBeGreaterThan(0);
    const original = await lanes.originally(SCHEMA + DATA, text, (client) => runFiles(client, tool, [{ path: form.path, text }]));
    expect(original.error).toBeUndefined();
    const split = await run(tool, files);
    const complaint = split.error ?? complaintOf('', original.lines, split.lines);
    if (complaint !== undefined) throw new Error(`--- original\n${text}\n${files.map((file) => `--- ${file.path}\n${file.text}`).join('\n')}\n--- ${complaint}`);
    return files.length;
  }

  const forms = major === 18 ? PHASED_FORMS : PHASED_FORMS.slice(0, 1);
  test.each(forms.flatMap((form) => PHASED.map((sql) => [form.tool, sql, form] as const)))('phases of %s: %s', async (_tool, sql, form) => {
    // In one file with the others BEGIN … COMMIT is the user's own.
    if (form.tool !== 'plain' && sql.startsWith('BEGIN')) return;
    expect(await phased(form, sql)).toBeGreaterThan(1);
  });

  test('phases of random migrations', { timeout: 120_000 }, async () => {
    let splits = 0;
    const some = fc.shuffledSubarray([...PARTS], { minLength: 3, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(some, fc.constantFrom('\n', '\r\n'), async (parts, eol) => {
        const files = await phased({ tool: 'plain', path: 'migrations/007_change.sql', head: '' }, parts.map(([, sql]) => `-- ${sql.slice(0, 5)}${eol}${sql}${eol}`).join(''));
        if (files !== undefined) splits += 1;
      }),
      { seed: 20_240_229, numRuns: major === 18 ? 25 : 8, endOnFailure: true },
    );
    console.info(`phases: ${String(splits)} random migrations split and proven on PostgreSQL ${String(major)}`);
    expect(splits).toBeGreaterThan(5);
  });

  test.each(UNVALIDATED)('$tool: $sql is validated in a file of its own', async ({ tool: id, path, next, head = '', sql }) => {
    const tool = named(id);
    const { text: _text, path: _path, schema, ...setting } = migration('', SCHEMA, major);
    const files = [{ path, text: head + sql }, { path: next, text: `${head}ALTER TABLE audit ADD COLUMN n int;\n` }];
    const [first] = [...analyzeHistory(files, schema, { ...setting, tool: id })];
    const fix = first?.findings.find(({ rule }) => rule === 'never-validated')?.fixes()[0];
    expect(fix?.title).toMatch(/^Validate .* in a migration of its own$/u);
    const added = fix?.files ?? [];
    expect(added.length).toBeGreaterThan(0);
    expect(files.map((file) => file.path)).not.toContain(added[0]?.path);
    const without = await run(tool, files);
    const outcome = await run(tool, [...files, ...added]);
    expect(outcome.error).toBeUndefined();
    // All that differs is that the constraint is valid now.
    const valid = without.lines.map((line) => line.replace(/^(constraint: .*) NOT VALID valid f /u, '$1 valid t '));
    expect([...outcome.lines].sort()).toEqual([...valid].sort());
    expect(outcome.lines).not.toEqual(without.lines);
    // With that file there nobody asks for it again.
    const again = [...analyzeHistory([...files, ...added], schema, { ...setting, tool: id })];
    expect(again.flatMap(({ findings }) => findings.filter(({ rule }) => rule === 'never-validated'))).toEqual([]);
  });

  test.each(REVERSIBLE_FORMS.flatMap((form) => REVERSIBLE.map((sql) => ({ form, sql, name: `${form.tool}: ${sql}` }))).filter((_, at) => major === 18 || at % 3 === 0))('the way back of $name', async ({ form, sql }) => {
    const tool = named(form.tool);
    const { path, head } = form;
    const text = `${head}${sql}\n`;
    const input = { ...migration(text, SCHEMA, major, [], path), tool: form.tool, beside: new Map<string, string>(), siblings: [] };
    const [fix] = fixesOf(input).filter(({ rule }) => rule === 'way-back-missing');
    if (fix === undefined) throw new Error('no way back');
    const file = { path, text: fix.text };
    const back = fix.files.length > 0 ? fix.files.map((content, at) => ({ path: fix.paths[at] ?? '', text: content })) : [file];
    const upAndDown = async (client: pg.Client): Promise<string | undefined> => (await runFiles(client, tool, [file])) ?? (await runFiles(client, tool, back, 'down'));
    const [before, after] = [await untouchedWorld(), await lanes.work(SCHEMA + DATA, sql, upAndDown)];
    expect(after.error ?? complaintOf('', before.lines, after.lines), [fix.text, ...fix.files].join('\n---\n')).toBeUndefined();
  });
});
