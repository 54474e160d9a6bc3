ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
-- Credentials of an earlier epoch are void, but for the one that kept_jti names.
ALTER TABLE users ADD COLUMN credentials_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN credentials_epoch_at TIMESTAMP;
ALTER TABLE users ADD COLUMN kept_jti TEXT;
ALTER TABLE users ADD COLUMN deleted_at TIMESTAMP;
ALTER TABLE groups ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE INDEX users_deleted_at_idx ON users (deleted_at) WHERE deleted_at IS NOT NULL;

-- Versions are kept by triggers: whoever writes what a representation shows writes them, in the same transaction.
CREATE TRIGGER users_version_update AFTER UPDATE OF
  username, email, mobile_number, number_phone, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, date_joined, last_login
ON users BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER groups_version_update AFTER UPDATE OF name, notes, users_count, created_at, updated_at ON groups BEGIN
  UPDATE groups SET version = version + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER user_groups_version_insert AFTER INSERT ON user_groups BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.user_id;
END;

CREATE TRIGGER user_groups_version_delete AFTER DELETE ON user_groups BEGIN
  UPDATE users SET version = version + 1 WHERE id = OLD.user_id;
END;

CREATE TRIGGER user_groups_version_update AFTER UPDATE ON user_groups BEGIN
  UPDATE users SET version = version + 1 WHERE id IN (OLD.user_id, NEW.user_id);
END;
