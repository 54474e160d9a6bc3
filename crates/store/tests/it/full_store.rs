//! A row in each table, with values that are easily lost.

use profiled_store::testing::TestDatabase;

/// Statements that either database takes.
const ROWS: &str = r#"
INSERT INTO users (id, username, email, mobile_number, first_name, last_name, gender, avatar, is_active, is_staff,
  is_superuser, ldap_dn, password, date_joined, last_login, version, credentials_epoch, credentials_epoch_at, kept_jti,
  password_digest, shared_mobile_number, external_id)
VALUES (3, 'ada', 'ada@example.com', '0049', 'Ünï "quoted" \ 😀', '', 'female', 'users/avatars/a.png', TRUE, TRUE, FALSE,
  'cn=ada,dc=x', 'pbkdf2_sha256$1$salt$hash', '2026-01-02 03:04:05.000001', '9999-12-31 23:59:59.999999',
  9223372036854775800, 7, '2026-01-02 03:04:05', 'kept-of-ada', 'digest-of-ada', NULL, 'uuid-of-ada');
INSERT INTO users (id, username, is_active, is_staff, is_superuser, ldap_dn, password, date_joined, shared_email)
VALUES (4, NULL, FALSE, FALSE, TRUE, '', '!', '0001-01-01 00:00:00', 'ada@example.com');
INSERT INTO users (id, is_active, is_staff, is_superuser, ldap_dn, password, date_joined, deleted_at)
VALUES (5, FALSE, FALSE, FALSE, '', '!', '2026-01-02 03:04:05.12', '2026-02-02 03:04:05.123');
INSERT INTO deleted_users (user_id, username, email, mobile_number, group_ids, was_active)
VALUES (5, 'gone', 'gone@example.com', NULL, '1,2', TRUE);
INSERT INTO groups (id, name, notes, created_at, updated_at)
VALUES (2, '日本
two lines	and a tab', NULL, '2026-01-02 03:04:05.1', '2026-01-02 03:04:05.100000');
INSERT INTO groups (id, name, notes, created_at, updated_at)
VALUES (9, 'null', '123', '2026-01-02 03:04:05', '2026-01-02 03:04:05');
INSERT INTO user_groups (user_id, group_id) VALUES (3, 2);
INSERT INTO user_groups (user_id, group_id) VALUES (4, 2), (3, 9);
INSERT INTO organizations (id, name, description, created_by, modified_by, created, modified)
VALUES (1, 'Mills', 'of ada', 3, NULL, '2026-01-02 03:04:05.5', '2026-01-02 03:04:05.5');
INSERT INTO teams (id, organization_id, name, description, created_by, modified_by, created, modified)
VALUES (6, 1, 'Carters', '', NULL, 3, '2026-01-02 03:04:05', '2026-01-02 03:04:05');
INSERT INTO teams (id, organization_id, name, description, created, modified)
VALUES (7, NULL, 'Carters', '', '2026-01-02 03:04:05', '2026-01-02 03:04:05');
INSERT INTO organization_users (user_id, organization_id) VALUES (3, 1);
INSERT INTO organization_admins (user_id, organization_id) VALUES (3, 1);
INSERT INTO team_users (user_id, team_id) VALUES (3, 7);
INSERT INTO refresh_families (id, user_id, expires_at, revoked_at)
VALUES ('family-of-ada', 3, '2026-01-02 03:04:05.25', '2026-01-02 03:04:05.000010');
INSERT INTO refresh_tokens (jti, family, expires_at, rotated_at, blacklisted_at)
VALUES ('jti-of-ada', 'family-of-ada', '2026-01-02 03:04:05', NULL, '2026-01-02 03:04:05'),
  ('jti-of-nobody', NULL, '2026-01-02 03:04:05', NULL, '2026-01-02 03:04:05');
INSERT INTO bindings (issuer, subject, user_id, created_at)
VALUES ('https://issuer.example', 'subject-of-ada', 3, '2026-01-02 03:04:05');
INSERT INTO activity (id, timestamp, operation, changes, object1, object2, actor_id)
VALUES (8, '2026-01-02 03:04:05.654321', 'create', '{"name": "Mills\n"}', 'organization', '', 3);
INSERT INTO activity_users (event_id, user_id) VALUES (8, 3);
INSERT INTO activity_organizations (event_id, organization_id) VALUES (8, 1);
INSERT INTO activity_teams (event_id, team_id) VALUES (8, 6);
INSERT INTO deleted_directory_objects (kind, id, name, deleted_at)
VALUES ('team', 5, 'Ploughs', '2026-01-02 03:04:05');
INSERT INTO django_mapping (id, mapping) VALUES (1, '{"users": {}}');
INSERT INTO media_sweep (key, state, since) VALUES ('users/avatars/old.png', 'claimed', '2026-01-02 03:04:05.75');
"#;

/// Fills an empty database.
pub fn fill(database: &TestDatabase) {
    database.execute(ROWS).unwrap();
    let blob = |hex: &str| match database.url().split_once(':') {
        Some(("sqlite", _)) => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'::bytea"),
    };
    let (digest, other, hits) = (
        blob(&"00ff".repeat(16)),
        blob(&"ab".repeat(32)),
        "00".repeat(12),
    );
    let hits = blob(&hits);
    let rows = format!(
        "INSERT INTO tokens (id, digest, user_id, prefix, label, created_at, last_used_at, expires_at, is_sliding, \
         bound_address, bound_user_agent) \
         VALUES (12, {digest}, 3, 'abcdef01', 'label-of-ada', '2026-01-02 03:04:05', NULL, \
         '2026-01-02 03:04:05.000001', TRUE, 'address-of-ada', ''); \
         INSERT INTO throttle_hits (digest, hits, ends_at) VALUES ({other}, {hits}, '2026-01-02 03:04:05')"
    );
    database.execute(&rows).unwrap();
    // The highest identifier is not the last one that was given.
    database
        .execute(
            "INSERT INTO groups (id, name, created_at, updated_at) \
             VALUES (40, 'gone', '2026-01-02 03:04:05', '2026-01-02 03:04:05')",
        )
        .unwrap();
    database
        .execute("DELETE FROM groups WHERE id = 40")
        .unwrap();
    if !database.url().starts_with("sqlite") {
        for (table, last) in [
            ("users", 5),
            ("groups", 40),
            ("organizations", 1),
            ("teams", 7),
            ("tokens", 12),
            ("activity", 8),
        ] {
            database
                .execute(&format!("SELECT setval('{table}_id_seq', {last})"))
                .unwrap();
        }
    }
}
