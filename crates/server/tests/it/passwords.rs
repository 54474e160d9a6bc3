//! `profiled user set-password`, and the settings of `auth.password`.

use profiled_auth::PasswordHasher;
use profiled_domain::PasswordHash;
use profiled_store::testing::defaults;
use serde_json::json;

use crate::sandbox::Sandbox;

const SET: [&str; 3] = ["user", "set-password", "ada"];

fn with_ada() -> Sandbox {
    let sandbox = Sandbox::migrated();
    let create = ["user", "create", "--username", "ada", "--staff"];
    sandbox.done(&create);
    sandbox
}

fn is_password_of_ada(sandbox: &Sandbox, password: &str) -> bool {
    let stored = PasswordHash::from_encoded(sandbox.password("ada"));
    let hasher = PasswordHasher::new(&defaults("auth.password"));
    hasher.is_ok_and(|hasher| hasher.verify(password, &stored))
}

#[test]
fn a_password_is_set_from_standard_input_or_a_file() {
    let sandbox = with_ada();
    let file = sandbox.write("password", "from a file\r\n");
    let runs = [
        (vec![], "battery staple\n", "battery staple"),
        (
            vec!["--password-stdin"],
            " outer blanks \n",
            " outer blanks ",
        ),
        (vec!["--password-file", &file], "", "from a file"),
    ];

    for (options, input, expected) in runs {
        let ended = sandbox.run_with_input(&[&SET[..], &options].concat(), input);

        assert_eq!(ended.code, Some(0), "{ended:?}");
        let told = "changed the password of user 1 and revoked all other credentials\n";
        assert_eq!((ended.out.as_str(), ended.err.as_str()), (told, ""));
        assert!(is_password_of_ada(&sandbox, expected), "{expected:?}");
    }
}

#[test]
fn a_new_password_ends_the_tokens_of_its_user_at_once() {
    let sandbox = with_ada();
    sandbox.done(&["user", "create", "--username", "bob", "--staff"]);
    let token = |user| sandbox.done(&["token", "create", user]);
    let (of_ada, of_bob) = (token("ada"), token("bob"));
    let service = sandbox.start(&["serve"]);
    let status = |key: &str| {
        let authorization = format!("Token {}", key.trim_end());
        service.send("GET", "/api/users/me/", &authorization).0
    };
    assert_eq!((status(&of_ada), status(&of_bob)), (200, 200));

    sandbox.run_with_input(&SET, "battery staple\n");

    assert_eq!((status(&of_ada), status(&of_bob)), (401, 200));
    assert_eq!(sandbox.json(&["token", "list", "ada"]), json!([]));
}

#[test]
fn unusable_password_input_changes_nothing() {
    let sandbox = with_ada();
    sandbox.run_with_input(&SET, "battery staple\n");
    sandbox.done(&["token", "create", "ada"]);
    let huge = "x".repeat(5000);
    let cases = [
        ("\n", "profiled: the password is empty\n"),
        ("", "profiled: the password is empty\n"),
        (&huge, "profiled: the password has more than 4096 bytes\n"),
    ];

    for (input, expected) in cases {
        let ended = sandbox.run_with_input(&SET, input);

        assert_eq!((ended.code, ended.err.as_str()), (Some(2), expected));
    }
    let nobody = sandbox.run_with_input(&["user", "set-password", "eve"], "battery staple\n");
    assert_eq!(nobody.code, Some(1));
    assert!(is_password_of_ada(&sandbox, "battery staple"));
    let tokens = sandbox.json(&["token", "list", "ada"]);
    assert_eq!(tokens.as_array().map(Vec::len), Some(1));
}

#[test]
fn weak_password_is_refused_unless_the_operator_forces_it() {
    let sandbox = with_ada();
    let create = ["user", "create", "ada1", "--password-stdin"];
    let faults = [
        "The password is too similar to the username.",
        "This password is too short. It must contain at least 8 characters.",
    ];

    for command in [&SET[..], &create] {
        let ended = sandbox.run_with_input(command, "ADA1\n");

        assert_eq!(ended.code, Some(3), "{ended:?}");
        let [similar, short] = faults;
        let told = format!(
            "profiled: auth.password: {similar} {short} Take another one, or add --force\n"
        );
        assert_eq!(ended.err, told);
    }
    assert_eq!(sandbox.password("ada"), "!");
    assert_eq!(
        sandbox.json(&["user", "list"]).as_array().map(Vec::len),
        Some(1)
    );

    for command in [&SET[..], &create] {
        let forced = sandbox.run_with_input(&[command, &["--force"]].concat(), "ADA1\n");

        assert_eq!(forced.code, Some(0), "{forced:?}");
        for fault in faults {
            assert!(forced.err.contains(fault), "{}", forced.err);
        }
        assert!(!forced.err.contains("ADA1"), "{}", forced.err);
    }
    assert!(is_password_of_ada(&sandbox, "ADA1"));
}

#[test]
fn the_rules_for_passwords_are_those_of_the_settings() {
    let sandbox = with_ada();
    let without = [
        "--set",
        "auth.password.validators=length",
        "--set",
        "auth.password.min_length=4",
    ];

    let ended = sandbox.run_with_input(&[&SET[..], &without].concat(), "ADA1\n");

    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn new_hashes_are_of_the_method_and_cost_of_the_settings() {
    let sandbox = with_ada();
    let settings = [
        (
            "hasher=argon2",
            "argon2.memory_cost=128",
            "argon2$argon2id$v=19$m=128,t=2,p=8$",
        ),
        (
            "hasher=bcrypt_sha256",
            "bcrypt.rounds=4",
            "bcrypt_sha256$$2b$04$",
        ),
        ("hasher=scrypt", "scrypt.n=1024", "scrypt$1024$"),
        ("hasher=pbkdf2_sha256", "iterations=7", "pbkdf2_sha256$7$"),
    ];

    for (hasher, cost, expected) in settings {
        let [hasher, cost] = [hasher, cost].map(|setting| format!("auth.password.{setting}"));
        let options = ["--set", &hasher, "--set", &cost];
        let ended = sandbox.run_with_input(&[&SET[..], &options].concat(), "battery staple\n");

        assert_eq!(ended.code, Some(0), "{ended:?}");
        let stored = sandbox.password("ada");
        assert!(stored.starts_with(expected), "{stored}");
        assert!(is_password_of_ada(&sandbox, "battery staple"));
    }
}

#[test]
fn impossible_costs_are_refused_with_their_source() {
    let sandbox = Sandbox::new();
    let cases = [
        (
            "iterations=0",
            "auth.password.iterations in --set is 0: it must be at least 1 and at most 10000000",
        ),
        (
            "argon2.memory_cost=32",
            "auth.password.argon2.memory_cost in --set is 32: it must be at least 8 times parallelism",
        ),
        (
            "scrypt.n=1000",
            "auth.password.scrypt.n in --set is 1000: it must be a power of two, as 16384",
        ),
        (
            "min_length=0",
            "auth.password.min_length in --set is 0: it must be at least 1 and at most 128",
        ),
        (
            "validators=length,length",
            "auth.password.validators in --set must name each rule once: similarity, length, common, numeric",
        ),
    ];

    for (setting, expected) in cases {
        let setting = format!("auth.password.{setting}");
        let ended = sandbox.run(&["check", "--set", &setting]);

        assert_eq!(ended.code, Some(5));
        assert_eq!(ended.err, format!("profiled: {expected}\n"));
    }
}
