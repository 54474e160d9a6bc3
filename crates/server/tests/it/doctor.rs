//! `profiled check`: what an examination finds, each with its key, its source and its remedy.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};

use profiled_store::testing::TestDatabase;
use serde_json::Value;

use crate::sandbox::Sandbox;

const STRONG: &str = "Zk3v9QpX7mLw2RtY8sNc4HbJ6fDg1VaE";

/// Production with all that it demands.
fn in_production<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let settings = [
        "profile=production",
        "http.allowed_hosts=api.example.com",
        "http.public_url=https://api.example.com",
        "http.browsable=false",
    ];
    let all = settings.iter().chain(more);
    all.flat_map(|setting| ["--set", setting]).collect()
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_a_line_each() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write(
        "wrong.toml",
        "[http]\nworkers = \"many\"\nbind = [\"nowhere\"]\n",
    );
    let options = [
        "--config",
        &file,
        "--set",
        "log.levle=info",
        "--set",
        "limits.mobile_number=99",
        "--set",
        "auth.jwt.signing_key_file=/nowhere/key",
        "--set",
        "dialects.tower.page_size=201",
    ];

    let ended = sandbox.run(&[&["--json", "check"], &options[..]].concat());
    let served = sandbox.run(&[&["serve"], &options[..]].concat());

    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &report["ok"]), (Some(5), &false.into()));
    for begin in [
        format!("http.workers in {file}: must be a whole number"),
        "unknown setting log.levle in --set: did you mean log.level?".to_owned(),
        "limits.mobile_number in --set is 99: it must be at least 1 and at most 32".to_owned(),
        "auth.jwt.signing_key_file in --set: /nowhere/key does not exist".to_owned(),
        "dialects.tower.page_size in --set is 201".to_owned(),
    ] {
        let line = format!("profiled: {begin}");
        let in_lines = |text: &str| text.lines().any(|other| other.starts_with(&line));
        assert!(in_lines(&ended.err), "{begin}: {}", ended.err);
        assert!(in_lines(&served.err), "{begin}: {}", served.err);
    }
    let findings = report["findings"].as_array().unwrap();
    let number = |finding: &&Value| finding["key"] == "limits.mobile_number";
    let finding = findings.iter().find(number).unwrap();
    assert_eq!(finding["level"], "error");
    assert_eq!(finding["source"], "--set");
    assert_eq!(finding["remedy"], "it must be at least 1 and at most 32");
    // Of the variables, this one has a value that is fine.
    assert!(!ended.err.contains("http.bind"), "{}", ended.err);
}

#[test]
fn a_key_that_can_be_guessed_is_an_error_in_production_and_else_a_warning() {
    let sandbox = Sandbox::migrated();
    for (key, expected) in [
        ("a".repeat(40), "can be guessed"),
        (
            "django-insecure-".to_owned() + STRONG,
            "begins with django-insecure-",
        ),
        ("change-me-".to_owned() + STRONG, "as keys in examples do"),
    ] {
        let setting = format!("auth.jwt.signing_key={key}");

        let production = sandbox.run(&[&["check"], &in_production(&[&setting])[..]].concat());
        let development = sandbox.run(&["check", "--set", &setting]);

        assert_eq!(production.code, Some(5), "{production:?}");
        let begin = "profiled: auth.jwt.signing_key in --set ";
        assert!(production.err.starts_with(begin), "{production:?}");
        assert!(production.err.contains(expected), "{production:?}");
        assert!(production.err.contains("openssl rand -base64 48"));
        assert_eq!(development.code, Some(0), "{development:?}");
        assert!(development.out.starts_with("warning: auth.jwt.signing_key"));
        assert!(development.out.ends_with("\nok\n"), "{development:?}");
        assert!(!format!("{production:?}{development:?}").contains(&key));
    }
}

#[test]
fn production_with_all_that_it_demands_is_ok() {
    let sandbox = Sandbox::migrated();
    let key = format!("auth.jwt.signing_key={STRONG}");

    let out = sandbox.done(&[&["check"], &in_production(&[&key])[..]].concat());

    assert_eq!(out, "ok\n");
}

