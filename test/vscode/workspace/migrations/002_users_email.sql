SET lock_timeout = '2s';

-- 🔒 Sign-in looks people up by address.
CREATE INDEX users_email_idx
	ON users (email);
