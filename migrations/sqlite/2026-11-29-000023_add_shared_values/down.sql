DROP TRIGGER users_version_update;
CREATE TRIGGER users_version_update AFTER UPDATE OF
  username, email, mobile_number, number_phone, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, date_joined, last_login
ON users BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.id;
END;

DROP INDEX users_shown_email_idx;
ALTER TABLE users DROP COLUMN shared_email;
ALTER TABLE users DROP COLUMN shared_mobile_number;
