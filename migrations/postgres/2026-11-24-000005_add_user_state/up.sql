ALTER TABLE users
  ADD COLUMN version BIGINT NOT NULL DEFAULT 1,
  -- Credentials of an earlier epoch are void, but for the one that kept_jti names.
  ADD COLUMN credentials_epoch BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN credentials_epoch_at TIMESTAMP,
  ADD COLUMN kept_jti TEXT COLLATE "C",
  ADD COLUMN deleted_at TIMESTAMP;
ALTER TABLE groups ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE INDEX users_deleted_at_idx ON users (deleted_at) WHERE deleted_at IS NOT NULL;

-- Versions are kept by triggers: whoever writes what a representation shows writes them, in the same transaction.
CREATE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$$;

CREATE TRIGGER users_version_update BEFORE UPDATE OF
  username, email, mobile_number, number_phone, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, date_joined, last_login
ON users FOR EACH ROW EXECUTE FUNCTION next_version();

CREATE TRIGGER groups_version_update BEFORE UPDATE ON groups FOR EACH ROW EXECUTE FUNCTION next_version();

-- Members are locked in the order of their ids, and before their groups: triggers fire in the order of their names,
-- and "version" would come behind "count". So does a transaction that changes a user and then its groups.
CREATE FUNCTION change_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  members BIGINT[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    members := ARRAY(SELECT DISTINCT user_id FROM added);
  ELSIF TG_OP = 'DELETE' THEN
    members := ARRAY(SELECT DISTINCT user_id FROM removed);
  ELSIF TG_OP = 'UPDATE' THEN
    members := ARRAY(SELECT user_id FROM added UNION SELECT user_id FROM removed);
  ELSE
    members := ARRAY(SELECT DISTINCT user_id FROM user_groups);
  END IF;
  PERFORM 1 FROM users WHERE id = ANY (members) ORDER BY id FOR NO KEY UPDATE;
  UPDATE users SET version = version + 1 WHERE id = ANY (members);
  RETURN NULL;
END
$$;

CREATE TRIGGER user_groups_change_insert AFTER INSERT ON user_groups
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION change_members();
CREATE TRIGGER user_groups_change_delete AFTER DELETE ON user_groups
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION change_members();
CREATE TRIGGER user_groups_change_update AFTER UPDATE ON user_groups
  REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION change_members();
CREATE TRIGGER user_groups_change_truncate BEFORE TRUNCATE ON user_groups
  FOR EACH STATEMENT EXECUTE FUNCTION change_members();
