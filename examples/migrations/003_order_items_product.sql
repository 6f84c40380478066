-- A foreign key checks every row, and keeps writes of both tables waiting for that long.
SET lock_timeout = '2s';

ALTER TABLE order_items
    ADD CONSTRAINT order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id);
