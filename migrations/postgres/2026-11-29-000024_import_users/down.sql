CREATE OR REPLACE FUNCTION change_members() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TABLE django_mapping;
DROP INDEX users_external_id_key;
ALTER TABLE users DROP COLUMN external_id;
