import { beforeAll, describe, expect, it } from 'vitest';
import { analyzeHistory, earlierMigrations, SchemaHistory, type HistorySetting } from '../../server/src/core/folder';
import { createMemo } from '../../server/src/core/memo';
import { UNKNOWN_SCHEMA } from '../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../server/src/core/schema/statistics';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../server/src/core/target';

beforeAll(loadPostgresParser);

const SETTING: HistorySetting = {
  target: DEFAULT_TARGET,
  statistics: NO_STATISTICS,
  options: { lockBudget: 500, batchSize: 1000 },
  severities: {},
  tool: undefined,
};

const FILES = [
  { path: 'm/001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);' },
  { path: 'm/001_users.down.sql', text: 'DROP TABLE users;' },
  { path: 'm/002_orders.up.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);' },
  { path: 'm/003_gone.up.sql', text: 'DROP TABLE orders;' },
];

const tables = (schema: typeof UNKNOWN_SCHEMA): string[] =>
  [...schema.relations.values()]
    .filter((relation) => relation.kind === 'table')
    .map((relation) => relation.name)
    .sort();

describe('analyzeHistory', () => {
  it('gives each file the schema that the files before it leave, except those that undo', () => {
    const before = [...analyzeHistory(FILES, UNKNOWN_SCHEMA, SETTING)].map((analysis) =>
      tables(analysis.statements[0]?.before ?? UNKNOWN_SCHEMA),
    );
    expect(before).toEqual([[], ['public.users'], ['public.users'], ['public.orders', 'public.users']]);
  });

  it('returns the schema after the last file', () => {
    const run = analyzeHistory(FILES, UNKNOWN_SCHEMA, SETTING);
    let next = run.next();
    while (next.done !== true) next = run.next();
    expect(tables(next.value)).toEqual(['public.users']);
  });
});

describe('earlierMigrations', () => {
  it('are those of the same history, without the ones that undo', () => {
    const paths = ['other/001.sql', ...FILES.map((file) => file.path).reverse()];
    expect(earlierMigrations('m/003_gone.up.sql', paths)).toEqual(['m/001_users.up.sql', 'm/002_orders.up.sql']);
  });
});

describe('SchemaHistory', () => {
  const setting = { target: DEFAULT_TARGET, tool: undefined };
  const [users, , orders, gone] = FILES as [(typeof FILES)[0], unknown, (typeof FILES)[0], (typeof FILES)[0]];

  it('gives what the earlier files leave', () => {
    const history = new SchemaHistory(createMemo());
    expect(tables(history.after([users, orders], UNKNOWN_SCHEMA, setting))).toEqual(['public.orders', 'public.users']);
    expect(tables(history.after([users, orders, gone], UNKNOWN_SCHEMA, setting))).toEqual(['public.users']);
    expect(history.after([], UNKNOWN_SCHEMA, setting)).toBe(UNKNOWN_SCHEMA);
  });

  it('gives the same object for the same files, also after a question about an earlier one', () => {
    const history = new SchemaHistory(createMemo());
    const first = history.after([users, orders], UNKNOWN_SCHEMA, setting);
    history.after([users], UNKNOWN_SCHEMA, setting);
    expect(history.after([{ ...users }, { ...orders }], UNKNOWN_SCHEMA, setting)).toBe(first);
  });

  it('sees a change of an earlier file', () => {
    const history = new SchemaHistory(createMemo());
    history.after([users, orders], UNKNOWN_SCHEMA, setting);
    const changed = { ...users, text: 'CREATE TABLE people (id bigint PRIMARY KEY);' };
    expect(tables(history.after([changed, orders], UNKNOWN_SCHEMA, setting))).toEqual(['public.orders', 'public.people']);
  });
});
