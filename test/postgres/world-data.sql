-- The rows of the world: a few hundred in every table, so that scans read tuples and foreign keys are really checked.
INSERT INTO countries SELECT chr(65 + i / 26) || chr(65 + i % 26), 'Country ' || i FROM generate_series(0, 199) i;
INSERT INTO users (email, name, nickname, bio, age, score, token, manager_id)
  SELECT 'user' || i || '@example.org', 'User ' || i, 'u' || i, '', i % 90, i, 'token ' || i, NULLIF(i / 10, 0)
  FROM generate_series(1, 300) i;
INSERT INTO addresses (user_id, country, street) SELECT i, 'AA', 'Street ' || i FROM generate_series(1, 300) i;
INSERT INTO "User Roles" SELECT i, 'reader' FROM generate_series(1, 300) i;
INSERT INTO documents SELECT i, i, 'Document ' || i, '' FROM generate_series(1, 300) i;
INSERT INTO categories SELECT i, NULLIF(i / 10, 0), 'Category ' || i, i FROM generate_series(1, 200) i;
INSERT INTO products (category_id, sku, title, price, stock, weight)
  SELECT i % 200 + 1, 'sku' || i, 'Product ' || i, i, i, i FROM generate_series(1, 300) i;
INSERT INTO coupons (code, discount, valid_until) SELECT 'code' || i, i % 100, '2025-01-01' FROM generate_series(1, 200) i;
INSERT INTO orders (user_id, coupon_id, total, placed_at)
  SELECT i, NULLIF(i % 200, 0), i, timestamptz '2024-01-01' + i * interval '1 day' FROM generate_series(1, 300) i;
INSERT INTO order_items SELECT i, 1, i, 1, i FROM generate_series(1, 300) i;
INSERT INTO carts SELECT md5(i::text)::uuid, i, '{}' FROM generate_series(1, 200) i;
INSERT INTO bookings SELECT i, 1, tsrange(timestamp '2024-01-01' + i * interval '1 day', timestamp '2024-01-02' + i * interval '1 day') FROM generate_series(1, 200) i;
INSERT INTO billing.accounts SELECT i, i, 'postgres', i FROM generate_series(1, 300) i;
INSERT INTO billing.invoices (account_id, order_id, amount) SELECT i, i, i FROM generate_series(1, 300) i;
INSERT INTO billing.payments SELECT i, i, i, 'card' FROM generate_series(1, 200) i;
INSERT INTO "Audit Log"."Events" ("Payload") SELECT 'event ' || i FROM generate_series(1, 200) i;
INSERT INTO archive.orders SELECT i, i, i, '2020-01-01' FROM generate_series(100001, 100200) i;
INSERT INTO logs SELECT timestamptz '2024-01-01' + i * interval '1 hour', i % 5, 'message ' || i FROM generate_series(1, 300) i;
INSERT INTO events SELECT i, date '2023-01-01' + i * 3, CASE i % 3 WHEN 0 THEN 'click' ELSE 'view' END, i % 300 + 1, '{}', 'l' || i
  FROM generate_series(1, 200) i;
INSERT INTO events SELECT i, date '2030-01-01' + i, 'click', i % 300 + 1, '{}', 'l' || i FROM generate_series(1, 200) i;
INSERT INTO events_2025 SELECT i, date '2025-01-01' + i, 'click', i, '{}', 'l' || i FROM generate_series(1, 200) i;
INSERT INTO events_2026 SELECT i, date '2026-01-01' + i, 'click', i, '{}', 'l' || i FROM generate_series(1, 200) i;
INSERT INTO event_notes SELECT row_number() OVER (ORDER BY id, created_at), id, created_at, kind, 'note' FROM events WHERE created_at >= '2024-01-01' AND created_at < '2025-01-01' AND kind = 'view';
INSERT INTO sales SELECT (ARRAY['de', 'fr', 'us'])[i % 3 + 1], i, i, '2024-01-01', 'Seller ' || i % 10 FROM generate_series(1, 300) i;
INSERT INTO sales_asia SELECT 'jp', i, i, '2024-01-01', '' FROM generate_series(1, 200) i;
INSERT INTO archive.sales_africa SELECT 'ng', i, i, '2024-01-01', '' FROM generate_series(1, 200) i;
INSERT INTO sessions SELECT i, i, 'session ' || i FROM generate_series(1, 300) i;
INSERT INTO vehicles SELECT i, 'any', 2 FROM generate_series(1, 200) i;
INSERT INTO cars SELECT i, 'car', 4, 5 FROM generate_series(1001, 1200) i;
INSERT INTO sports_cars SELECT i, 'fast', 4, 2, 250 FROM generate_series(2001, 2200) i;
INSERT INTO trucks SELECT i, 'truck', 6, 10 FROM generate_series(3001, 3200) i;
INSERT INTO bikes SELECT i, 'bike', 2 FROM generate_series(4001, 4200) i;
INSERT INTO samples -- the free label is good for a mail address
  SELECT i, i, i, i, i::text, 'a@b', i::text, 'abcd', i, i, i, i, '2024-01-01', '2024-01-01', '2024-01-01', '1 day', '1 day',
    B'10101010', B'1010', '{}', '{}', '10.0.0.0/8', '10.0.0.1', i, true, md5(i::text)::uuid, '', 'ok', 'a@b', '', '{a}', '{1}', '{ok}',
    '2024-01-01', '12:00', ROW('s', 'c')::address
  FROM generate_series(1, 200) i;
INSERT INTO indexed_samples
  SELECT i, i, i::text, i::text, i::text, i::text, i::text, '2024-01-01', i, '10.0.0.0/8', i, i::text FROM generate_series(1, 200) i;
REFRESH MATERIALIZED VIEW sales_by_region;
REFRESH MATERIALIZED VIEW user_stats;
CREATE ROLE app;
CREATE ROLE reader;
ANALYZE;
