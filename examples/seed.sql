-- Enough rows that a lock held for a whole table is felt: 200,000 users, 1,000,000 orders.

INSERT INTO users (email, full_name, country, created_at)
SELECT 'user' || n || '@example.com', 'User ' || n, (ARRAY['DE', 'FR', 'GB', 'JP', 'US'])[1 + n % 5], now() - n * interval '1 minute'
FROM generate_series(1, 200000) AS n;

INSERT INTO products (sku, title, price_cents, in_stock)
SELECT 'SKU-' || lpad(n::text, 5, '0'), 'Product ' || n, 100 + n * 7 % 20000, n % 500
FROM generate_series(1, 5000) AS n;

-- The foreign keys are checked row by row; without them the rows are there in a third of the time.
SET session_replication_role = replica;

INSERT INTO orders (user_id, status, total_cents, coupon, note, placed_at)
SELECT 1 + n * 7919::bigint % 200000,
       (ARRAY['new', 'paid', 'shipped', 'shipped', 'shipped', 'cancelled'])[1 + n % 6]::order_status,
       500 + n * 31::bigint % 50000,
       CASE WHEN n % 10 = 0 THEN 'SPRING' END,
       CASE WHEN n % 25 = 0 THEN 'Please ring twice' END,
       now() - n * interval '30 seconds'
FROM generate_series(1, 1000000) AS n;

INSERT INTO order_items (order_id, position, product_id, quantity, price_cents)
SELECT n, 1, 1 + n * 13::bigint % 5000, 1 + n % 3, 100 + n % 20000
FROM generate_series(1, 300000) AS n;

INSERT INTO events (user_id, kind, happened_at)
SELECT 1 + n % 200000, (ARRAY['visit', 'search', 'cart', 'pay'])[1 + n % 4], now() - n * interval '10 seconds'
FROM generate_series(1, 300000) AS n;

RESET session_replication_role;

ANALYZE;
