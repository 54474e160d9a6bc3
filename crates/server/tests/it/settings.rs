//! Layers of settings, and what is said of wrong ones.

use profiled::{LogLevel, Profile, Settings, Sources};

use crate::sandbox::Sandbox;

pub fn load(overrides: &[&str]) -> Result<Settings, String> {
    let overrides = overrides.iter().map(ToString::to_string).collect();
    let sources = Sources {
        overrides,
        ..Sources::default()
    };
    Settings::load(&sources).map_err(|failure| failure.to_string())
}

pub fn complaint(setting: &str) -> String {
    load(&[setting]).err().unwrap_or_default()
}

#[test]
fn defaults_are_those_of_development() {
    let settings = load(&[]).unwrap();

    assert_eq!(settings.profile, Profile::Development);
    assert_eq!(settings.database.url, "sqlite://./data/profiled.sqlite3");
    assert_eq!(settings.http.bind, ["127.0.0.1:8000"]);
    assert_eq!(
        settings.http.allowed_hosts,
        ["127.0.0.1", ".localhost", "[::1]"]
    );
    assert_eq!(settings.http.max_body_bytes, 2_621_440);
    assert_eq!(settings.auth.jwt.access_lifetime, 300);
    assert_eq!(settings.limits.mobile_number, 11);
}

#[test]
fn later_layers_win() {
    let sandbox = Sandbox::new();
    let first = sandbox.write(
        "first.toml",
        "[limits]\nmobile_number = 12\n[log]\nlevel = \"warn\"\n",
    );
    let second = sandbox.write("second.toml", "[limits]\nmobile_number = 13\n");
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut sources = Sources {
        files: vec![first.into(), second.into()],
        ..Sources::default()
    };
    let mobile_number = |sources: &Sources| Settings::load(sources).unwrap().limits.mobile_number;

    assert_eq!(mobile_number(&sources), 13);
    sources.environment = vec![
        variable("PROFILED__LIMITS__MOBILE_NUMBER", "14"),
        variable("HOME", "/nowhere"),
    ];
    assert_eq!(mobile_number(&sources), 14);
    sources.overrides = vec![
        "limits.mobile_number=15".to_owned(),
        "limits.mobile_number=16".to_owned(),
    ];
    assert_eq!(mobile_number(&sources), 16);
    assert_eq!(Settings::load(&sources).unwrap().log.level, LogLevel::Warn);
}

#[test]
fn lists_are_written_with_commas() {
    let variable = (
        "PROFILED__HTTP__ALLOWED_HOSTS".to_owned(),
        "a.example, b.example".to_owned(),
    );
    let sources = Sources {
        environment: vec![variable],
        overrides: vec!["http.bind=127.0.0.1:0,[::1]:0".to_owned()],
        ..Sources::default()
    };

    let http = Settings::load(&sources).unwrap().http;

    assert_eq!(http.allowed_hosts, ["a.example", "b.example"]);
    assert_eq!(http.bind, ["127.0.0.1:0", "[::1]:0"]);
}

#[test]
fn profile_named_in_any_source_loads_its_file() {
    let sandbox = Sandbox::new();
    let file = sandbox.write(
        "server.toml",
        "profile = \"production\"\n[http]\nallowed_hosts = [\"api.example.com\"]\n",
    );
    let sources = Sources {
        files: vec![file.into()],
        ..Sources::default()
    };

    let settings = Settings::load(&sources).unwrap();

    assert_eq!(settings.profile, Profile::Production);
    assert_eq!(settings.log.format, profiled::LogFormat::Json);
    assert_eq!(settings.http.drain_delay, 5);
}

#[test]
fn the_profile_file_of_the_working_directory_is_taken() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path().join("config")).unwrap();
    sandbox.write("config/development.toml", "[limits]\nmobile_number = 20\n");

    let shown = sandbox.json(&["settings", "limits.mobile_number"]);

    assert_eq!(shown["value"], 20);
    assert_eq!(shown["source"], "config/development.toml");
}

#[test]
fn data_dir_stands_in_the_database_url() {
    let settings = load(&["data_dir=/var/lib/profiled"]).unwrap();

    assert_eq!(
        settings.database.url,
        "sqlite:///var/lib/profiled/profiled.sqlite3"
    );
}

