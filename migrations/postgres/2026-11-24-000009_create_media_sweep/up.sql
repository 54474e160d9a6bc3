-- Files on their way in and out: the key of a new one from its reservation until a user has it, the key of an old one
-- from the moment on that its user gives it up.
CREATE TABLE media_sweep (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  state TEXT COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'deleted')),
  -- Since when: a waiting file is dated by the first sweep that finds it.
  since TIMESTAMP
);

CREATE INDEX users_avatar_idx ON users USING hash (avatar) WHERE avatar IS NOT NULL;

-- Whoever changes an avatar or deletes a user leaves the file to the sweep, in the same transaction. No storage knows
-- keys of more than 1024 bytes, but an import may bring one.
CREATE FUNCTION leave_file_to_sweep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO media_sweep (key) VALUES (OLD.avatar)
  ON CONFLICT (key) DO UPDATE SET state = 'waiting', since = NULL;
  RETURN NULL;
END
$$;

CREATE TRIGGER users_media_sweep_update AFTER UPDATE OF avatar ON users FOR EACH ROW
  WHEN (OLD.avatar <> '' AND OLD.avatar IS DISTINCT FROM NEW.avatar AND octet_length(OLD.avatar) <= 1024)
  EXECUTE FUNCTION leave_file_to_sweep();
CREATE TRIGGER users_media_sweep_delete AFTER DELETE ON users FOR EACH ROW
  WHEN (OLD.avatar <> '' AND octet_length(OLD.avatar) <= 1024)
  EXECUTE FUNCTION leave_file_to_sweep();
