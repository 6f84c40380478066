import type { Case } from '../case';

/** Constraints that are added, validated, altered and dropped. */
export const alterTableConstraints: readonly Case[] = [
  // CHECK
  { sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0)' },
  { title: 'without a name', sql: 'alter table orders add check (total >= 0)' },
  { sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID' },
  { title: 'verified when validated', sql: 'ALTER TABLE users VALIDATE CONSTRAINT users_nickname_present' },
  { title: 'valid already', sql: 'ALTER TABLE users VALIDATE CONSTRAINT users_age_check' },
  { title: 'NO INHERIT', sql: 'ALTER TABLE vehicles ADD CONSTRAINT own CHECK (id > 0) NO INHERIT' },
  { title: 'on all children', sql: 'ALTER TABLE vehicles ADD CONSTRAINT positive CHECK (id > 0)' },
  { title: 'on all children, NOT VALID', sql: 'ALTER TABLE vehicles ADD CONSTRAINT positive CHECK (id > 0) NOT VALID' },
  { title: 'on all partitions', sql: 'ALTER TABLE events ADD CONSTRAINT positive CHECK (id > 0)' },
  {
    title: 'validated on all partitions',
    sql: 'ALTER TABLE events VALIDATE CONSTRAINT positive',
    setup: 'ALTER TABLE events ADD CONSTRAINT positive CHECK (id > 0) NOT VALID',
  },
  { title: 'NOT ENFORCED', sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT ENFORCED', since: 18 },
  { sql: 'ALTER TABLE users DROP CONSTRAINT users_age_check' },
  { sql: 'ALTER TABLE users DROP CONSTRAINT IF EXISTS users_no_such_check' },
  { title: 'from all children', sql: 'ALTER TABLE vehicles DROP CONSTRAINT vehicles_wheels_check' },
  { sql: 'ALTER TABLE users RENAME CONSTRAINT users_age_check TO users_age_positive' },
  {
    title: 'dropped and added in one statement',
    sql: 'ALTER TABLE users DROP CONSTRAINT users_age_check, ADD CONSTRAINT users_age_check CHECK (age >= -1)',
  },

  // NOT NULL as a constraint
  { sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_there NOT NULL total', since: 18 },
  { sql: 'ALTER TABLE orders ADD CONSTRAINT orders_total_there NOT NULL total NOT VALID', since: 18 },
  {
    sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_total_there',
    setup: 'ALTER TABLE orders ADD CONSTRAINT orders_total_there NOT NULL total NOT VALID',
    since: 18,
  },
  { sql: 'ALTER TABLE users DROP CONSTRAINT users_email_not_null', since: 18 },

  // FOREIGN KEY
  { sql: 'ALTER TABLE carts ADD CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)' },
  { sql: 'ALTER TABLE carts ADD FOREIGN KEY (user_id) REFERENCES public.users' },
  {
    sql: 'ALTER TABLE ONLY carts ADD CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE',
  },
  { sql: 'ALTER TABLE carts ADD CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID' },
  { sql: 'ALTER TABLE carts ADD CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED' },
  {
    title: 'to another schema',
    sql: 'ALTER TABLE archive.orders ADD CONSTRAINT "from" FOREIGN KEY (id) REFERENCES public.orders (id) NOT VALID',
  },
  { title: 'to its own table', sql: 'ALTER TABLE documents ADD CONSTRAINT self FOREIGN KEY (id) REFERENCES documents (id)' },
  {
    title: 'to a partitioned table',
    sql: 'ALTER TABLE carts ADD COLUMN session integer, ADD CONSTRAINT carts_session FOREIGN KEY (session) REFERENCES sessions (id)',
  },
  {
    title: 'between existing columns, to a partitioned table',
    sql: 'ALTER TABLE documents ADD CONSTRAINT documents_session FOREIGN KEY (id) REFERENCES sessions (id)',
  },
  {
    title: 'from a partitioned table',
    sql: 'ALTER TABLE sessions ADD CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id)',
  },
  {
    title: 'from a partitioned table, NOT VALID',
    sql: 'ALTER TABLE sessions ADD CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID',
    since: 18,
  },
  { title: 'from a partition', sql: 'ALTER TABLE sessions_0 ADD CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id)' },
  {
    title: 'from an inheritance parent: the children are locked, though they are not part of it',
    sql: 'ALTER TABLE cars ADD FOREIGN KEY (doors) REFERENCES categories',
  },
  {
    title: 'two at once',
    sql: 'ALTER TABLE carts ADD FOREIGN KEY (user_id) REFERENCES users, ADD FOREIGN KEY (user_id) REFERENCES orders (id) NOT VALID',
  },
  {
    title: 'NOT ENFORCED',
    sql: 'ALTER TABLE carts ADD CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT ENFORCED',
    since: 18,
  },
  { sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_coupon_fkey' },
  { title: 'valid already', sql: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey' },
  { sql: 'ALTER TABLE orders DROP CONSTRAINT orders_coupon_fkey' },
  { sql: 'ALTER TABLE IF EXISTS ONLY public.orders DROP CONSTRAINT IF EXISTS orders_user_id_fkey' },
  { title: 'of its own table', sql: 'ALTER TABLE users DROP CONSTRAINT users_manager_id_fkey' },
  { title: 'to a partitioned table', sql: 'ALTER TABLE event_notes DROP CONSTRAINT event_notes_event_fkey' },
  { title: 'from a partitioned table', sql: 'ALTER TABLE events DROP CONSTRAINT events_user_id_fkey' },
  { sql: 'ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE' },
  { sql: 'ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE INITIALLY DEFERRED' },
  { sql: 'ALTER TABLE billing.invoices ALTER CONSTRAINT invoices_order_fkey NOT DEFERRABLE' },
  { title: 'from a partitioned table', sql: 'ALTER TABLE events ALTER CONSTRAINT events_user_id_fkey DEFERRABLE' },
  { sql: 'ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey NOT ENFORCED', since: 18 },
  {
    sql: 'ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey ENFORCED',
    setup: 'ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey NOT ENFORCED',
    since: 18,
  },

  // UNIQUE, PRIMARY KEY, EXCLUDE
  { sql: 'ALTER TABLE users ADD CONSTRAINT users_score_key UNIQUE (score)' },
  { sql: 'ALTER TABLE users ADD UNIQUE (nickname, score)' },
  { sql: 'ALTER TABLE users ADD CONSTRAINT users_nick UNIQUE NULLS NOT DISTINCT (nickname)', since: 15 },
  { sql: 'ALTER TABLE coupons ADD CONSTRAINT coupons_code_key UNIQUE (code) INCLUDE (discount) DEFERRABLE' },
  { sql: 'ALTER TABLE coupons ADD CONSTRAINT coupons_code_key UNIQUE USING INDEX coupons_code_idx' },
  {
    title: 'NOT NULL is verified',
    sql: 'ALTER TABLE users ADD PRIMARY KEY USING INDEX users_token_idx',
    setup: 'ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE',
  },
  {
    title: 'all columns are NOT NULL already',
    sql: 'ALTER TABLE coupons DROP CONSTRAINT coupons_pkey CASCADE, ADD CONSTRAINT coupons_pkey PRIMARY KEY USING INDEX coupons_code_idx',
  },
  { title: 'makes the column NOT NULL', sql: 'ALTER TABLE bikes ADD PRIMARY KEY (id, wheels)' },
  { sql: 'ALTER TABLE bikes ADD CONSTRAINT bikes_pkey PRIMARY KEY (id)' },
  { title: 'on a partitioned table', sql: 'ALTER TABLE sales ADD PRIMARY KEY (region, id)' },
  { title: 'on a partitioned table', sql: 'ALTER TABLE sales ADD CONSTRAINT sales_key UNIQUE (region, id)' },
  { title: 'on a partition', sql: 'ALTER TABLE sales_eu ADD UNIQUE (id)' },
  { sql: 'ALTER TABLE logs ADD CONSTRAINT one_at_a_time EXCLUDE USING btree (at WITH =)' },
  { sql: 'ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&) WHERE (room > 5)' },
  {
    title: 'without overlaps',
    sql: 'ALTER TABLE bookings ADD CONSTRAINT no_overlap UNIQUE (room, during WITHOUT OVERLAPS)',
    setup: 'CREATE EXTENSION btree_gist',
    since: 18,
  },
  { sql: 'ALTER TABLE users DROP CONSTRAINT users_email_key' },
  { title: 'foreign keys of others go with it', sql: 'ALTER TABLE coupons DROP CONSTRAINT coupons_pkey CASCADE' },
  { title: 'the foreign key of a table that is partitioned goes with it', sql: 'ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE' },
  { title: 'of a partitioned table', sql: 'ALTER TABLE sessions DROP CONSTRAINT sessions_pkey' },
  { title: 'the index gets the new name as well', sql: 'ALTER TABLE users RENAME CONSTRAINT users_email_key TO users_unique_email' },
  { sql: 'ALTER TABLE bookings DROP CONSTRAINT bookings_no_overlap, DROP CONSTRAINT bookings_pkey' },

  // Several subcommands: the strongest lock wins, the work adds up
  { sql: 'ALTER TABLE carts ADD CONSTRAINT a FOREIGN KEY (user_id) REFERENCES users NOT VALID, ALTER user_id SET STATISTICS 100' },
  { sql: 'ALTER TABLE users VALIDATE CONSTRAINT users_nickname_present, ALTER age SET STATISTICS 100' },
  { sql: 'ALTER TABLE users VALIDATE CONSTRAINT users_nickname_present, ALTER nickname SET DEFAULT $$n$$' },
  { sql: 'ALTER TABLE users ADD COLUMN a integer, ADD CONSTRAINT positive CHECK (a > 0), ALTER COLUMN score TYPE numeric(12,2)' },
];
