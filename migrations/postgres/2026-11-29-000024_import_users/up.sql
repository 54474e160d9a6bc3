-- The primary key that the user had in an imported database, where that is no positive number: a UUID, for one.
ALTER TABLE users ADD COLUMN external_id VARCHAR(255) COLLATE "C";
CREATE UNIQUE INDEX users_external_id_key ON users (external_id);

-- How the last import has read the models of Django, as JSON: an export writes them the same way.
CREATE TABLE django_mapping (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  mapping TEXT NOT NULL
);

-- A transaction that makes users and their memberships says so (profiled.members_are_new): such a user would be
-- written twice, for a version that differs from none that was ever read.
CREATE OR REPLACE FUNCTION change_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  members BIGINT[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF current_setting('profiled.members_are_new', true) = 'on' THEN
      RETURN NULL;
    END IF;
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
