-- :n users. All are in group 1, and in 0 to 2 of the groups 2 to 50 as well; users 7, 8 and 9 are in 100, 10 and 1,000 others
-- in place of these (51 and up). Everybody's password is Load-Test-Secret-1. Made for an empty, migrated database.
INSERT INTO users (id, username, mobile_number, email, avatar, first_name, last_name, gender, is_active, is_staff, is_superuser, password, ldap_dn, last_login, date_joined)
SELECT i, 'user' || i, '09' || lpad(i::text, 9, '0'), 'user' || i || '@example.com', 'users/avatars/photo' || (22132188258 + i) || '.jpg',
  'بهروز', 'قربانی', (ARRAY['male', 'female', 'other'])[1 + i % 3], true, true, i % 1000 = 0,
  'pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$nd7zE0JrJmCKdWYBQjoMMf+mFOR1K8/9gwgjNYkGu8c=', '',
  timestamp '2025-11-28 18:20:10.269466' + i * interval '1 s', timestamp '2025-11-22 13:15:20.827325' + i * interval '1 s'
FROM generate_series(1, :n) i;
INSERT INTO groups (id, name, notes, created_at, updated_at)
SELECT g, 'Group ' || g, 'All members of group ' || g || ' with the permissions it gives',
  timestamp '2025-11-22 13:07:28.186722', timestamp '2025-11-22 13:07:28.186728'
FROM generate_series(1, 1050) g;
SET profiled.members_are_new = 'on';
INSERT INTO user_groups (user_id, group_id)
SELECT i, CASE k WHEN 0 THEN 1 ELSE 2 + (i::bigint * 7919 + k * 17) % 49 END
FROM generate_series(1, :n) i, generate_series(0, 2) k WHERE k <= i % 3 AND i NOT IN (7, 8, 9);
INSERT INTO user_groups (user_id, group_id)
SELECT many.i, g FROM (VALUES (7, 150), (8, 60), (9, 1050)) AS many (i, last), generate_series(51, last) g;
-- 10 organizations of 50 and 50 teams of 10 of the first 500 users, whatever their number; user 2 is an administrator.
INSERT INTO organizations (id, name, description, created, modified)
SELECT i, 'Organization ' || i, '', timestamp '2025-11-22 13:07:28.186722', timestamp '2025-11-22 13:07:28.186728'
FROM generate_series(1, 10) i;
INSERT INTO teams (id, organization_id, name, description, created, modified)
SELECT i, 1 + i % 10, 'Team ' || i, '', timestamp '2025-11-22 13:07:28.186722', timestamp '2025-11-22 13:07:28.186728'
FROM generate_series(1, 50) i;
INSERT INTO organization_users (user_id, organization_id) SELECT id, 1 + id % 10 FROM users WHERE id <= 500;
INSERT INTO organization_admins (user_id, organization_id) VALUES (2, 1);
INSERT INTO team_users (user_id, team_id) SELECT id, 1 + id % 50 FROM users WHERE id <= 500;
INSERT INTO tokens (digest, user_id, prefix, label, created_at, is_sliding)
SELECT sha256(encode(substr(sha256(('tok' || i)::bytea), 1, 20), 'hex')::bytea), i, 'bench', '', timestamp '2025-11-22 13:15:20', false
FROM generate_series(1, :n) i;
-- pgbench cannot hash, so it asks for tokens whose digest is a number.
INSERT INTO tokens (digest, user_id, prefix, label, created_at, is_sliding)
SELECT decode(lpad(to_hex(i), 64, '0'), 'hex'), i, 'pgbench', '', timestamp '2025-11-22 13:15:20', false
FROM generate_series(1, :n) i;
VACUUM ANALYZE;
