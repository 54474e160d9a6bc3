DROP TRIGGER users_version_update ON users;
CREATE TRIGGER users_version_update BEFORE UPDATE OF
  username, email, mobile_number, number_phone, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, date_joined, last_login
ON users FOR EACH ROW EXECUTE FUNCTION next_version();

DROP INDEX users_shown_email_idx;
ALTER TABLE users DROP COLUMN shared_email;
ALTER TABLE users DROP COLUMN shared_mobile_number;
