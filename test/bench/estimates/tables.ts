import { data, ddl, often, outside, type Case, type CaseSet } from './case';

/** The migrations that the constants of the model were fitted to, in the course of its making. */
export const FITTED: CaseSet = {
  name: 'fitted',
  tables,
  cases: casesOf,
  probed: [['narrow', 'random'], ['narrow', 'word'], ['wide', 'g'], ['skewed', 'weight']],
};

/** From so many rows on only the tables of the cases that are run everywhere are made. */
const MANY = 2_000_000;

/** The tables of the benchmark, by the number of rows: one for each shape that costs are different for. */
function tables(rows: number): readonly string[] {
  const wanted = new Set(['users', ...casesOf(rows, 'warm').map(({ table }) => table)]);
  return Object.entries(scripts(rows)).flatMap(([table, sql]) => (rows < MANY || wanted.has(table) ? [sql] : []));
}

/** The cases for tables of a size: all of them in memory and with cold caches, those that stand for others under load and for the largest tables. */
function casesOf(rows: number, circumstance: 'warm' | 'cold' | 'load'): readonly Case[] {
  if (circumstance === 'load') return CASES.filter(({ often }) => often === true);
  return rows < MANY ? CASES : CASES.filter(({ often, table }) => often === true && LARGE.has(table));
}

/** The tables that are made large. */
const LARGE = new Set(['narrow', 'parted', 'skewed']);

function scripts(rows: number): Readonly<Record<string, string>> {
  const parents = Math.round(rows / 10);
  const large = Math.round(rows / 20);
  return {
    users: `CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
     INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, ${parents}) n`,

    narrow: `CREATE TABLE narrow (id bigint PRIMARY KEY, random int NOT NULL, user_id bigint, low int, at timestamptz, word text, price numeric(10, 2), maybe int);
     INSERT INTO narrow SELECT n, hashint8(n), 1 + abs(hashint8(n + 7)) % ${parents}, n % 10, '2020-01-01'::timestamptz + n * interval '1 second', md5(n::text), (n % 100000) / 100.0,
       CASE WHEN n % 4 = 0 THEN n END FROM generate_series(1, ${rows}) n`,

    wide: `CREATE TABLE wide (id bigint PRIMARY KEY, a text, b text, c text, d int, e int, f timestamptz DEFAULT now(), g uuid, h boolean, data jsonb);
     INSERT INTO wide SELECT n, repeat(md5(n::text), 4), repeat(md5((n + 1)::text), 4), 'x', n, -n, now(), md5(n::text)::uuid, n % 2 = 0,
       jsonb_build_object('id', n, 'tag', 'tag ' || n % 1000, 'list', jsonb_build_array(n, n % 7)) FROM generate_series(1, ${rows}) n`,

    toasted: `CREATE TABLE toasted (id bigint PRIMARY KEY, title text, body text);
     ALTER TABLE toasted ALTER body SET STORAGE EXTERNAL;
     INSERT INTO toasted SELECT n, 'title ' || n, repeat(md5(n::text), 150) FROM generate_series(1, ${large}) n`,

    indexed: `CREATE TABLE indexed (id bigint PRIMARY KEY, a int, b text, c timestamptz, d uuid, state text);
     INSERT INTO indexed SELECT n, hashint8(n), md5(n::text), '2020-01-01'::timestamptz + n * interval '1 second', md5((n + 3)::text)::uuid, 'open' FROM generate_series(1, ${rows}) n;
     CREATE INDEX indexed_a ON indexed (a); CREATE INDEX indexed_b ON indexed (b); CREATE INDEX indexed_c ON indexed (c); CREATE INDEX indexed_d ON indexed (d)`,

    parted: `CREATE TABLE parted (id bigint NOT NULL, at date NOT NULL, user_id bigint, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
     ${[1, 2, 3, 4].map((quarter) => `CREATE TABLE parted_${quarter} PARTITION OF parted FOR VALUES FROM ('2024-0${quarter}-01') TO ('2024-0${quarter + 1}-01');`).join(' ')}
     INSERT INTO parted SELECT n, '2024-01-01'::date + (n % 119)::int, 1 + n % ${parents}, md5(n::text) FROM generate_series(1, ${rows}) n;
     CREATE TABLE loose_part (id bigint NOT NULL, at date NOT NULL, user_id bigint, note text);
     INSERT INTO loose_part SELECT n, '2024-05-01'::date + (n % 30)::int, 1, md5(n::text) FROM generate_series(1, ${large}) n`,

    roomy: `CREATE TABLE roomy (id bigint PRIMARY KEY, n int, note text) WITH (fillfactor = 50);
     INSERT INTO roomy SELECT n, n, md5(n::text) FROM generate_series(1, ${rows}) n`,

    skewed: `CREATE TABLE skewed (id bigint PRIMARY KEY, owner int, kind text, weight float8);
     INSERT INTO skewed SELECT n, (ln(1 + abs(hashint8(n)) % 1000000) ^ 2)::int, 'kind ' || (n % 3), abs(hashint8(n)) / 1000.0 FROM generate_series(1, ${rows}) n;
     CREATE INDEX skewed_owner ON skewed (owner)`,

    audited: `CREATE TABLE audited (id bigint PRIMARY KEY, n int, user_id bigint REFERENCES users);
     INSERT INTO audited SELECT n, n, 1 + n % ${parents} FROM generate_series(1, ${Math.round(rows / 2)}) n;
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER audited_touch BEFORE UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION touch();
     CREATE MATERIALIZED VIEW totals AS SELECT low, word, count(*) AS n, sum(price) AS total FROM narrow WHERE id % 5 = 0 GROUP BY low, word;
     CREATE UNIQUE INDEX totals_word ON totals (word)`,
  };
}

