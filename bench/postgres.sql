-- :n users, 50 groups, 1 to 3 groups each; user 7 is in 100 more (51..150). Made for an empty, migrated database.
INSERT INTO users (id, username, mobile_number, email, avatar, first_name, last_name, gender, is_active, is_staff, is_superuser, password, ldap_dn, last_login, date_joined)
SELECT i, 'user' || i, '09' || lpad(i::text, 9, '0'), 'user' || i || '@example.com', 'users/avatars/photo' || (22132188258 + i) || '.jpg',
  'بهروز', 'قربانی', (ARRAY['male', 'female', 'other'])[1 + i % 3], true, true, i % 1000 = 0,
  'pbkdf2_sha256$1000000$abcdefghijklmnopqrstuv$K5g0m1Yb0yqvN0S0c0mYb0yqvN0S0c0mYb0yqvN0S0c=', '',
  timestamp '2025-11-28 18:20:10.269466' + i * interval '1 s', timestamp '2025-11-22 13:15:20.827325' + i * interval '1 s'
FROM generate_series(1, :n) i;
INSERT INTO groups (id, name, notes, created_at, updated_at)
SELECT g, 'Group ' || g, 'All members of group ' || g || ' with the permissions it gives',
  timestamp '2025-11-22 13:07:28.186722', timestamp '2025-11-22 13:07:28.186728'
FROM generate_series(1, 150) g;
INSERT INTO user_groups (user_id, group_id)
SELECT i, 1 + ((i::bigint * 7919 + k * 17) % 50) FROM generate_series(1, :n) i, generate_series(0, 2) k WHERE k <= i % 3 AND i <> 7;
INSERT INTO user_groups (user_id, group_id) SELECT 7, g FROM generate_series(51, 150) g;
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
