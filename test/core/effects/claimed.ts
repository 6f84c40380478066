/** What the model says of a statement, in the short form that the tables of these tests are written in. */
import type { Effects } from '../../../server/src/core/effects/effects';
import { effectsOf } from '../../../server/src/core/effects/postgres/effects';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA, type Schema } from '../../../server/src/core/schema/schema';
import { SchemaEditor } from '../../../server/src/core/schema/editor';
import { createParseMemo, statementsOf } from '../../../server/src/core/sql/postgres/parse';

const SHORT: Readonly<Record<string, string>> = {
  'ACCESS SHARE': 'AS',
  'ROW SHARE': 'RS',
  'ROW EXCLUSIVE': 'RE',
  'SHARE UPDATE EXCLUSIVE': 'SUE',
  SHARE: 'S',
  'SHARE ROW EXCLUSIVE': 'SRE',
  EXCLUSIVE: 'E',
  'ACCESS EXCLUSIVE': 'AE',
};

const memo = createParseMemo();

/** The effects of one statement. Without a schema nothing is known of the database. */
export function effects(sql: string, schema?: string, version = 18): Effects {
  return effectsIn(sql, schema === undefined ? UNKNOWN_SCHEMA : schemaFromDdl(schema, memo, version).schema, version);
}

export function effectsIn(sql: string, schema: Schema, version = 18): Effects {
  const [statement] = statementsOf(sql, memo);
  if (!statement?.parsed.ok) throw new Error(`does not parse: ${sql}`);
  return effectsOf(statement.parsed, new SchemaEditor(schema), { path: 'migrations/001.sql', version });
}

/** `AE users, SRE coupons`, sorted by relation; `?` marks what is conditional, and `public.` is left out. */
export function locks({ locks: claims }: Effects): string {
  return claims
    .map(({ relation, mode, certainty }) => `${SHORT[mode] ?? mode}${certainty === 'conditional' ? '?' : ''} ${relation.replace(/^public\./, '')}`)
    .sort((a, b) => (a.replace(/^\S+ /, '') < b.replace(/^\S+ /, '') ? -1 : 1))
    .join(', ');
}

/** `rewrites a; rebuilds b, c; scans d`: what there is of it. */
export function work({ rewrites, rebuilds, scans }: Effects): string {
  const part = (word: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${word} ${names.map((name) => name.replace(/^public\./, '')).sort().join(', ')}`];
  return [...part('rewrites', rewrites), ...part('rebuilds', rebuilds), ...part('scans', scans)].join('; ');
}
