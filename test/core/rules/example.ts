import type { Analysis } from '../../../server/src/core/analysis';
import { analyze, type AnalysisInput } from '../../../server/src/core/analyze';
import { analyzeHistory } from '../../../server/src/core/folder';
import { createMemo } from '../../../server/src/core/memo';
import { compareMigrations } from '../../../server/src/core/migration-path';
import { RULE_METAS } from '../../../server/src/core/rules';
import type { Example, Severity } from '../../../server/src/core/rules/rule';
import { UNKNOWN_SCHEMA, type Schema } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS, statisticsFrom } from '../../../server/src/core/schema/statistics';
import { DEFAULT_TARGET, type Target } from '../../../server/src/core/target';

/** Analyses an example as a migration, with every rule switched on. */
export function analyzeExample(example: Example, changes: Partial<AnalysisInput> = {}): Analysis {
  const { sql, schema, whole = false, version, path = 'migrations/001_example.sql', others, used, violations } = example;
  const statistics = used === undefined ? NO_STATISTICS : statisticsFrom(Object.fromEntries(Object.entries(used).map(([name, share]) => [name.includes('.') ? name : `public.${name}`, { rows: undefined, bytes: undefined, used: share }])), () => []);
  const counted = violations === undefined ? {} : { violationsOf: () => ({ count: violations, orMore: false }) };
  const target: Target = version === undefined ? DEFAULT_TARGET : { dialect: 'postgresql', version, source: 'setting' };
  const base = input('schema.sql', schema ?? '', UNKNOWN_SCHEMA, target);
  const before = schema === undefined ? UNKNOWN_SCHEMA : { ...analyze(base, createMemo()).after, complete: whole };
  if (others === undefined) return analyze({ ...input(path, sql, before, target), statistics: { ...statistics, ...counted }, ...changes }, createMemo());
  const files = Object.entries({ ...others, [path]: sql }).map(([name, text]) => ({ path: name, text })).sort((a, b) => compareMigrations(a.path, b.path));
  const { text: _text, path: _path, schema: _schema, ...setting } = { ...input(path, sql, before, target), ...changes };
  const own = [...analyzeHistory(files, before, setting)].find((analysis) => analysis.path === path);
  if (own === undefined) throw new Error(`${path} is not among the files`);
  return own;
}

function input(path: string, text: string, schema: Schema, target: Target): AnalysisInput {
  const severities: Record<string, Severity> = Object.fromEntries(RULE_METAS.map(({ id, severity }) => [id, severity]));
  return { path, text, target, schema, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 5000 }, severities, tool: undefined };
}
