/** The proof that fixes find their place in the files of tools: run as the tool runs them, they do what the migration does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type pg from 'pg';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../../server/src/core/sql/postgres/parse';
import { loadLanguages } from '../../grammars';
import { startServer, type Server } from '../servers';
import { PROVEN_ON } from './corpus';
import { complaintOf } from './expected';
import { openLanes, type Lanes } from './lanes';
import { fixesOf, migration, type Mended } from './mend';
import { STATEMENTS_OF_TOOLS, TOOL_EXAMPLES, users, type Placement } from './placements';
import { runFiles } from './run-files';
import { DATA, SCHEMA } from './world';

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
  await loadLanguages(...TOOL_EXAMPLES.map(({ path }) => path));
});

/** The fixes of a file, by what its tool finds beside it. */
function fixesIn({ tool, path, text, beside }: Placement, ddl: string, version: number): readonly Mended[] {
  const input = migration(text, ddl, version, ['missing-lock-timeout', 'way-back-missing'], path);
  return fixesOf({ ...input, tool: tool.id, beside: new Map(Object.entries(beside)), siblings: [] });
}

/** Applies a mended file and what the fix put beside it: migrations behind it, settings before. */
function apply({ tool, path, beside }: Placement, { text, files, paths }: Mended): (client: pg.Client) => Promise<string | undefined> {
  const added = files.map((content, at) => ({ path: paths[at] ?? '', text: content }));
  const extension = path.slice(path.lastIndexOf('.'));
  const isMigration = (other: string): boolean => other.endsWith(extension) && !other.endsWith('/down.sql') && !other.endsWith('.down.sql');
  const known = new Map([...Object.entries(beside), ...added.map((file) => [file.path, file.text] as const)]);
  return (client) => runFiles(client, tool, [{ path, text, beside: known }, ...added.filter((file) => isMigration(file.path)).map((file) => ({ ...file, beside: known }))]);
}

/** What the migration would do if nothing were around it. */
const plainly = ({ tool, path, text, beside }: Placement): string =>
  tool.read({ path, text, beside: new Map(Object.entries(beside)) }).segments.filter(({ direction }) => direction === 'up').map((segment) => segment.text).join('\n;\n').replace(/^\s*(?:BEGIN|COMMIT);/gimu, '');

/** Statements with semicolons of their own that a tool which splits at every one of them would send in pieces. */
function splitByMistake({ tool, path, beside }: Placement, { text, files }: Mended): readonly string[] {
  if (tool.enclosed === undefined) return [];
  const segments = [text, ...files].flatMap((content) => tool.read({ path, text: content, beside: new Map(Object.entries(beside)) }).segments);
  const sent = segments.filter(({ send }) => send === 'statement').flatMap((segment) => statementsOf(segment.text, createParseMemo()));
  return sent.map(({ parsed }) => parsed.text).filter((statement) => statement.includes(';'));
}

let proven = 0;

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let lanes: Lanes;
  beforeAll(async () => {
    server = await startServer(major);
    lanes = await openLanes(server, 2);
  });
  afterAll(async () => {
    console.info(`placements: ${String(proven)} fixes in files of tools proven up to PostgreSQL ${String(major)}`);
    await server.stop();
  });

  test.concurrent.each(TOOL_EXAMPLES)('$title', async (placement) => {
    const { tool, path, text, beside } = placement;
    const world = users(text);
    const original = await lanes.originally(world, text, (client) => runFiles(client, tool, [{ path, text, beside: new Map(Object.entries(beside)) }]));
    expect(original.error).toMatch(/cannot (?:run|be executed|be used)|must not be used/u);
    const wanted = await lanes.run(world, plainly(placement), text);
    expect(wanted.error).toBeUndefined();
    // Only the way forward runs here.
    const fixes = fixesIn(placement, world, major).filter(({ rule, title }) => rule === 'not-in-transaction' && !title.includes('+migrate Down'));
    expect(fixes.length).toBeGreaterThan(0);
    for (const fix of fixes) {
      const outcome = await lanes.work(world, text, apply(placement, fix));
      expect(outcome.error ?? complaintOf(fix.rule, wanted.lines, outcome.lines), `${fix.title}\n${fix.text}\n${fix.files.join('\n---\n')}`).toBeUndefined();
      proven += 1;
    }
  });

  test.concurrent.each(STATEMENTS_OF_TOOLS)('$title', async (placement) => {
    const wanted = await lanes.run(SCHEMA + DATA, placement.sql);
    expect(wanted.error).toBeUndefined();
    for (const fix of fixesIn(placement, SCHEMA, major)) {
      expect(splitByMistake(placement, fix), fix.text).toEqual([]);
      const outcome = await lanes.work(SCHEMA + DATA, placement.sql, apply(placement, fix));
      const complaint = outcome.error ?? (/in (?:the next|a later) migration/u.test(fix.title) ? undefined : complaintOf(fix.rule, wanted.lines, outcome.lines));
      expect(complaint, `${fix.rule}: ${fix.title}\n${fix.text}\n${fix.files.map((file, at) => `--- ${fix.paths[at] ?? ''}\n${file}`).join('\n')}`).toBeUndefined();
      proven += 1;
    }
  });
});
