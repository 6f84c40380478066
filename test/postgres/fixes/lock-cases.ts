/** Migrations whose fixes claim to hold up others less, over tables of at least 200,000 rows; and the fixes that claim no such thing. */

/** Wide rows where a scan has to take long enough to be measured beside the noise of a small machine. */
export const LARGE_SCHEMA = `
  CREATE DOMAIN mail AS text;
  CREATE TABLE users (id bigint PRIMARY KEY, name text, email mail, n int, org bigint);
  CREATE INDEX users_name ON users (name);
  CREATE TABLE orgs (id bigint PRIMARY KEY);
  CREATE TABLE copies (id bigint PRIMARY KEY);
  CREATE TABLE news (id bigint PRIMARY KEY);
  CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
  CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE events_2025 (id bigint NOT NULL, at date NOT NULL, kind text);
  CREATE MATERIALIZED VIEW totals AS SELECT id, n FROM users;
  CREATE UNIQUE INDEX totals_key ON totals (id);`;

/** What most cases work on: without the index of 60 MB, which each changed row would go into, and without the events. */
export const USERS_DATA = `
  DROP INDEX users_name;
  INSERT INTO orgs SELECT g FROM generate_series(0, 99) g;
  INSERT INTO users SELECT g, repeat(md5(g::text), 6), md5(g::text) || '@example.org', g, g % 100 FROM generate_series(1, 200000) g;
  INSERT INTO news SELECT g FROM generate_series(1, 200000) g;
  REFRESH MATERIALIZED VIEW totals;
  ANALYZE;`;

/** What the others need beside it. */
export const REST_OF_DATA = `
  CREATE INDEX users_name ON users (name);
  INSERT INTO events SELECT g, date '2024-01-01' + g % 365, md5(g::text) FROM generate_series(1, 200000) g;
  INSERT INTO events_2025 SELECT g, date '2025-01-01' + g % 365 FROM generate_series(1, 500000) g;
  ANALYZE;`;

/** Whether a case names something of the rest. */
export const needsRest = ({ sql }: LockCase): boolean => /users_name|events/u.test(sql);

export const EXISTING = ['users', 'orgs', 'copies', 'news', 'events', 'events_2024', 'events_2025', 'totals'] as const;

/** Who is held up less: readers or writers by locks of the whole table, or a writer of a row that the migration changes. */
type Spared = 'readers' | 'writers' | 'waits';

export interface LockCase {
  readonly sql: string;
  readonly rule: string;
  /** What the fix's title begins with, where the rule has several. */
  readonly title?: string;
  readonly spares: Spared;
  /** The first major version that has it. */
  readonly since?: number;
  /** A table that a long query reads when the migration comes: what waits for its lock makes others wait. */
  readonly queue?: string;
  /** What writers do meanwhile, where it is not an update of one row of users. */
  readonly write?: string;
}

/** What runs on a version. */
export const lockCases = (version: number): readonly LockCase[] => LOCK_CASES.filter(({ since = 0 }) => since <= version);