#[test]
fn unknown_settings_are_named_with_their_source() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("typo.toml", "[log]\nlevle = \"info\"\n");
    let variable = [("PROFILED__LOG__LEVLE".to_owned(), "info".to_owned())];
    let advice = "docs/CONFIGURATION.md lists all settings";
    let sources = [
        (
            Sources {
                overrides: vec!["log.levle=info".to_owned()],
                ..Sources::default()
            },
            "--set".to_owned(),
        ),
        (
            Sources {
                environment: variable.into(),
                ..Sources::default()
            },
            "environment variable PROFILED__LOG__LEVLE".to_owned(),
        ),
        (
            Sources {
                files: vec![file.clone().into()],
                ..Sources::default()
            },
            file,
        ),
    ];

    for (sources, origin) in sources {
        let complaint = Settings::load(&sources).expect_err(&origin).to_string();

        assert_eq!(
            complaint,
            format!("unknown setting log.levle in {origin}: did you mean log.level? {advice}")
        );
    }
}

#[test]
fn values_of_the_wrong_kind_are_named_with_their_source() {
    let cases = [
        (
            "http.workers=two",
            "http.workers in --set: must be a whole number",
        ),
        (
            "http.workers=-1",
            "http.workers in --set: must be a whole number",
        ),
        (
            "http.browsable=yes",
            "http.browsable in --set: must be true or false",
        ),
        ("limits=3", "limits in --set is a section: set its keys"),
        (
            "log.format=xml",
            "log.format in --set: unknown variant `xml`, expected `text` or `json`",
        ),
        (
            "dialects.drf.authenticators=basic",
            "dialects.drf.authenticators in --set: unknown variant `basic`, expected `token` or `jwt`",
        ),
        (
            "http.trusted_proxies=10.0.0",
            "http.trusted_proxies in --set: \"10.0.0\" is neither an address nor a network",
        ),
        (
            "profile=staging",
            "profile in --set is \"staging\": use development or production",
        ),
        (
            "log.level",
            "--set needs a key and a value, as log.level=debug",
        ),
    ];

    for (setting, expected) in cases {
        assert_eq!(complaint(setting), expected);
    }
}

#[test]
fn values_out_of_range_are_named_with_the_remedy() {
    let cases = [
        (
            "limits.mobile_number=33",
            "limits.mobile_number in --set is 33: it must be at least 1 and at most 32",
        ),
        (
            "limits.mobile_number=0",
            "limits.mobile_number in --set is 0: it must be at least 1 and at most 32",
        ),
        (
            "http.body_timeout=0",
            "http.body_timeout in --set is 0: it must be at least 0.01 and at most 3600",
        ),
        (
            "http.max_upload_bytes=2621439",
            "http.max_upload_bytes in --set is 2621439: it must be at least max_body_bytes, 2621440",
        ),
        (
            "media.max_decoded_bytes=4294967297",
            "media.max_decoded_bytes in --set is 4294967297: it must be at least 1 and at most 4294967296",
        ),
        (
            "media.max_width=4294967296",
            "media.max_width in --set is 4294967296: it must be at least 1 and at most 65535",
        ),
        (
            "auth.jwt.access_lifetime=0",
            "auth.jwt.access_lifetime in --set is 0: it must be at least 1 and at most 3153600000",
        ),
        (
            "dialects.tower.page_size=201",
            "dialects.tower.page_size in --set is 201: it must not be above max_page_size, 200",
        ),
        (
            "dialects.tower.directory_managed_fields=email,groups",
            "dialects.tower.directory_managed_fields in --set has \"groups\": it takes username, first_name, last_name, email, is_superuser",
        ),
        (
            "dialects.tower.directory_managed_fields=email,email",
            "dialects.tower.directory_managed_fields in --set must name each field once: username, first_name, last_name, email, is_superuser",
        ),
        (
            "http.bind=",
            "http.bind in --set is empty: name an address, as 127.0.0.1:8000",
        ),
        (
            "http.bind=localhost",
            "http.bind in --set has \"localhost\": write host:port, as 127.0.0.1:8000",
        ),
        (
            "http.allowed_hosts=http://x",
            "http.allowed_hosts in --set has \"http://x\": write a host name without scheme and port, as api.example.com",
        ),
        (
            "http.public_url=example.com",
            "http.public_url in --set is \"example.com\": write a scheme and a host, as https://api.example.com, and the path below which a proxy puts the service, if it does",
        ),
        (
            "http.public_url=https://example.com/?x",
            "http.public_url in --set is \"https://example.com/?x\": write a scheme and a host, as https://api.example.com, and the path below which a proxy puts the service, if it does",
        ),
        (
            "auth.jwt.user_id_claim=exp",
            "auth.jwt.user_id_claim in --set is \"exp\": name a claim of its own, as user_id or sub",
        ),
        (
            "dialects.drf.authenticators=",
            "dialects.drf.authenticators in --set must name each scheme once: token, jwt, or both in the order of trial",
        ),
        (
            "database.url=mysql://x",
            "database.url in --set must begin with sqlite://, postgres:// or postgresql://",
        ),
        (
            "throttle.anon=10/week",
            "throttle.anon in --set: \"10/week\" is no rate: write a number from 1 to 1000000, a slash and s, min, h or day, as 10/min, or nothing for no limit",
        ),
        (
            "throttle.login=0/min",
            "throttle.login in --set: \"0/min\" is no rate: write a number from 1 to 1000000, a slash and s, min, h or day, as 10/min, or nothing for no limit",
        ),
        (
            "throttle.store=redis",
            "throttle.store in --set: unknown variant `redis`, expected `memory` or `database`",
        ),
        (
            "data_dir=",
            "data_dir in --set is empty: name a folder, as ./data",
        ),
    ];

    for (setting, expected) in cases {
        assert_eq!(complaint(setting), expected);
    }
}

