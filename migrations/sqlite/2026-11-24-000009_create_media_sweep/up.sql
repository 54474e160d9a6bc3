-- Files on their way in and out: the key of a new one from its reservation until a user has it, the key of an old one
-- from the moment on that its user gives it up.
CREATE TABLE media_sweep (
  key TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'deleted')),
  -- Since when: a waiting file is dated by the first sweep that finds it.
  since TIMESTAMP
);

CREATE INDEX users_avatar_idx ON users (avatar) WHERE avatar IS NOT NULL;

-- Whoever changes an avatar or deletes a user leaves the file to the sweep, in the same transaction. No storage knows
-- keys of more than 1024 bytes, but an import may bring one.
CREATE TRIGGER users_media_sweep_update AFTER UPDATE OF avatar ON users
WHEN OLD.avatar <> '' AND OLD.avatar IS NOT NEW.avatar AND length(CAST(OLD.avatar AS BLOB)) <= 1024 BEGIN
  INSERT INTO media_sweep (key) VALUES (OLD.avatar)
  ON CONFLICT (key) DO UPDATE SET state = 'waiting', since = NULL;
END;

CREATE TRIGGER users_media_sweep_delete AFTER DELETE ON users
WHEN OLD.avatar <> '' AND length(CAST(OLD.avatar AS BLOB)) <= 1024 BEGIN
  INSERT INTO media_sweep (key) VALUES (OLD.avatar)
  ON CONFLICT (key) DO UPDATE SET state = 'waiting', since = NULL;
END;
