//! `profiled settings`: documentation, defaults, values and their sources; and the schema of a settings file.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use profiled::{Settings, Sources, reference};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

#[test]
fn a_section_without_keys_says_nothing() {
    let sandbox = Sandbox::new();
    let text = "[http]\n[auth]\njwt = {}\n[auth.password]\n# hasher = \"argon2\"\n";
    let file = sandbox.write("some.toml", text);
    let wrong = sandbox.write("wrong.toml", "[htpp]\n");

    sandbox.done(&["settings", "--config", &file]);
    let refused = sandbox.run(&["settings", "--config", &wrong]);

    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert!(refused.err.contains("unknown setting htpp"), "{refused:?}");
}

#[test]
fn user_information_in_urls_is_not_shown() {
    let sandbox = Sandbox::new();
    for (key, url, shown) in [
        (
            "http.public_url",
            "https://u:hunter2@a.example/x?y",
            "https://a.example/x",
        ),
        ("http.public_url", "https://u:hun/hunter2@a.example/", "***"),
        (
            "http.public_url",
            "https://a.example/x",
            "https://a.example/x",
        ),
        ("media.s3.endpoint", "https://u:hunter2@h/", "https://h/"),
    ] {
        let set = format!("{key}={url}");

        let value = sandbox.run(&["--json", "settings", key, "--set", &set]);
        let check = sandbox.run(&["check", "--set", &set]);

        assert!(value.out.contains(&format!("\"{shown}\"")), "{value:?}");
        assert!(
            !format!("{value:?}{check:?}").contains("hunter2"),
            "{check:?}"
        );
    }
}

#[test]
fn a_setting_is_shown_with_meaning_default_value_and_source() {
    let mut sandbox = Sandbox::new();
    let file = sandbox.write("some.toml", "[limits]\nmobile_number = 12\n");
    sandbox.set("PROFILED__LIMITS__NUMBER_PHONE", "13");
    let options = ["--config", &file, "--set", "log.level=warn"];
    let show = |key: &str| sandbox.json(&[&["settings", key], &options[..]].concat());
    let known = reference();

    for (key, value, default, source) in [
        ("limits.mobile_number", json!(12), json!(11), file.as_str()),
        (
            "limits.number_phone",
            json!(13),
            json!(10),
            "environment variable PROFILED__LIMITS__NUMBER_PHONE",
        ),
        ("log.level", json!("warn"), json!("info"), "--set"),
        ("log.format", json!("text"), json!("text"), "default"),
    ] {
        let meaning = known.iter().find(|known| known.key == key);
        let expected = json!({
            "key": key, "value": value, "default": default, "source": source,
            "environment": format!("PROFILED__{}", key.to_uppercase().replace('.', "__")),
            "meaning": meaning.unwrap().meaning,
        });
        assert_eq!(show(key), expected);
    }
    let page = sandbox.done(&[&["settings", "limits.mobile_number"], &options[..]].concat());
    for part in [
        "limits.mobile_number\n",
        "Longest mobile number",
        "value        12",
        "default      11",
    ] {
        assert!(page.contains(part), "{page}");
    }
}

#[test]
fn all_settings_are_listed_in_the_order_of_the_documentation() {
    let sandbox = Sandbox::new();

    let all = sandbox.done(&["settings", "--set", "http.workers=3"]);
    let section = sandbox.done(&["settings", "limits"]);

    let listed: Vec<&str> = all
        .lines()
        .map(|line| line.split(" = ").next().unwrap())
        .collect();
    let known: Vec<&str> = reference().iter().map(|known| known.key.as_str()).collect();
    assert_eq!(listed, known);
    assert!(
        all.contains("\nhttp.workers = 3  # --set; default 0\n"),
        "{all}"
    );
    let expected = "limits.mobile_number = 11  # default\nlimits.number_phone = 10  # default\n";
    assert_eq!(section, expected);
}

#[test]
fn an_unknown_setting_is_answered_with_the_one_that_is_like_it() {
    let sandbox = Sandbox::new();
    for (wrong, meant) in [
        ("http.bnd", "http.bind"),
        ("HTTP_BIND", "http.bind"),
        ("signing_key", "auth.jwt.signing_key"),
        ("database.uri", "database.url"),
    ] {
        let ended = sandbox.run(&["settings", wrong]);

        let line = format!("profiled: there is no setting {wrong}: did you mean {meant}?\n");
        assert_eq!((ended.code, ended.err), (Some(2), line));
    }
    let ended = sandbox.run(&["settings", "nonsense.of.another.kind"]);
    assert!(
        ended.err.ends_with(": profiled settings shows all\n"),
        "{}",
        ended.err
    );
}