#[test]
fn times_and_connections_of_the_database_must_fit_together() {
    let cases = [
        (
            "database.pool_size=1001",
            "database.pool_size in --set is 1001: it must be at least 0 and at most 1000",
        ),
        (
            "database.pool_size=4",
            "database.pool_size in --set is 4: it must be at least 5, one for each lane, or 0",
        ),
        (
            "database.deadline=61",
            "database.deadline in --set is 61: it must be at least 1 and at most 60",
        ),
        (
            "database.deadline=2",
            "database.deadline in --set is 2: it must be greater than database.connect_timeout, 2; raise one or lower the other",
        ),
    ];

    for (setting, expected) in cases {
        assert_eq!(complaint(setting), expected);
    }
}

#[test]
fn wrong_value_that_a_later_layer_replaces_is_not_blamed() {
    let replaced = load(&["http.workers=2000", "http.workers=2"]);
    let both = load(&["http.workers=2000", "http.workers=2", "log.format=xml"]);

    assert_eq!(replaced.unwrap().http.workers, 2);
    let expected = "log.format in --set: unknown variant `xml`, expected `text` or `json`";
    assert_eq!(both.unwrap_err(), expected);
}

#[test]
fn broken_file_is_refused_with_line_and_column_and_not_quoted() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("broken.toml", "[auth.jwt]\nsigning_key = \"topsecret\n");

    let ended = sandbox.run(&["check", "--config", &file]);

    assert_eq!(ended.code, Some(5));
    assert!(
        ended
            .err
            .contains("broken.toml: TOML parse error at line 2, column "),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("topsecret"), "{}", ended.err);
}

#[test]
fn a_rate_may_be_written_as_the_framework_takes_it_and_switched_off() {
    let settings = load(&[
        "throttle.anon=100/hour",
        "throttle.user= 5/sec",
        "throttle.login=",
    ]);
    let throttle = settings.unwrap().throttle;

    let written = [throttle.anon, throttle.user, throttle.login].map(String::from);
    assert_eq!(written, ["100/h", "5/s", ""]);
    let defaults = load(&[]).unwrap().throttle;
    let written = [defaults.anon, defaults.user, defaults.login].map(String::from);
    assert_eq!(written, ["", "", "10/min"]);
}

#[test]
fn options_count_on_both_sides_of_the_command() {
    let sandbox = Sandbox::new();

    let options = |command: &[&str]| {
        let before = ["--set", "limits.mobile_number=20"];
        sandbox.json(&[&before[..], command, &["--set", "http.workers=3"]].concat())
    };

    let number = options(&["settings", "limits.mobile_number"]);
    let workers = options(&["settings", "http.workers"]);

    assert_eq!(
        (&number["value"], &workers["value"]),
        (&20.into(), &3.into())
    );
}
