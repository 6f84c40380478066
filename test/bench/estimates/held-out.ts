import { data, ddl, often, outside, type Case, type CaseSet } from './case';

/**
 * Migrations that no constant of the model was ever fitted to, on tables of other shapes, kinds of column and sizes than those
 * in tables.ts. They are there to be judged by: whoever changes the model by what they took has to make new ones.
 */
export const HELD_OUT: CaseSet = {
  name: 'held-out',
  tables: (rows) => Object.values(scripts(rows)),
  cases: (_, circumstance) => (circumstance === 'load' ? CASES.filter(({ often }) => often === true) : CASES),
  probed: [['readings', 'sensor'], ['people', 'email'], ['ledger', 'booked']],
};

function scripts(rows: number): Readonly<Record<string, string>> {
  const people = Math.round(rows / 4);
  const few = Math.round(rows / 25);
  return {
    people: `CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(120) NOT NULL, name text, born date, country char(2), active boolean DEFAULT true);
     INSERT INTO people (email, name, born, country) SELECT 'person.' || hashint4(n) || '@example.com', initcap(substr(md5(n::text), 1, 6 + n % 9)) || ' ' || initcap(substr(md5((n + 1)::text), 1, 8)),
       '1950-01-01'::date + (abs(hashint4(n)) % 20000), (ARRAY['de', 'fr', 'it', 'es', 'pl', 'us'])[1 + n % 6] FROM generate_series(1, ${people}) n;
     CREATE INDEX people_name ON people (name)`,

    ledger: `CREATE TABLE ledger (account int NOT NULL, entry int NOT NULL, amount numeric(14, 4) NOT NULL, balance numeric(18, 4), currency char(3), booked date NOT NULL, memo text, PRIMARY KEY (account, entry));
     INSERT INTO ledger SELECT 1 + n % ${people}, n / ${people}, (hashint4(n) % 1000000) / 7.0, (hashint4(n + 1) % 100000000) / 3.0, (ARRAY['EUR', 'USD', 'PLN'])[1 + n % 3],
       '2015-01-01'::date + n / greatest(1, ${rows} / 3000), CASE WHEN n % 3 = 0 THEN 'transfer ' || n ELSE 'fee' END FROM generate_series(0, ${rows - 1}) n;
     CREATE INDEX ledger_booked ON ledger (booked); CREATE INDEX ledger_amount ON ledger (amount)`,

    readings: `CREATE TABLE readings (sensor int NOT NULL, at timestamptz NOT NULL, a float8, b float8, c float8, d real, e real, ok boolean, unit smallint);
     INSERT INTO readings SELECT abs(hashint4(n)) % 500, '2023-01-01'::timestamptz + n * interval '7 seconds', random(), random() * 100, -random(), random(), NULL, n % 50 <> 0, n % 4 FROM generate_series(1, ${rows * 2}) n`,

    events: `CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant uuid NOT NULL, kind varchar(40) NOT NULL, payload jsonb NOT NULL, occurred timestamp NOT NULL, tags text[], address inet);
     INSERT INTO events (tenant, kind, payload, occurred, tags, address) SELECT md5((n % 2000)::text)::uuid, 'kind.' || (ARRAY['created', 'updated', 'deleted', 'seen'])[1 + n % 4], jsonb_build_object('user', n % ${people}, 'amount', n * 1.5, 'source', 'web'),
       '2022-01-01'::timestamp + n * interval '20 seconds', ARRAY['tag' || n % 50, 'group' || n % 7, 'x' || n % 1000], ('10.' || n % 200 || '.' || n % 250 || '.7')::inet FROM generate_series(1, ${rows}) n;
     CREATE INDEX events_tenant ON events (tenant, occurred); CREATE INDEX events_tags ON events USING gin (tags)`,

    members: `CREATE TABLE members (person int NOT NULL, team int NOT NULL, role smallint, joined date, PRIMARY KEY (person, team));
     INSERT INTO members SELECT 1 + n % ${people}, n / ${people} * 97 + n % 89, n % 5, '2020-01-01'::date + n % 1500 FROM generate_series(0, ${rows - 1}) n ON CONFLICT DO NOTHING;
     CREATE TABLE archive (LIKE members)`,

    pages: `CREATE TABLE pages (id int PRIMARY KEY, slug varchar(200), html text, published boolean);
     INSERT INTO pages SELECT n, 'page-' || md5(n::text), (SELECT string_agg('<p class="text">' || md5((n * 31 + line)::text) || '</p>', chr(10)) FROM generate_series(1, 120) line), false FROM generate_series(1, ${few}) n`,

    regions: `CREATE TABLE regions (id bigint NOT NULL, code text NOT NULL, value int, note text, PRIMARY KEY (id, code)) PARTITION BY LIST (code);
     ${['north', 'east', 'south', 'west', 'centre', 'sea'].map((code) => `CREATE TABLE regions_${code} PARTITION OF regions FOR VALUES IN ('${code}');`).join(' ')}
     CREATE INDEX ON regions (value);
     INSERT INTO regions SELECT n, (ARRAY['north', 'east', 'south', 'west', 'centre', 'sea'])[1 + n % 6], abs(hashint4(n)) % 10000, 'note ' || n FROM generate_series(1, ${rows}) n;
     CREATE TABLE regions_new (id bigint NOT NULL, code text NOT NULL, value int, note text);
     INSERT INTO regions_new SELECT n, 'moon', n % 100, 'note' FROM generate_series(1, ${few * 3}) n`,

    queue: `CREATE TABLE queue (id bigserial PRIMARY KEY, state text NOT NULL, attempts int NOT NULL DEFAULT 0, body bytea) WITH (fillfactor = 70);
     INSERT INTO queue (state, body) SELECT CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'done' END, decode(md5(n::text) || md5((n + 1)::text), 'hex') FROM generate_series(1, ${rows}) n;
     CREATE INDEX queue_state ON queue (state) WHERE state <> 'done';
     CREATE MATERIALIZED VIEW by_country AS SELECT country, born, count(*) AS n FROM people GROUP BY country, born;
     CREATE UNIQUE INDEX by_country_key ON by_country (country, born)`,
  };
}

