-- The digest by which tokens know the password, once a log-in has written another hash of it.
ALTER TABLE users ADD COLUMN password_digest TEXT;
