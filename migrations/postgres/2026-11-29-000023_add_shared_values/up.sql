-- An address or number that another user holds, or an empty one: shown, and never looked up. The column of the same
-- name is null then.
ALTER TABLE users ADD COLUMN shared_email VARCHAR(254) COLLATE "C";
ALTER TABLE users ADD COLUMN shared_mobile_number VARCHAR(32) COLLATE "C";

-- What is shown, for filters.
CREATE INDEX users_shown_email_idx ON users (coalesce(email, shared_email));

DROP TRIGGER users_version_update ON users;
CREATE TRIGGER users_version_update BEFORE UPDATE OF
  username, email, mobile_number, shared_email, shared_mobile_number, number_phone, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, date_joined, last_login
ON users FOR EACH ROW EXECUTE FUNCTION next_version();
