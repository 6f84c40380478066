import { analyze, type AnalysisInput } from '../../server/src/core/analyze';
import { estimateMigration } from '../../server/src/core/estimate/migration';
import { createMemo } from '../../server/src/core/memo';
import { replay } from '../../server/src/core/replay';
import { UNKNOWN_SCHEMA, type Schema } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { plain } from '../../server/src/core/script/tools/plain';
import { askParser } from '../../server/src/core/sql/postgres/module';
import { createParseMemo, loadPostgresParser, statementsOf } from '../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../server/src/core/target';
import { jsonReporter } from '../../server/src/reporters/json';

interface File {
  readonly path: string;
  readonly text: string;
}

/** A stage of the way through, and the CPU time of all up to it, in seconds. */
export interface Stage {
  readonly name: string;
  readonly cpu: number;
}

/** Where the time goes when files are checked: each stage does what the one before does, and one thing more. */
export async function stagesOf(files: readonly File[]): Promise<readonly Stage[]> {
  await loadPostgresParser();
  const texts = files.flatMap(({ text }) => statementsOf(text, createParseMemo()).map(({ parsed }) => parsed.text));
  const stages: readonly (readonly [name: string, run: () => void])[] = [
    ["the server's parser alone (the floor)", () => { for (const text of texts) askParser(text); }],
    ['split, and trees read', () => { for (const { text } of files) statementsOf(text, createParseMemo()); }],
    ['effects, schema, transactions', () => { inOrder(files, replayed); }],
    ['judged by the rules', () => { inOrder(files, (file, schema) => analysed(file, schema).after); }],
    ['mended, each fix parsed again', () => { inOrder(files, mended); }],
    ['estimated, and written as JSON', () => { inOrder(files, written); }],
  ];
  return stages.map(([name, run]) => ({ name, cpu: Math.min(...[1, 2, 3].map(() => cpuOf(run))) }));
}

function cpuOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Each folder by itself, its files in order: what is there after one is there before the next. */
function inOrder(files: readonly File[], step: (file: File, schema: Schema) => Schema): void {
  const schemas = new Map<string, Schema>();
  for (const file of files) {
    const folder = file.path.slice(0, file.path.lastIndexOf('/'));
    schemas.set(folder, step(file, schemas.get(folder) ?? UNKNOWN_SCHEMA));
  }
}

function replayed(file: File, schema: Schema): Schema {
  return replay(plain.read(file), schema, { path: file.path, version: DEFAULT_TARGET.version }, createMemo()).after;
}

function analysed(file: File, schema: Schema): ReturnType<typeof analyze> {
  const input: AnalysisInput = { ...file, schema, target: DEFAULT_TARGET, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 5000 }, severities: {}, tool: undefined };
  return analyze(input, createMemo());
}

function mended(file: File, schema: Schema): Schema {
  const analysis = analysed(file, schema);
  for (const finding of analysis.findings) finding.fixes();
  return analysis.after;
}

function written(file: File, schema: Schema): Schema {
  const analysis = analysed(file, schema);
  jsonReporter().file(analysis, () => estimateMigration(analysis, NO_STATISTICS));
  return analysis.after;
}