const LOCK_CASES: readonly LockCase[] = [
  { sql: 'CREATE INDEX users_email ON users (lower(email), name);', rule: 'create-index-blocking', spares: 'writers' },
  { sql: 'CREATE UNIQUE INDEX users_email ON users (email, name);', rule: 'create-index-blocking', spares: 'writers' },
  { sql: 'CREATE INDEX events_kind ON events (lower(kind), at);', rule: 'create-index-blocking', title: 'Build the index partition by partition', spares: 'writers' },
  { sql: 'DROP INDEX users_name;', rule: 'drop-index-blocking', spares: 'readers', queue: 'users' },
  { sql: 'REINDEX INDEX users_name;', rule: 'reindex-blocking', spares: 'writers' },
  { sql: `ALTER TABLE users ADD CONSTRAINT ok CHECK (md5(md5(name || email)) <> '' AND n >= 0);`, rule: 'add-check-validating', spares: 'readers' },
  { sql: 'ALTER TABLE users ADD CONSTRAINT org_fk FOREIGN KEY (org) REFERENCES orgs (id);', rule: 'add-foreign-key-validating', spares: 'writers' },
  { sql: 'ALTER TABLE users ADD CONSTRAINT email_once UNIQUE (email, name);', rule: 'add-unique-blocking', spares: 'readers' },
  { sql: 'ALTER TABLE events_2025 ADD PRIMARY KEY (at, id);', rule: 'add-primary-key-blocking', spares: 'readers' },
  { sql: `BEGIN;\nALTER TABLE users ADD CONSTRAINT ok CHECK (md5(md5(name || email)) <> '') NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT ok;\nCOMMIT;`, rule: 'validate-in-same-transaction', spares: 'readers' },
  { sql: `ALTER DOMAIN mail ADD CONSTRAINT ok CHECK (md5(md5(VALUE)) <> '');`, rule: 'alter-domain-scanning', spares: 'writers' },
  { sql: 'ALTER TABLE users ADD COLUMN roll double precision DEFAULT random() * 0;', rule: 'add-column-rewriting', title: 'Add the column, then its default, then fill it', spares: 'readers' },
  { sql: 'ALTER TABLE users ADD COLUMN twice text GENERATED ALWAYS AS (upper(name)) STORED;', rule: 'add-column-generated-stored', spares: 'readers', since: 18 },
  { sql: `ALTER TABLE users ADD COLUMN kind text DEFAULT 'x' CHECK (md5(md5(md5(kind))) <> '');`, rule: 'add-column-check', spares: 'readers' },
  { sql: 'ALTER TABLE users ADD COLUMN parent bigint DEFAULT 3 REFERENCES orgs (id);', rule: 'add-column-references', spares: 'readers' },
  { sql: 'ALTER TABLE users ADD COLUMN slug text UNIQUE;', rule: 'add-column-unique', spares: 'readers' },
  { sql: 'ALTER TABLE users ALTER COLUMN name SET NOT NULL;', rule: 'set-not-null-scanning', title: 'Add NOT NULL as NOT VALID', spares: 'readers', since: 18 },
  { sql: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;', rule: 'set-not-null-scanning', title: 'Prove it by a CHECK', spares: 'readers' },
  { sql: 'REFRESH MATERIALIZED VIEW totals;', rule: 'refresh-materialized-view', spares: 'readers' },
  { sql: 'ALTER TABLE users ALTER COLUMN org TYPE numeric(20, 2);', rule: 'alter-type-rewriting', spares: 'readers' },
  { sql: "ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');", rule: 'attach-partition-scanning', spares: 'readers' },
  { sql: "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');", rule: 'create-partition-of', spares: 'readers', queue: 'events' },
  { sql: 'ALTER TABLE events DETACH PARTITION events_2024;', rule: 'detach-partition-blocking', spares: 'readers', queue: 'events' },
  { sql: 'UPDATE users SET email = upper(email);', rule: 'update-whole-table', title: 'Convert to batches', spares: 'waits' },
  { sql: 'DELETE FROM users WHERE n >= 0;', rule: 'delete-whole-table', title: 'Convert to batches', spares: 'waits' },
  { sql: 'MERGE INTO users USING news ON users.id = news.id WHEN MATCHED THEN UPDATE SET email = upper(email);', rule: 'merge-large', title: 'Convert to batches', spares: 'waits' },
  {
    sql: 'INSERT INTO copies SELECT id FROM users ON CONFLICT DO NOTHING;',
    rule: 'insert-select-large',
    title: 'Convert to batches',
    spares: 'waits',
    write: 'INSERT INTO copies VALUES (1 + floor(random() * 199999)) ON CONFLICT DO NOTHING',
  },
];

/** Fixes, by what their titles begin with, that have no case above, and why a measurement would say nothing. */
export const UNMEASURED: readonly (readonly [title: RegExp, reason: string])[] = [
  [/^Set lock_timeout to \S+( in this transaction)?$/u, 'it takes the same lock, and bounds how long the wait for it may hold up others'],
  [/^Set lock_timeout to 0 for this statement$/u, 'the statement holds nobody up; it was cancelled before its time'],
  [/^Add COMMIT at the end$/u, 'it ends a transaction that would have been rolled back'],
  [/^Remove this BEGIN$/u, 'the statement did nothing but warn'],
  [/^(?:Remove this comment|Remove the rules that silence nothing|Ignore )/u, 'it changes a comment'],
  [/^(?:Remove the transaction around it|Move it behind the COMMIT|Put it into a migration of its own)$/u, 'the original fails; the statement is the same'],
  [/^(?:Add (?:--|notransaction|runInTransaction)|Set (?:executeInTransaction|run_in_transaction|transaction:)|Run the|Begin the file with|Commit before it)/u, "it switches a tool's transaction off; the original fails, and the statement is the same"],
  [/^Add the value before the transaction$/u, 'the original fails'],
  [/^Drop what may be left, then create it$/u, 'both build concurrently; it makes sure that the index is valid'],
  [/^Use jsonb$/u, 'the same lock for the same time; the type is another one'],
  [/^Make .* a bigint too$/u, 'the table is rewritten by the statement before it, which has a finding of its own; this one takes a moment'],
  [/^Add it nullable; fill it and SET NOT NULL later$/u, 'the original fails on a table with rows'],
  [/^Put a view in its place, under the old name$/u, 'the same brief lock; the old release goes on working'],
  [/^Keep the old name too/u, 'the same brief lock; the old release goes on working'],
  [/^Rename it to an archive name now/u, 'both take a moment; the rename can be taken back'],
  [/^Move it to a background job/u, 'the migration has no statement left; test/postgres/jobs.test.ts runs the jobs beside other writers'],
  [/, as a procedure for psql$/u, 'the statements are those of the block, which is measured'],
  [/^Convert to batches of … rows, each committed$/u, 'without a key, each batch locks as many rows as one along a key, which is measured'],
  [/^Add the column, then its default, then fill it in batches/u, 'the locks of the table are those of the fix with one UPDATE, and the batches those of an UPDATE: both are measured'],
  [/^Add it NOT VALID here; validate it in the next migration/u, 'it takes the lock of the same fix in one file, which is measured'],
  [/^Validate .* in a migration of its own$/u, 'the constraint was never validated; VALIDATE by itself is the second half of a fix that is measured'],
  [/^Split into phases/u, 'the same statements in other files'],
  [/^Write the down part/u, 'it is for another day'],
];
/** Whole rules for which that holds. */
export const UNMEASURED_RULES: Readonly<Record<string, string>> = {
  'concurrently-on-partitioned': 'the original fails',
};
