/** A schema for the tables of these tests: keys in both directions, partitions, children, views, sequences, domains. */
export const SHOP = `
CREATE DOMAIN plain AS text;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE users (
  id bigserial PRIMARY KEY, email text NOT NULL, name varchar(100), age integer, bio text, manager_id bigint REFERENCES users,
  CONSTRAINT users_bio_there CHECK (bio IS NOT NULL)
);
ALTER TABLE users ADD CONSTRAINT users_age CHECK (age >= 0) NOT VALID;
CREATE UNIQUE INDEX users_email_idx ON users (email);
CREATE INDEX users_lower_idx ON users (lower(name));
CREATE TABLE coupons (id integer PRIMARY KEY, code varchar(20));
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, coupon_id integer,
  quantity positive, note plain, total numeric(10,2)
);
ALTER TABLE orders ADD CONSTRAINT orders_coupon_fkey FOREIGN KEY (coupon_id) REFERENCES coupons NOT VALID;
CREATE TABLE items (
  order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE, line integer NOT NULL, PRIMARY KEY (order_id, line)
);
CREATE TABLE notes (id integer, order_id bigint REFERENCES orders ON DELETE SET NULL);
CREATE TABLE logs (at timestamptz, level integer, message text);
CREATE TABLE "Odd Table" ("Id" integer NOT NULL);
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_kind_idx ON events (kind);
CREATE TABLE sales (region text NOT NULL, amount integer) PARTITION BY LIST (region);
CREATE TABLE sales_eu PARTITION OF sales FOR VALUES IN ('de', 'fr');
CREATE TABLE sales_us PARTITION OF sales FOR VALUES IN ('us');
CREATE TABLE sales_asia (region text NOT NULL, amount integer, CHECK (region IN ('jp', 'in')));
CREATE TABLE vehicles (id integer NOT NULL, make text);
CREATE TABLE cars (doors integer) INHERITS (vehicles);
CREATE TABLE fast_cars (speed integer) INHERITS (cars);
CREATE VIEW adults AS SELECT id, email, name FROM users WHERE age > 17;
CREATE VIEW named_adults AS SELECT id, email FROM adults WHERE name IS NOT NULL;
CREATE VIEW order_sums AS SELECT u.email, sum(o.total) AS total FROM orders o JOIN users u ON u.id = o.user_id GROUP BY u.email;
CREATE MATERIALIZED VIEW totals AS SELECT * FROM order_sums;
CREATE UNIQUE INDEX totals_key ON totals (email);
CREATE FUNCTION order_value(bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT total FROM orders WHERE id = $1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE STATISTICS users_stats ON name, age FROM users;
CREATE PUBLICATION shop FOR TABLE orders, items;
`;
