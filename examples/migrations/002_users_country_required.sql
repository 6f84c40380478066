-- The country becomes mandatory: all users are read while nobody may read them.
SET lock_timeout = '2s';

ALTER TABLE users ALTER COLUMN country SET NOT NULL;
