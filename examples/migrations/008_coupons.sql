-- The way it should be: a new table, an index beside the traffic, a constraint that is validated later.
SET lock_timeout = '2s';

CREATE TABLE coupons (
    code       varchar(40) PRIMARY KEY,
    percent    smallint NOT NULL CHECK (percent BETWEEN 1 AND 100),
    expires_at timestamptz
);

ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total_cents >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;

-- It waits for older transactions without being in anybody's way, so it may take its time.
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY orders_coupon_idx ON orders (coupon) WHERE coupon IS NOT NULL;