const CASES: readonly Case[] = [
  // Scans
  often(ddl('ledger', 'ALTER TABLE ledger ADD CONSTRAINT ledger_amount_check CHECK (amount <> 0.00001)')),
  often(ddl('readings', 'ALTER TABLE readings ADD CHECK (a BETWEEN 0 AND 1 AND b < 1000)')),
  ddl('events', "ALTER TABLE events ADD CHECK (kind LIKE 'kind.%')"),
  ddl('queue', 'ALTER TABLE queue ALTER COLUMN body SET NOT NULL'),
  ddl('people', "ALTER TABLE people ADD CHECK (length(email) < 100 AND born > DATE '1900-01-01')"),
  often(ddl('regions_new', "ALTER TABLE regions ATTACH PARTITION regions_new FOR VALUES IN ('moon')")),
  // Foreign keys
  often(ddl('members', 'ALTER TABLE members ADD FOREIGN KEY (person) REFERENCES people (id)')),
  ddl('ledger', 'ALTER TABLE ledger ADD CONSTRAINT ledger_account_fkey FOREIGN KEY (account) REFERENCES people'),
  // Indexes
  often(ddl('readings', 'CREATE INDEX ON readings (sensor, at)')),
  ddl('readings', 'CREATE INDEX ON readings (b)'),
  ddl('readings', 'CREATE INDEX ON readings (unit)'),
  ddl('readings', 'CREATE INDEX ON readings (at DESC)'),
  ddl('readings', 'CREATE INDEX ON readings (sensor) WHERE NOT ok'),
  often(ddl('readings', 'CREATE INDEX ON readings USING brin (at, sensor)')),
  often(ddl('events', 'CREATE INDEX ON events (kind)')),
  ddl('events', 'CREATE INDEX ON events (tenant)'),
  ddl('events', "CREATE INDEX ON events ((payload ->> 'source'))"),
  ddl('events', 'CREATE INDEX ON events USING gin (payload)'),
  ddl('events', 'CREATE INDEX ON events USING hash (tenant)'),
  ddl('events', 'CREATE INDEX ON events (address)'),
  ddl('ledger', 'CREATE INDEX ON ledger (memo)'),
  ddl('ledger', 'CREATE INDEX ON ledger (currency, booked) INCLUDE (amount)'),
  often(ddl('ledger', 'CREATE INDEX ON ledger (balance)')),
  ddl('people', 'CREATE UNIQUE INDEX ON people (email, id)'),
  ddl('people', 'CREATE INDEX ON people (lower(email))'),
  ddl('people', 'CREATE INDEX ON people USING spgist (name)'),
  ddl('people', 'CREATE INDEX ON people (country, born)'),
  ddl('members', 'CREATE INDEX ON members (team)'),
  ddl('regions', 'CREATE INDEX ON regions (note)'),
  ddl('pages', 'CREATE UNIQUE INDEX ON pages (slug)'),
  ddl('queue', "CREATE INDEX ON queue (id) WHERE state = 'failed' AND attempts = 0"),
  often(outside('members', 'CREATE INDEX CONCURRENTLY held_joined ON members (joined)', 'DROP INDEX held_joined')),
  outside('ledger', 'REINDEX INDEX CONCURRENTLY ledger_amount', 'SELECT 1'),
  ddl('events', 'REINDEX TABLE events'),
  ddl('members', 'ALTER TABLE members ADD UNIQUE (team, person)'),
  // Rewrites
  often(ddl('ledger', 'ALTER TABLE ledger ALTER COLUMN amount TYPE numeric(16, 2)')),
  ddl('readings', 'ALTER TABLE readings ALTER COLUMN sensor TYPE bigint'),
  ddl('events', 'ALTER TABLE events ALTER COLUMN occurred TYPE timestamptz'),
  often(ddl('members', 'ALTER TABLE members ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY')),
  ddl('people', "ALTER TABLE people ADD COLUMN handle text GENERATED ALWAYS AS (lower(name) || '@') STORED"),
  ddl('regions', 'ALTER TABLE regions ALTER COLUMN value TYPE bigint'),
  ddl('queue', 'ALTER TABLE queue SET UNLOGGED'),
  ddl('ledger', 'CLUSTER ledger USING ledger_booked'),
  outside('events', 'VACUUM FULL events', 'SELECT 1'),
  often(outside('pages', 'VACUUM FULL pages', 'SELECT 1')),
  ddl('by_country', 'REFRESH MATERIALIZED VIEW by_country'),
  ddl('readings', "CREATE TABLE hourly AS SELECT sensor, date_trunc('hour', at) AS hour, avg(a) AS a FROM readings GROUP BY 1, 2"),
  // Data
  often(data('ledger', "UPDATE ledger SET memo = upper(memo) WHERE currency = 'EUR'")),
  data('readings', 'UPDATE readings SET e = a * 2'),
  often(data('queue', "UPDATE queue SET attempts = attempts + 1 WHERE state = 'failed'")),
  data('queue', 'UPDATE queue SET attempts = 1'),
  data('people', "UPDATE people SET name = name || ' jr.'"),
  data('pages', 'UPDATE pages SET published = true'),
  data('regions', 'UPDATE regions SET value = value + 1'),
  often(data('members', 'DELETE FROM members WHERE role = 2')),
  data('events', "DELETE FROM events WHERE occurred < '2022-02-01'"),
  data('archive', 'INSERT INTO archive SELECT * FROM members'),
  data('members', 'INSERT INTO members SELECT person, team + 1000000, role, joined FROM members WHERE role < 3'),
  // Catalogue only
  often(ddl('events', 'ALTER TABLE events ALTER COLUMN kind TYPE text')),
  ddl('ledger', 'ALTER TABLE ledger ADD COLUMN seen timestamptz DEFAULT now()'),
  ddl('people', 'ALTER TABLE people ALTER COLUMN email SET STATISTICS 500'),
];
