/** What the model says that a statement does, in the same terms as the truth that was measured. */
import { analyze } from '../../server/src/core/analyze';
import type { Certainty } from '../../server/src/core/effects/effects';
import type { LockMode } from '../../server/src/core/effects/postgres/lock-modes';
import { type AnalysisMemo, createMemo } from '../../server/src/core/memo';
import { schemaFromDdl } from '../../server/src/core/schema/postgres/load';
import type { Schema } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';

export interface Claim {
  readonly locks: readonly { readonly relation: string; readonly kind: string; readonly mode: LockMode; readonly certainty: Certainty }[];
  readonly rewrites: readonly string[];
  readonly rebuilds: readonly string[];
  readonly scans: readonly string[];
  readonly inTransaction: boolean;
  readonly certainty: Certainty;
  /** Statements that could not be parsed: the claim is empty then. */
  readonly problems: readonly string[];
}

/**
 * Gives the claim about one statement, after a schema and an optional setup. The parser must have been loaded.
 * Schemas are remembered, so that a whole suite replays the world once for each version.
 */
export function claim(sql: string, schemaSql: string, version: number, setup?: string): Claim {
  const world = worldOf(schemaSql, version);
  const schema = setup === undefined ? world : run('setup.sql', setup, world, version).after;
  const { statements, problems } = run('case.sql', sql, schema, version);
  const effects = statements.find((statement) => statement.effects !== undefined)?.effects;
    return {
    locks: (effects?.locks ?? [])
      .map(({ relation, relationKind, mode, certainty }) => ({ relation, kind: relationKind, mode, certainty }))
      .sort((a, b) => (a.relation < b.relation ? -1 : 1)),
    rewrites: [...(effects?.rewrites ?? [])].sort(),
    rebuilds: [...(effects?.rebuilds ?? [])].sort(),
    scans: [...(effects?.scans ?? [])].sort(),
    inTransaction: effects?.transaction.allowed ?? true,
    certainty: effects?.certainty ?? 'conditional',
    problems: problems.map(({ message }) => message),
  };
}

const schemas = new Map<string, Schema>();
const memos = new Map<number, AnalysisMemo>();

function worldOf(sql: string, version: number): Schema {
  const key = `${version} ${sql}`;
  let schema = schemas.get(key);
  if (schema === undefined) schemas.set(key, (schema = schemaFromDdl(sql, undefined, version).schema));
  return schema;
}

function run(path: string, text: string, schema: Schema, version: number): ReturnType<typeof analyze> {
  let memo = memos.get(version);
  if (memo === undefined) memos.set(version, (memo = createMemo()));
  return analyze(
    {
      path,
      text,
      schema,
      target: { dialect: 'postgresql', version, source: 'setting' },
      statistics: NO_STATISTICS,
      options: { lockBudget: 500, batchSize: 1000 },
      severities: {},
      tool: 'plain',
    },
    memo,
  );
}