#[test]
fn variables_that_set_nothing_are_warned_of_by_every_command() {
    let mut sandbox = Sandbox::migrated();
    for (name, value) in [
        ("PROFILED_HTTP_BIND", "127.0.0.1:9"),
        ("profiled__log__level", "error"),
        ("PROFILED_NONSENSE_OF_ANOTHER_KIND", "1"),
        ("PROFILEDHTTP__BIND", "127.0.0.1:9"),
        ("PROFILED-HTTP-BIND", "127.0.0.1:9"),
        ("PROFILED", "1"),
        // Names of others.
        ("PROFILEDIR", "/srv"),
        // Kubernetes sets these for a service of that name.
        ("PROFILED_SERVICE_HOST", "10.0.0.1"),
        ("PROFILED_SERVICE_PORT_HTTP", "80"),
        ("PROFILED_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("PROFILED_PORT", "tcp://10.0.0.1:80"),
        ("UNPROFILED_LOG", "1"),
    ] {
        sandbox.set(name, value);
    }
    let lines = [
        "environment variable PROFILED_HTTP_BIND is not used: did you mean PROFILED__HTTP__BIND?",
        "environment variable profiled__log__level is not used: did you mean PROFILED__LOG__LEVEL?",
        "environment variable PROFILED_NONSENSE_OF_ANOTHER_KIND is not used: docs/CONFIGURATION.md lists those that are",
        "environment variable PROFILEDHTTP__BIND is not used: did you mean PROFILED__HTTP__BIND?",
        "environment variable PROFILED-HTTP-BIND is not used: did you mean PROFILED__HTTP__BIND?",
        "environment variable PROFILED is not used: docs/CONFIGURATION.md lists those that are",
    ];

    let mut warnings = sandbox.findings(&[], "warning");
    let listed = sandbox.run(&["user", "list", "--json"]);
    let migrated = sandbox.run(&["migrate"]);
    let mut service = sandbox.start(&["serve"]);

    warnings.sort();
    let mut expected = lines;
    expected.sort_unstable();
    assert_eq!(warnings, expected);
    for ended in [listed, migrated] {
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.err.lines().count(), lines.len(), "{ended:?}");
        assert!(
            lines.iter().all(|line| ended.err.contains(line)),
            "{ended:?}"
        );
    }
    for _ in lines {
        service.log_line("is not used");
    }
}

fn schema() -> Value {
    Sandbox::new().json(&["settings", "--schema"])
}

/// The part of the schema that is about a key.
fn property(schema: &Value, key: &str) -> Value {
    let pointer = format!("/properties/{}", key.replace('.', "/properties/"));
    schema
        .pointer(&pointer)
        .unwrap_or_else(|| panic!("no {key}"))
        .clone()
}

#[test]
fn the_schema_knows_every_key_with_its_meaning_and_its_default() {
    let schema = schema();
    let settings = serde_json::to_value(Settings::load(&Sources::default()).unwrap()).unwrap();

    for known in reference() {
        let property = property(&schema, &known.key);

        assert_eq!(
            property["description"],
            known.meaning.as_str(),
            "{}",
            known.key
        );
        assert!(property.get("default").is_some(), "{}", known.key);
        let pointer = format!("/{}", known.key.replace('.', "/"));
        assert!(settings.pointer(&pointer).is_some(), "{}", known.key);
    }
}

#[test]
fn the_schema_has_the_bounds_and_the_words_of_the_code() {
    let schema = schema();
    let part = |key: &str, name: &str| property(&schema, key)[name].clone();

    assert_eq!(part("limits.mobile_number", "minimum"), 1);
    assert_eq!(part("limits.mobile_number", "maximum"), 32);
    assert_eq!(part("http.body_timeout", "maximum"), 3600);
    assert_eq!(part("log.format", "enum"), json!(["text", "json"]));
    assert_eq!(
        part("profile", "enum"),
        json!(["development", "production"])
    );
    assert_eq!(
        part("dialects.drf.authenticators", "items"),
        json!({"enum": ["token", "jwt"]})
    );
    let issuers = part("auth.jwt.issuers", "items");
    assert_eq!(issuers["required"], json!(["issuer", "algorithms"]));
    assert_eq!(
        issuers["properties"]["trust_email"],
        json!({"type": "boolean"})
    );
    let field = &issuers["properties"]["user_field"]["enum"];
    assert_eq!(*field, json!(["id", "username", "email", "external_id"]));
    // Beyond a bound, the code takes nothing either.
    for known in reference() {
        let property = property(&schema, &known.key);
        for (bound, beyond) in [("minimum", -1), ("maximum", 1)] {
            let Some(bound) = property[bound].as_i64() else {
                continue;
            };
            let setting = format!("{}={}", known.key, bound + beyond);
            let sources = Sources {
                overrides: vec![setting.clone()],
                ..Sources::default()
            };
            assert!(Settings::load(&sources).is_err(), "{setting}");
        }
    }
}

#[test]
fn a_variable_whose_name_is_no_text_is_told() {
    let sandbox = Sandbox::migrated();
    for (name, code, text) in [
        (
            &b"PROFILED__HT\xffTP__BIND"[..],
            5,
            "unknown setting ht\u{fffd}tp.bind in environment variable PROFILED__HT\u{fffd}TP__BIND: did you mean http.bind?",
        ),
        (
            b"PROFILED_HT\xffTP_BIND",
            0,
            "environment variable PROFILED_HT\u{fffd}TP_BIND is not used: did you mean PROFILED__HTTP__BIND?",
        ),
        (b"HT\xffTP", 0, ""),
    ] {
        let mut command = sandbox.command(&["user", "list", "--json"]);
        let output = command.env(OsStr::from_bytes(name), "127.0.0.1:9").output();

        let output = output.unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(text), "{told}");
        assert!(!text.is_empty() || told.is_empty(), "{told}");
    }
}