#[test]
fn what_production_had_better_not_do_is_warned_of() {
    let sandbox = Sandbox::migrated();
    let key = format!("auth.jwt.signing_key={STRONG}");
    let warnings = |more: &[&str]| {
        let settings = [&[key.as_str()], more].concat();
        sandbox.findings(&in_production(&settings), "warning")
    };

    for (setting, expected) in [
        ("http.browsable=true", "http.browsable in --set is true"),
        ("http.public_url=", "http.public_url in --set is empty"),
        (
            "http.public_url=http://a.example",
            "http.public_url in --set begins with http://",
        ),
    ] {
        let found = warnings(&[setting]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{found:?}");
    }
}

#[test]
fn files_of_secrets_that_others_may_read_are_named_with_their_setting() {
    let sandbox = Sandbox::migrated();
    let key = sandbox.write("key", STRONG);
    let config = sandbox.write(
        "config.toml",
        &format!("[auth.jwt]\nsigning_key = \"{STRONG}\"\n"),
    );
    let of_key = format!("auth.jwt.signing_key_file={key}");
    let set_mode = |file: &str, mode| {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    };
    for (file, options) in [(&key, ["--set", &of_key]), (&config, ["--config", &config])] {
        for (mode, is_open) in [(0o644, true), (0o604, true), (0o640, false), (0o400, false)] {
            set_mode(file, mode);

            let errors = sandbox.findings(&options, "error");

            let line = format!(
                "auth.jwt.signing_key: {file} is open to others (mode {mode:04o}): chmod 600 {file}"
            );
            let expected = if is_open { vec![line] } else { Vec::new() };
            assert_eq!(errors, expected);
        }
    }
}

#[test]
fn an_address_that_is_taken_is_an_error_unless_the_service_has_it() {
    let sandbox = Sandbox::migrated();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = sandbox.start(&["serve"]);
    let check = |address: &str| {
        let setting = format!("http.bind={address}");
        sandbox.run(&["check", "--set", &setting])
    };

    let address = other.local_addr().unwrap().to_string();
    let (taken, ours) = (check(&address), check(&service.address));

    assert_eq!(taken.code, Some(1), "{taken:?}");
    let line = format!("profiled: http.bind in --set: cannot listen on {address}: ");
    assert!(taken.err.starts_with(&line), "{taken:?}");
    assert_eq!(ours.code, Some(0), "{ours:?}");
    assert!(ours.out.contains("it is running already"), "{ours:?}");
}

/// Root may write anywhere else.
#[test]
fn a_folder_in_which_no_upload_can_be_stored_is_told_by_check_and_serve() {
    let sandbox = Sandbox::migrated();
    symlink("/proc", sandbox.path().join("data/media")).unwrap();

    let checked = sandbox.run(&["check"]);
    let mut service = sandbox.start(&["serve"]);

    let begin = "media.storage: nothing can be stored in the folder ./data/media";
    assert_eq!(checked.code, Some(5), "{checked:?}");
    let line = format!("\nprofiled: {begin}");
    assert!(checked.err.contains(&line), "{checked:?}");
    let logged = service.log_line(begin);
    assert!(logged.contains("ERROR"), "{logged}");
    assert_eq!(service.send("GET", "/ready", "").0, 200);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "no folder");

    let errors = sandbox.findings(&["--set", "data_dir=file/data"], "error");

    let begin = "data_dir in --set: file/data/media cannot be made, since file is no folder: ";
    assert!(
        errors.iter().any(|error| error.starts_with(begin)),
        "{errors:?}"
    );
}

#[cfg(feature = "s3")]
#[test]
fn a_bucket_that_cannot_be_reached_is_an_error() {
    let sandbox = Sandbox::migrated();
    let settings = [
        "media.storage=s3",
        "media.s3.bucket=people",
        "media.s3.endpoint=http://127.0.0.1:1",
        "media.s3.allow_http=true",
        "media.s3.access_key=a",
        "media.s3.secret_key=b",
        "media.s3.timeout=1",
    ];
    let options = settings.map(|setting| ["--set", setting]).concat();

    let errors = sandbox.findings(&options, "error");

    let begin = "media.storage in --set: nothing can be stored in the bucket \"people\" of \"http://127.0.0.1:1\"";
    assert!(errors[0].starts_with(begin), "{errors:?}");
}

