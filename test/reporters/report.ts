/** Migrations with times that the tests choose: what the report makes of them, not what the model says. */
import type { StatementEstimate } from '../../server/src/core/estimate/estimate';
import { analyze } from '../../server/src/core/analyze';
import type { Blocked, Duration, MigrationEstimate } from '../../server/src/core/estimate/estimate';
import { schemaFromDdl } from '../../server/src/core/folder';
import { createMemo } from '../../server/src/core/memo';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import type { RelationName } from '../../server/src/core/schema/names';
import type { ReportedMigration } from '../../server/src/reporters/report/report';

/** Seconds, or the reason why nobody can say, or seconds for each million rows. */
export type Time = number | string | { readonly perMillionRows: number };

export const DDL = `
  CREATE TABLE users (id bigint PRIMARY KEY, email text, country text);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total int);
  CREATE TABLE "<script>alert(1)</script>" (id bigint, n int);
`;

/**
 * A migration and its estimate.
 * @param times one for each statement, in order; those of its blocks are given apart
 */
export function reported(sql: string, times: readonly Time[], blocked: readonly (Omit<Partial<Blocked>, 'time' | 'relation'> & { relation: string; time?: number })[] = [], ddl = DDL): ReportedMigration {
  const target = { dialect: 'postgresql', version: 17, source: 'setting' } as const;
  const { schema } = schemaFromDdl({ path: 'schema.sql', text: ddl }, target, createMemo());
  const analysis = analyze({ path: 'migrations/7.sql', text: sql, target, schema, statistics: NO_STATISTICS, options: { lockBudget: 500, batchSize: 1000 }, severities: {}, tool: undefined }, createMemo());
  const statements = analysis.statements.map(({ effects, segment }, index) => (effects === undefined || segment.direction === 'down' ? undefined : statement(times[index] ?? 0.001)));
  const known = statements.every((one) => one === undefined || one.runs !== undefined);
  const estimate: MigrationEstimate = {
    statements,
    blocked: blocked.map(({ relation, time, ...rest }) => ({ relation: `public.${relation}` as RelationName, transaction: 0, from: 0, to: rest.from ?? 0, mode: 'ACCESS EXCLUSIVE', blocks: 'reads and writes', ...rest, time: time === undefined ? undefined : exactly(time) })),
    runs: known ? exactly(statements.reduce((sum, one) => sum + (one?.runs?.likely ?? 0), 0)) : undefined,
    blocksReads: blocked.every(({ time }) => time !== undefined) ? exactly(blocked.filter(({ blocks }) => blocks !== 'writes').reduce((sum, { time = 0 }) => sum + time, 0)) : undefined,
    blocksWrites: blocked.every(({ time }) => time !== undefined) ? exactly(blocked.reduce((sum, { time = 0 }) => sum + time, 0)) : undefined,
  };
  return { analysis, estimate, lockBudget: 500 };
}

function statement(time: Time): StatementEstimate {
  const rest = { basis: 'catalog', perMillionRows: undefined, unknown: undefined, runs: undefined, work: [], waits: [] } as const;
  if (typeof time === 'number') return { ...rest, runs: exactly(time) };
  if (typeof time === 'string') return { ...rest, unknown: time };
  return { ...rest, basis: 'default', unknown: 'the size of users is not known', perMillionRows: exactly(time.perMillionRows) };
}

function exactly(seconds: number): Duration {
  return { low: seconds, likely: seconds, high: seconds };
}
