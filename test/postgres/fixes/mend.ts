/** The fixes of a migration as the product offers them, each as the text it makes. */
import type { Analysis } from '../../../server/src/core/analysis';
import { analyze, type AnalysisInput } from '../../../server/src/core/analyze';
import { fixFile } from '../../../server/src/core/fix-file';
import { createMemo, type AnalysisMemo } from '../../../server/src/core/memo';
import { RULE_METAS } from '../../../server/src/core/rules';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA, type Schema } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../../server/src/core/schema/statistics';
import { applyEdits } from '../../../server/src/core/text';

export interface Mended {
  readonly rule: string;
  readonly title: string;
  /** The migration with the fix. */
  readonly text: string;
  /** The fix's new files, to be run behind it. */
  readonly files: readonly string[];
  /** Where they are to stand. */
  readonly paths: readonly string[];
}

/** One memo for all: most of what is analysed has been parsed before. */
const memo: AnalysisMemo = createMemo();
const schemas = new Map<string, Schema>();

/** Each fix of each finding, applied alone. Of the same text only the first. */
export function fixesOf(input: AnalysisInput): readonly Mended[] {
  const analysis = analyze(input, memo);
  const found = new Map<string, Mended>();
  for (const finding of analysis.findings) {
    for (const { title, edits, files = [] } of finding.fixes()) {
      // A background job is no SQL; jobs have a proof of their own.
      if (title.startsWith('Move it to a background job')) continue;
      const mended = { rule: finding.rule, title, text: applyEdits(input.text, edits), files: files.map(({ text }) => text), paths: files.map(({ path }) => path) };
      const key = [mended.rule, mended.text, ...mended.files].join('\n');
      if (!found.has(key)) found.set(key, mended);
    }
  }
  return [...found.values()];
}

/** All fixes that can be applied, the first of each finding, until nothing changes any more. */
export function fixAll(input: AnalysisInput): { readonly text: string; readonly count: number } {
  const rank = (title: string): number => (title.startsWith('Ignore') ? 1 : 0);
  return fixFile(input, (finding) => [...finding.fixes()].sort((a, b) => rank(a.title) - rank(b.title))[0], memo);
}

/** What an analysis says of a text. */
export function findingsIn(input: AnalysisInput): Analysis['findings'] {
  return analyze(input, memo).findings;
}

/**
 * The input of a migration over a schema, with every rule on but those that are named.
 * @param ddl the schema as DDL; undefined where nothing is known
 */
export function migration(text: string, ddl: string | undefined, version: number, off: readonly string[] = [], path = 'migrations/001_example.sql'): AnalysisInput {
  return {
    path,
    text,
    target: { dialect: 'postgresql', version, source: 'setting' },
    schema: ddl === undefined ? UNKNOWN_SCHEMA : schemaOf(ddl),
    statistics: NO_STATISTICS,
    options: { lockBudget: 500, batchSize: 100 },
    severities: Object.fromEntries(RULE_METAS.map(({ id, severity }) => [id, off.includes(id) ? 'off' : severity])),
    tool: undefined,
  };
}

function schemaOf(ddl: string): Schema {
  const known = schemas.get(ddl) ?? schemaFromDdl(ddl).schema;
  schemas.set(ddl, known);
  return known;
}
