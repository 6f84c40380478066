/**
 * The proof of the quick-fixes: each bad example of each rule runs on a real server as it is and as its first fix for
 * that server's version makes it, and both must leave the same schema and the same rows behind.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../server/src/core/analyze';
import { createMemo } from '../../server/src/core/memo';
import { loadRewriter } from '../../server/src/core/rewrites/batches/typed-tree';
import { RULES, FILE_RULES } from '../../server/src/core/rules';
import type { Example } from '../../server/src/core/rules/rule';
import { schemaFromDdl } from '../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../server/src/core/text';
import { PROVEN_ON } from './fixes/corpus';
import { dependenceOf, openLanes, type Lanes } from './fixes/lanes';
import { fingerprint, runScript } from './proof';
import { startServer, type Server } from './servers';

const proofs = [...RULES, ...FILE_RULES].flatMap(({ meta }) =>
  meta.bad.filter((example) => example.fixed !== undefined && example.unproven === undefined).map((example, index) => ({ id: meta.id, index: index + 1, example })),
);

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
});

describe.each(PROVEN_ON)('PostgreSQL %i', (major) => {
  let server: Server;
  let lanes: Lanes;
  beforeAll(async () => {
    server = await startServer(major);
    lanes = await openLanes(server, 3);
  });
  afterAll(() => server.stop());

  const suitable = proofs.filter(({ example }) => example.version === undefined || example.version === major);
  test.concurrent.each(suitable)('$id, example $index', async ({ id, example }) => {
    const mended = firstFix(id, example, major);
    const original = await outcome(lanes, example, example.sql);
    const fixed = await outcome(lanes, example, mended);
    expect(fixed.error, mended).toBeUndefined();
    // Where the original cannot run at all there is nothing to compare with; that the fixed one runs is the proof.
    if (original.error === undefined) expect(fixed.lines).toEqual(original.lines);
  });
});

function firstFix(rule: string, { schema, sql, path }: Example, version: number): string {
  const analysis = analyze(
    {
      path: path ?? 'migrations/001_example.sql',
      text: sql,
      target: { dialect: 'postgresql', version, source: 'setting' },
      schema: schema === undefined ? UNKNOWN_SCHEMA : schemaFromDdl(schema).schema,
      statistics: NO_STATISTICS,
      options: { lockBudget: 500, batchSize: 100 },
      severities: { [rule]: 'warning' },
      tool: undefined,
    },
    createMemo(),
  );
  const [fix] = analysis.findings.find((finding) => finding.rule === rule)?.fixes() ?? [];
  if (fix === undefined) throw new Error(`no fix for version ${version}`);
  return applyEdits(sql, fix.edits);
}

interface Outcome {
  readonly error: string | undefined;
  readonly lines: readonly string[];
}

async function outcome(lanes: Lanes, example: Example, sql: string): Promise<Outcome> {
  return lanes.within(async (client, traffic) => {
    for (const before of [example.schema, example.data]) {
      const error = before === undefined ? undefined : await runScript(client, before);
      if (error !== undefined) throw new Error(`the example's schema or data does not run: ${error}`);
    }
    // Examples have few rows, and what they say may matter in any way.
    const { value: error } = await traffic.beside(example.sql, dependenceOf(example.sql) === 'order' ? 'order' : 'rows', () => runScript(client, sql));
    return { error, lines: error === undefined ? await fingerprint(client) : [] };
  });
}
