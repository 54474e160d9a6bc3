-- An address or number that another user holds, or an empty one: shown, and never looked up. The column of the same
-- name is null then.
ALTER TABLE users ADD COLUMN shared_email TEXT CHECK (length(shared_email) <= 254);
ALTER TABLE users ADD COLUMN shared_mobile_number TEXT CHECK (length(shared_mobile_number) <= 32);

-- What is shown, for filters.
CREATE INDEX users_shown_email_idx ON users (coalesce(email, shared_email));

DROP TRIGGER users_version_update;
CREATE TRIGGER users_version_update AFTER UPDATE OF
  username, email, mobile_number, shared_email, shared_mobile_number, number_phone, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, date_joined, last_login
ON users BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.id;
END;
