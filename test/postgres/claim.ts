/** What the model says that a statement does, in the same terms as the truth that was measured. */
import { analyze } from '../../server/src/core/analyze';
import type { Certainty } from '../../server/src/core/effects/effects';
import type { LockMode } from '../../server/src/core/effects/postgres/lock-modes';
import { type AnalysisMemo, createMemo } from '../../server/src/core/memo';
import { type RelationName, displayName } from '../../server/src/core/schema/names';
import { type Schema, UNKNOWN_SCHEMA } from '../../server/src/core/schema/schema';
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
  const world = after(schemaSql, { ...UNKNOWN_SCHEMA, complete: true }, version);
  const schema = setup === undefined ? world : run(setup, world, version).after;
  const { statements, problems } = run(sql, schema, version);
  const effects = statements.find((statement) => statement.effects !== undefined)?.effects;
  const names = (relations: readonly RelationName[]): string[] => relations.map(displayName).sort();
  return {
    locks: (effects?.locks ?? [])
      .map(({ relation, relationKind, mode, certainty }) => ({ relation: displayName(relation), kind: relationKind, mode, certainty }))
      .sort((a, b) => (a.relation < b.relation ? -1 : 1)),
    rewrites: names(effects?.rewrites ?? []),
    rebuilds: names(effects?.rebuilds ?? []),
    scans: names(effects?.scans ?? []),
    inTransaction: effects?.transaction.allowed ?? true,
    certainty: effects?.certainty ?? 'conditional',
    problems: problems.map(({ message }) => message),
  };
}

const schemas = new Map<string, Schema>();
const memos = new Map<number, AnalysisMemo>();

function after(sql: string, before: Schema, version: number): Schema {
  const key = `${version} ${sql}`;
  const known = schemas.get(key);
  if (known !== undefined) return known;
  const schema = run(sql, before, version).after;
  schemas.set(key, schema);
  return schema;
}

function run(text: string, schema: Schema, version: number): ReturnType<typeof analyze> {
  let memo = memos.get(version);
  if (memo === undefined) memos.set(version, (memo = createMemo()));
  return analyze(
    {
      path: 'case.sql',
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
