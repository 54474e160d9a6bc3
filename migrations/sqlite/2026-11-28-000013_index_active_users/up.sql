-- Selections skip users of earlier pages by these entries alone: by id, or by username. The second column of the first
-- one holds nothing: with it no row has to be read to see the condition.
CREATE INDEX users_active_idx ON users (id, is_active) WHERE is_active;
CREATE INDEX users_active_username_idx ON users (coalesce(username, ''), id) WHERE is_active;

-- How many users are active in each block of 4096 identifiers. They tell how many there are in all, and where a page
-- far behind begins.
CREATE TABLE active_users_count (
  block INTEGER PRIMARY KEY,
  change BIGINT NOT NULL
);

INSERT INTO active_users_count (block, change) SELECT id >> 12, count(*) FROM users WHERE is_active GROUP BY id >> 12;

CREATE TRIGGER users_active_count_insert AFTER INSERT ON users WHEN NEW.is_active BEGIN
  INSERT INTO active_users_count (block, change) VALUES (NEW.id >> 12, 1)
  ON CONFLICT (block) DO UPDATE SET change = change + 1;
END;

CREATE TRIGGER users_active_count_delete AFTER DELETE ON users WHEN OLD.is_active BEGIN
  UPDATE active_users_count SET change = change - 1 WHERE block = OLD.id >> 12;
END;

CREATE TRIGGER users_active_count_update AFTER UPDATE OF is_active ON users WHEN OLD.is_active <> NEW.is_active BEGIN
  INSERT INTO active_users_count (block, change) VALUES (NEW.id >> 12, NEW.is_active - OLD.is_active)
  ON CONFLICT (block) DO UPDATE SET change = change + NEW.is_active - OLD.is_active;
END;
