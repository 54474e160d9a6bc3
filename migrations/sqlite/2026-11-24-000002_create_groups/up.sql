CREATE TABLE groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (length(name) <= 150),
  notes TEXT,
  -- Kept by the triggers below: whoever writes a membership writes this, in the same transaction.
  users_count BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CONSTRAINT groups_name_key UNIQUE (name)
);

CREATE TABLE user_groups (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, group_id)
) WITHOUT ROWID;

CREATE INDEX user_groups_group_id_idx ON user_groups (group_id, user_id);

CREATE TRIGGER user_groups_count_insert AFTER INSERT ON user_groups BEGIN
  UPDATE groups SET users_count = users_count + 1 WHERE id = NEW.group_id;
END;

CREATE TRIGGER user_groups_count_delete AFTER DELETE ON user_groups BEGIN
  UPDATE groups SET users_count = users_count - 1 WHERE id = OLD.group_id;
END;

CREATE TRIGGER user_groups_count_update AFTER UPDATE OF group_id ON user_groups BEGIN
  UPDATE groups SET users_count = users_count - 1 WHERE id = OLD.group_id;
  UPDATE groups SET users_count = users_count + 1 WHERE id = NEW.group_id;
END;
