CREATE INDEX users_id_idx ON users (id);

ALTER TABLE users ADD COLUMN;

CREATE INDEX users_both_idx ON users (id, email);
