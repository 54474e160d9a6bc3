CREATE OR REPLACE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION count_user_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM 1 FROM groups WHERE id IN (SELECT group_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    UPDATE groups SET users_count = users_count + change.members
    FROM (SELECT group_id, count(*) AS members FROM added GROUP BY group_id) AS change WHERE id = change.group_id;
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM 1 FROM groups WHERE id IN (SELECT group_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE groups SET users_count = users_count - change.members
    FROM (SELECT group_id, count(*) AS members FROM removed GROUP BY group_id) AS change WHERE id = change.group_id;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM 1 FROM groups WHERE id IN (SELECT group_id FROM added UNION SELECT group_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE groups SET users_count = users_count + change.members
    FROM (
      SELECT group_id, sum(members) AS members
      FROM (SELECT group_id, 1 AS members FROM added UNION ALL SELECT group_id, -1 FROM removed) AS moves
      GROUP BY group_id
    ) AS change WHERE id = change.group_id;
  ELSE
    UPDATE groups SET users_count = 0 WHERE users_count <> 0;
  END IF;
  RETURN NULL;
END
$$;

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
