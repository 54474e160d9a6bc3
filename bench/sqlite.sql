-- :n users. All are in group 1, and in 0 to 2 of the groups 2 to 50 as well; users 7, 8 and 9 are in 100, 10 and 1,000 others
-- in place of these (51 and up). Everybody's password is Load-Test-Secret-1. Made for an empty, migrated database.
INSERT INTO users (id, username, mobile_number, email, avatar, first_name, last_name, gender, is_active, is_staff, is_superuser, password, ldap_dn, last_login, date_joined)
WITH RECURSIVE ids(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ids WHERE i < :n)
SELECT i, 'user' || i, '09' || substr('00000000' || i, -9), 'user' || i || '@example.com', 'users/avatars/photo' || (22132188258 + i) || '.jpg',
  'بهروز', 'قربانی', CASE i % 3 WHEN 0 THEN 'male' WHEN 1 THEN 'female' ELSE 'other' END, 1, 1, i % 1000 = 0,
  'pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$nd7zE0JrJmCKdWYBQjoMMf+mFOR1K8/9gwgjNYkGu8c=', '',
  strftime('%Y-%m-%d %H:%M:%S', 1764354010 + i, 'unixepoch') || '.269466', strftime('%Y-%m-%d %H:%M:%S', 1763817320 + i, 'unixepoch') || '.827325'
FROM ids;
INSERT INTO groups (id, name, notes, created_at, updated_at)
WITH RECURSIVE ids(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM ids WHERE g < 1050)
SELECT g, 'Group ' || g, 'All members of group ' || g || ' with the permissions it gives', '2025-11-22 13:07:28.186722', '2025-11-22 13:07:28.186728' FROM ids;
INSERT INTO user_groups (user_id, group_id)
WITH RECURSIVE ids(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ids WHERE i < :n), places(k) AS (VALUES (0), (1), (2))
SELECT i, CASE k WHEN 0 THEN 1 ELSE 2 + (i * 7919 + k * 17) % 49 END FROM ids, places WHERE k <= i % 3 AND i NOT IN (7, 8, 9);
INSERT INTO user_groups (user_id, group_id)
WITH many(i, last) AS (VALUES (7, 150), (8, 60), (9, 1050)) SELECT i, id FROM many, groups WHERE id > 50 AND id <= last;
-- 10 organizations of 50 and 50 teams of 10 of the first 500 users, whatever their number; user 2 is an administrator.
INSERT INTO organizations (id, name, description, created, modified)
WITH RECURSIVE ids(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ids WHERE i < 10)
SELECT i, 'Organization ' || i, '', '2025-11-22 13:07:28.186722', '2025-11-22 13:07:28.186728' FROM ids;
INSERT INTO teams (id, organization_id, name, description, created, modified)
WITH RECURSIVE ids(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ids WHERE i < 50)
SELECT i, 1 + i % 10, 'Team ' || i, '', '2025-11-22 13:07:28.186722', '2025-11-22 13:07:28.186728' FROM ids;
INSERT INTO organization_users (user_id, organization_id) SELECT id, 1 + id % 10 FROM users WHERE id <= 500;
INSERT INTO organization_admins (user_id, organization_id) VALUES (2, 1);
INSERT INTO team_users (user_id, team_id) SELECT id, 1 + id % 50 FROM users WHERE id <= 500;
INSERT INTO tokens (digest, user_id, prefix, label, created_at, is_sliding)
WITH RECURSIVE ids(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ids WHERE i < :n)
SELECT token_digest(i), i, 'bench', '', '2025-11-22 13:15:20', 0 FROM ids;
