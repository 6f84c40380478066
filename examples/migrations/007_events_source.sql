-- Adding the column takes an instant, but its lock is held until COMMIT: while the events are filled
-- nobody else can read or write them.
BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE events ADD COLUMN source text;
UPDATE events SET source = 'web' WHERE kind IN ('visit', 'search');
COMMIT;