#[test]
fn keys_that_cannot_be_fetched_are_told_with_their_setting() {
    let sandbox = Sandbox::migrated();
    let url = "auth.jwt.jwk_url=http://127.0.0.1:1/jwks?key=hidden";
    let own = ["--set", url, "--set", "auth.jwt.algorithm=ES256"];
    let issuer = r#"auth.jwt.issuers=[{"issuer":"i","audience":"a","algorithms":["ES256"],"jwks_url":"http://127.0.0.1:1/","user_field":"id"}]"#;

    let errors = sandbox.findings(&own, "error");
    let warnings = sandbox.findings(&["--set", issuer], "warning");

    let begin =
        "auth.jwt.jwk_url in --set: the keys of \"http://127.0.0.1:1/jwks\" cannot be fetched (";
    assert!(errors[0].starts_with(begin), "{errors:?}");
    let begin = "auth.jwt.issuers in --set: the keys of \"i\" cannot be fetched (";
    assert!(warnings[0].starts_with(begin), "{warnings:?}");
    assert!(!format!("{errors:?}{warnings:?}").contains("hidden"));
}

#[test]
fn users_whose_hashes_are_refused_are_counted() {
    let databases = [
        Some(TestDatabase::sqlite().unwrap()),
        TestDatabase::postgres("doctor::users_whose_hashes_are_refused").unwrap(),
    ];
    for database in databases.into_iter().flatten() {
        let mut sandbox = Sandbox::new();
        sandbox.set("PROFILED__DATABASE__URL", database.url());
        for name in ["ada", "bob", "cem", "dan", "eve"] {
            sandbox.done(&["user", "create", "--username", name]);
        }
        let hashes = [
            ("ada", "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69"),
            ("bob", "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69"),
            ("cem", "5ebe2294ecd0e0f08eab7690d2a6ee69"),
            ("dan", "pbkdf2_sha256$1$salt$hash"),
            ("eve", "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69"),
        ];
        for (name, hash) in hashes {
            let set = format!("UPDATE users SET password = '{hash}' WHERE username = '{name}'");
            database.execute(&set).unwrap();
        }
        sandbox.done(&["user", "deactivate", "eve"]);

        let warnings = sandbox.findings(&[], "warning").join("\n");
        let allowed = ["--set", "auth.password.allow_md5=true"];
        let fewer = sandbox.findings(&allowed, "warning").join("\n");

        assert!(
            warnings.contains("auth.password.allow_md5 lets nobody in"),
            "{warnings}"
        );
        assert!(
            warnings.contains("and 2 active users have one"),
            "{warnings}"
        );
        assert!(
            warnings.contains("auth.password.legacy_hashers lets nobody in"),
            "{warnings}"
        );
        assert!(
            !fewer.contains("allow_md5") && fewer.contains("legacy_hashers"),
            "{fewer}"
        );
    }
}

#[test]
fn a_server_with_another_clock_is_warned_of() {
    let Some(database) = TestDatabase::postgres("doctor::a_server_with_another_clock").unwrap()
    else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__DATABASE__URL", database.url());
    let clocks = |sandbox: &Sandbox| {
        let warnings = sandbox.findings(&[], "warning");
        warnings
            .into_iter()
            .filter(|text| text.contains("the clock of the database"))
            .count()
    };

    let same = clocks(&sandbox);
    database
        .execute(
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS \
             $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$; \
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$",
        )
        .unwrap();

    assert_eq!((same, clocks(&sandbox)), (0, 1));
}

#[test]
fn postgresql_without_tls_and_counters_in_memory_are_warned_of() {
    let sandbox = Sandbox::new();
    let url = "database.url=postgres://me:hunter2@192.0.2.1/x";
    let key = format!("auth.jwt.signing_key={STRONG}");
    let options = in_production(&[url, &key, "database.connect_timeout=1"]);

    let ended = sandbox.run(&[&["check"], &options[..]].concat());

    assert_eq!(ended.code, Some(4), "{ended:?}");
    let unreachable =
        "profiled: database.url in --set: the database postgres://192.0.2.1/x cannot be reached: ";
    assert!(ended.err.starts_with(unreachable), "{ended:?}");
    assert!(
        ended
            .out
            .contains("warning: throttle.store is memory beside PostgreSQL")
    );
    assert!(ended.out.contains("go to 192.0.2.1 in clear"), "{ended:?}");
    assert!(!format!("{ended:?}").contains("hunter2"));
}
