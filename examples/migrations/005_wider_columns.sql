-- Prices outgrow an integer. A longer coupon costs nothing; a wider number rewrites the table.
SET lock_timeout = '2s';

ALTER TABLE orders ALTER COLUMN coupon TYPE varchar(40);
ALTER TABLE order_items ALTER COLUMN price_cents TYPE bigint;
