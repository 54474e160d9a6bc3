DROP TRIGGER user_groups_change_truncate ON user_groups;
DROP TRIGGER user_groups_change_update ON user_groups;
DROP TRIGGER user_groups_change_delete ON user_groups;
DROP TRIGGER user_groups_change_insert ON user_groups;
DROP FUNCTION change_members();
DROP TRIGGER groups_version_update ON groups;
DROP TRIGGER users_version_update ON users;
DROP FUNCTION next_version();
DROP INDEX users_deleted_at_idx;
ALTER TABLE groups DROP COLUMN version;
ALTER TABLE users
  DROP COLUMN deleted_at,
  DROP COLUMN kept_jti,
  DROP COLUMN credentials_epoch_at,
  DROP COLUMN credentials_epoch,
  DROP COLUMN version;
