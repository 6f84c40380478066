-- Every order gets an id that cannot be guessed. Each row gets another one, so all are written anew.
SET lock_timeout = '2s';

ALTER TABLE orders ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid();