const CASES: readonly Case[] = [
  // Scans
  often(ddl('narrow', 'ALTER TABLE narrow ALTER COLUMN user_id SET NOT NULL')),
  ddl('narrow', 'ALTER TABLE narrow ADD CONSTRAINT narrow_check CHECK (id > 0 AND low >= 0)'),
  often(ddl('wide', 'ALTER TABLE wide ALTER COLUMN a SET NOT NULL')),
  ddl('wide', 'ALTER TABLE wide ADD CHECK (length(a) > 0)'),
  often(ddl('parted', 'ALTER TABLE parted ADD CHECK (user_id > 0)')),
  ddl('loose_part', "ALTER TABLE parted ATTACH PARTITION loose_part FOR VALUES FROM ('2024-05-01') TO ('2024-06-01')"),
  ddl('toasted', 'ALTER TABLE toasted ALTER COLUMN title SET NOT NULL'),
  // Foreign keys
  often(ddl('narrow', 'ALTER TABLE narrow ADD FOREIGN KEY (user_id) REFERENCES users')),
  ddl('parted', 'ALTER TABLE parted ADD FOREIGN KEY (user_id) REFERENCES users'),
  often(ddl('indexed', 'ALTER TABLE indexed ADD FOREIGN KEY (id) REFERENCES narrow')),
  // Indexes
  often(ddl('narrow', 'CREATE INDEX ON narrow (random)')),
  often(ddl('narrow', 'CREATE INDEX ON narrow (at)')),
  often(ddl('narrow', 'CREATE INDEX ON narrow (word)')),
  ddl('narrow', 'CREATE INDEX ON narrow (word COLLATE "C")'),
  ddl('narrow', 'CREATE INDEX ON narrow (low)'),
  often(ddl('narrow', 'CREATE INDEX ON narrow (low, random)')),
  ddl('narrow', 'CREATE INDEX ON narrow (price)'),
  ddl('narrow', 'CREATE UNIQUE INDEX ON narrow (random, id)'),
  ddl('narrow', 'CREATE INDEX ON narrow (maybe) WHERE maybe IS NOT NULL'),
  ddl('narrow', 'CREATE INDEX ON narrow (random) WHERE low = 3'),
  ddl('narrow', 'CREATE INDEX ON narrow (lower(word))'),
  ddl('narrow', 'CREATE INDEX ON narrow (user_id) INCLUDE (price)'),
  often(ddl('narrow', 'CREATE INDEX ON narrow USING brin (at)')),
  ddl('narrow', 'CREATE INDEX ON narrow USING hash (random)'),
  often(ddl('wide', 'CREATE INDEX ON wide (g)')),
  ddl('wide', 'CREATE INDEX ON wide (d)'),
  ddl('wide', 'CREATE INDEX ON wide USING gin (data)'),
  ddl('wide', 'CREATE INDEX ON wide USING gin (data jsonb_path_ops)'),
  often(ddl('skewed', 'CREATE INDEX ON skewed (kind)')),
  ddl('skewed', 'CREATE INDEX ON skewed USING gist (box(point(weight, owner), point(weight, owner)))'),
  ddl('skewed', 'CREATE INDEX ON skewed (weight)'),
  often(ddl('parted', 'CREATE INDEX ON parted (user_id)')),
  ddl('roomy', 'CREATE INDEX ON roomy (note)'),
  ddl('narrow', 'ALTER TABLE narrow ADD UNIQUE (word)'),
  ddl('loose_part', 'ALTER TABLE loose_part ADD PRIMARY KEY (id)'),
  ddl('indexed', 'REINDEX TABLE indexed'),
  ddl('skewed', 'REINDEX INDEX skewed_owner'),
  often(outside('narrow', 'CREATE INDEX CONCURRENTLY bench_random ON narrow (random)', 'DROP INDEX bench_random')),
  outside('narrow', 'CREATE INDEX CONCURRENTLY bench_word ON narrow (word)', 'DROP INDEX bench_word'),
  // Rewrites
  often(ddl('narrow', 'ALTER TABLE narrow ALTER COLUMN maybe TYPE bigint')),
  often(ddl('wide', 'ALTER TABLE wide ALTER COLUMN e TYPE bigint')),
  often(ddl('toasted', 'ALTER TABLE toasted ADD COLUMN n serial')),
  often(ddl('indexed', 'ALTER TABLE indexed ADD COLUMN made timestamptz DEFAULT clock_timestamp()')),
  ddl('narrow', 'ALTER TABLE narrow ADD COLUMN u uuid DEFAULT gen_random_uuid()'),
  often(ddl('parted', 'ALTER TABLE parted ADD COLUMN twice bigint GENERATED ALWAYS AS (id * 2) STORED')),
  ddl('roomy', 'ALTER TABLE roomy ALTER COLUMN n TYPE bigint'),
  ddl('skewed', 'ALTER TABLE skewed SET UNLOGGED'),
  ddl('indexed', 'CLUSTER indexed USING indexed_a'),
  outside('wide', 'VACUUM FULL wide', 'SELECT 1'),
  often(outside('narrow', 'VACUUM FULL narrow', 'SELECT 1')),
  ddl('totals', 'REFRESH MATERIALIZED VIEW totals'),
  often(ddl('narrow', 'CREATE TABLE copied AS SELECT * FROM narrow')),
  // Data
  often(data('narrow', 'UPDATE narrow SET low = low + 1')),
  data('narrow', "UPDATE narrow SET word = 'x' WHERE maybe IS NULL"),
  data('indexed', "UPDATE indexed SET state = 'done'"),
  often(data('roomy', 'UPDATE roomy SET n = n + 1')),
  data('wide', 'UPDATE wide SET d = 0'),
  data('audited', 'UPDATE audited SET n = n + 1'),
  often(data('parted', "UPDATE parted SET note = 'none'")),
  often(data('narrow', 'DELETE FROM narrow')),
  data('indexed', 'DELETE FROM indexed WHERE id % 2 = 0'),
  often(data('skewed', "DELETE FROM skewed WHERE kind = 'kind 1'")),
  data('loose_part', 'INSERT INTO loose_part SELECT id, at, user_id, note FROM parted'),
  data('audited', 'INSERT INTO audited SELECT id + 100000000, 1, 1 + id % 1000 FROM roomy'),
  // Catalogue only
  often(ddl('narrow', 'ALTER TABLE narrow ADD COLUMN fixed int NOT NULL DEFAULT 7')),
  ddl('narrow', 'ALTER TABLE narrow ADD CHECK (low < 100) NOT VALID'),
  ddl('narrow', 'ALTER TABLE narrow DROP COLUMN maybe'),
  ddl('wide', 'ALTER TABLE wide RENAME COLUMN a TO first'),
];
