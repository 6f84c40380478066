-- One statement, 200,000 row locks, one long transaction.
UPDATE users SET email = lower(email);
