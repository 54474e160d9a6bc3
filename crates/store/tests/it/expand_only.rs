//! Migrations expand: a service that does not know one goes on working. What takes something away says so in
//! `breaking_migrations` (CONTRIBUTING, "A migration").

use std::fs;
use std::path::Path;

/// Number of the last one before the rule.
const FREE_UNTIL: &str = "000026";

/// What running services may need, or may do no more, after a statement; `made` are tables that the migration itself has made.
fn breaks(statement: &str, made: &[String]) -> Option<&'static str> {
    let words: Vec<_> = statement.split_whitespace().collect();
    let text = words.join(" ");
    let table = |before: &str| {
        let (_, rest) = text.split_once(before)?;
        let name = rest.split([' ', '(']).find(|word| !word.is_empty())?;
        Some(name.to_owned())
    };
    let is_new = |name: Option<String>| name.is_some_and(|name| made.contains(&name));
    let has = |part: &str| text.contains(part);
    if has("DROP TABLE ") || has("DROP COLUMN ") || has("DROP TYPE ") || has("DROP FUNCTION ") {
        Some("takes away")
    } else if has(" RENAME ") {
        Some("renames")
    } else if has("ALTER COLUMN ") && (has(" TYPE ") || has(" SET NOT NULL")) || has("DROP DEFAULT")
    {
        Some("changes a column")
    } else if has("ADD COLUMN ") && has(" NOT NULL") && !has(" DEFAULT ") {
        Some("asks for a value that nobody gives")
    } else if has("ADD CONSTRAINT ") && !is_new(table("ALTER TABLE "))
        || has("CREATE UNIQUE INDEX ") && !is_new(table(" ON "))
    {
        Some("refuses what was taken")
    } else {
        None
    }
}

/// The statements of a migration that break something.
fn broken(sql: &str) -> Vec<(&'static str, String)> {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap());
    let text = lines.collect::<Vec<_>>().join("\n").to_uppercase();
    let statements: Vec<_> = text.split(';').map(str::trim).collect();
    let made = statements.iter().filter_map(|statement| {
        let rest = statement.strip_prefix("CREATE TABLE ")?;
        let rest = rest.trim_start_matches("IF NOT EXISTS ");
        rest.split(['(', ' ', '\n']).next().map(str::to_owned)
    });
    let made: Vec<_> = made.collect();
    let found = statements.iter().filter_map(|statement| {
        let how = breaks(statement, &made)?;
        Some((how, (*statement).to_owned()))
    });
    found.collect()
}

#[test]
fn migrations_after_the_rule_take_nothing_away_unless_they_say_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    for folder in ["sqlite", "postgres"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let version: String = name.split('_').next().unwrap().to_owned();
            let sql = fs::read_to_string(path.join("up.sql")).unwrap();
            let is_told = sql.contains("INTO breaking_migrations")
                && sql.contains(&format!("'{}'", version.replace('-', "")));
            let (_, number) = version.rsplit_once('-').unwrap();
            if number <= FREE_UNTIL || is_told {
                continue;
            }
            let broken = broken(&sql);
            assert!(
                broken.is_empty(),
                "{folder}/{name}: services that run would break: {broken:?}. Do it in two releases, or add its version to \
                 breaking_migrations (docs/CONTRIBUTING.md, \"A migration\")"
            );
        }
    }
}

#[test]
fn statements_that_break_running_services_are_known() {
    for sql in [
        "DROP TABLE users;",
        "alter table users drop column email;",
        "ALTER TABLE users RENAME COLUMN email TO mail;",
        "ALTER TABLE users\n  ALTER COLUMN email TYPE text;",
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE users ADD COLUMN nickname TEXT NOT NULL;",
        "ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 9);",
        "CREATE UNIQUE INDEX one_email ON users (email);",
        "CREATE TABLE x (id BIGINT); DROP TABLE users;",
    ] {
        assert_eq!(broken(sql).len(), 1, "{sql}");
    }
}

#[test]
fn statements_that_expand_are_let_through() {
    for sql in [
        "-- DROP TABLE users;\nALTER TABLE users ADD COLUMN nickname TEXT;",
        "ALTER TABLE users ADD COLUMN level INT NOT NULL DEFAULT 0;",
        "CREATE TABLE pets (id BIGINT NOT NULL PRIMARY KEY); CREATE UNIQUE INDEX pet ON pets (id);",
        "CREATE INDEX by_name ON users (username);",
        "DROP TRIGGER users_version_update ON users;",
        "DROP INDEX by_name;",
        "INSERT INTO breaking_migrations (version) VALUES ('20990101000001');",
    ] {
        assert_eq!(broken(sql), [], "{sql}");
    }
}
