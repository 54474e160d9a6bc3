//! `profiled keys …`, and a service whose keys change under way.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, read_answer};

const FOLDER: &str = "auth.jwt.keys_dir={data_dir}/keys";

fn keys(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    sandbox.json(&[&["--set", FOLDER, "keys"], arguments].concat())
}

fn file(sandbox: &Sandbox, kid: &Value, ending: &str) -> PathBuf {
    let name = format!("data/keys/{}.{ending}", kid.as_str().unwrap());
    sandbox.path().join(name)
}

fn states(sandbox: &Sandbox) -> Vec<(Value, Value)> {
    let listed = keys(sandbox, &["list"]);
    let keys = listed.as_array().unwrap().iter();
    keys.map(|key| (key["algorithm"].clone(), key["state"].clone()))
        .collect()
}

/// Changes when a key begins to sign, out of what its file says.
fn begin(sandbox: &Sandbox, kid: &Value, moment: impl FnOnce(&Value) -> Value) {
    let file = file(sandbox, kid, "json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    record["signs_from"] = moment(&record);
    std::fs::write(&file, record.to_string()).unwrap();
}

#[test]
fn the_first_key_signs_at_once_and_the_next_one_is_published_first() {
    let sandbox = Sandbox::new();

    let first = keys(&sandbox, &["generate", "--algorithm", "ES256"]);
    let second = keys(&sandbox, &["generate", "--algorithm", "HS256"]);

    let expected = [
        (json!("ES256"), json!("signing")),
        (json!("HS256"), json!("published")),
    ];
    assert_eq!(states(&sandbox), expected);
    let listed = keys(&sandbox, &["list"]);
    assert_eq!(listed[0]["kid"], first["kid"]);
    assert_eq!(listed[1]["signs_from"], second["signs_from"]);
    assert!(listed[0]["retires_at"].is_string() && listed[1]["retires_at"].is_null());
    let lines = sandbox.done(&["--set", FOLDER, "keys", "list"]);
    let begin = format!("{} ES256 signing from 2", first["kid"].as_str().unwrap());
    assert!(lines.starts_with(&begin), "{lines}");
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn no_secret_is_ever_printed() {
    let sandbox = Sandbox::new();
    let made = keys(&sandbox, &["generate", "--algorithm", "HS256"]);
    let secret = std::fs::read_to_string(file(&sandbox, &made["kid"], "secret")).unwrap();

    let commands = [["keys", "list"].as_slice(), &["keys", "rotate"], &["check"]];
    let ended = commands.map(|command| sandbox.run(&[&["--set", FOLDER], command].concat()));
    let printed = format!("{made} {ended:?}");

    assert!(secret.trim().len() > 64);
    assert!(!printed.contains(secret.trim()), "{printed}");
}

#[test]
fn a_rotation_waits_for_the_one_before_it() {
    let sandbox = Sandbox::new();
    let none = sandbox.run(&["--set", FOLDER, "keys", "rotate"]);
    keys(&sandbox, &["generate", "--algorithm", "EdDSA"]);

    let next = keys(&sandbox, &["rotate"]);
    let early = sandbox.run(&["--set", FOLDER, "keys", "rotate"]);
    let forced = keys(&sandbox, &["rotate", "--at-once", "--algorithm", "RS256"]);

    assert_eq!(none.code, Some(1));
    assert_eq!(
        none.err,
        "profiled: no key signs yet: run profiled keys generate\n"
    );
    assert_eq!(next["algorithm"], "EdDSA");
    assert_eq!(early.code, Some(3));
    let kid = next["kid"].as_str().unwrap();
    let text = format!("profiled: key {kid} is waiting to sign from ");
    assert!(early.err.starts_with(&text), "{}", early.err);
    assert_eq!(forced["removed"], json!([]));
    let last = (json!("RS256"), json!("signing"));
    assert!(states(&sandbox).contains(&last));
}

#[test]
fn a_rotation_removes_keys_whose_last_tokens_are_over() {
    let sandbox = Sandbox::new();
    let old = keys(&sandbox, &["generate", "--algorithm", "ES256"]);
    let present = keys(&sandbox, &["rotate", "--at-once"]);
    begin(&sandbox, &old["kid"], |_| json!("2020-01-01T00:00:00Z"));
    begin(&sandbox, &present["kid"], |_| json!("2021-01-01T00:00:00Z"));
    let before = states(&sandbox);

    let ended = sandbox.run(&["--set", FOLDER, "--json", "keys", "rotate"]);
    let rotated: Value = serde_json::from_str(&ended.out).unwrap();

    let told: Vec<Value> = ended
        .trail
        .iter()
        .map(|line| json!([line["action"], line["object"]]))
        .collect();
    let name = |kid: &Value| format!("key:{}", kid.as_str().unwrap());
    let removed = json!(["key.remove", name(&old["kid"])]);
    assert_eq!(
        told,
        [removed, json!(["key.create", name(&rotated["kid"])])]
    );
    assert_eq!(before[0].1, "retired");
    assert_eq!(rotated["removed"], json!([old["kid"]]));
    for ending in ["json", "pem"] {
        assert!(!file(&sandbox, &old["kid"], ending).exists());
        assert!(file(&sandbox, &present["kid"], ending).exists());
    }
    let states: Vec<_> = states(&sandbox)
        .into_iter()
        .map(|(_, state)| state)
        .collect();
    assert_eq!(states, ["signing", "published"]);
}

#[test]
fn mistakes_in_commands_are_reported_in_one_line() {
    let sandbox = Sandbox::new();
    let cases = [
        (
            ["keys", "generate", "--algorithm", "ES256"].as_slice(),
            5,
            "auth.jwt.keys_dir is not set: name the folder of the keys, as {data_dir}/keys",
        ),
        (
            &["--set", FOLDER, "keys", "generate", "--algorithm", "none"],
            2,
            "--algorithm none: the algorithm must be one of HS256, HS384, HS512, RS256, RS384, \
             RS512, PS256, PS384, PS512, ES256, ES384, ES512, ES256K, EdDSA",
        ),
        (
            &["--set", FOLDER, "serve"],
            5,
            "auth.jwt.keys_dir in --set: ./data/keys has no key that signs at this moment: run profiled keys generate",
        ),
        (
            &["--set", "auth.jwt.algorithm=ES256", "serve"],
            5,
            "auth.jwt.signing_key is not set: ES256 needs a private key in PEM",
        ),
        (
            &["--set", "auth.jwt.keys_lead_time=19", "serve"],
            5,
            "auth.jwt.keys_lead_time in --set is 19: it must be at least twice \
             auth.jwt.keys_reload, 20",
        ),
        (
            &["--set", "auth.jwt.jti_claim=user_id", "serve"],
            5,
            "auth.jwt.jti_claim in --set is \"user_id\": name a claim of its own, as jti",
        ),
    ];

    for (arguments, code, text) in cases {
        let ended = sandbox.run(arguments);
        assert_eq!(ended.err, format!("profiled: {text}\n"));
        assert_eq!(ended.code, Some(code));
    }
}

#[test]
fn without_a_folder_the_configured_key_is_listed() {
    let sandbox = Sandbox::new();

    let listed = sandbox.json(&["keys", "list"]);
    let line = sandbox.done(&["keys", "list"]);

    assert_eq!(
        (&listed[0]["kid"], &listed[0]["state"]),
        (&json!(null), &json!("signing"))
    );
    assert_eq!(line, "(configured) HS256 signing\n");
}

/// A token that is minted under the settings of the moment.
fn access_token(sandbox: &Sandbox) -> String {
    let token = sandbox.done(&["--set", FOLDER, "jwt", "create", "ada"]);
    token.trim().to_owned()
}

fn post(address: &str, path: &str, authorization: &str, body: &str) -> (u16, String) {
    let mut connection = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n\
         {body}"
    );
    connection.write_all(request.as_bytes()).unwrap();
    read_answer(&mut connection)
}

/// Status of the profile with an access token.
fn profile(address: &str, token: &str) -> u16 {
    post(address, "/api/profile/", &format!("Bearer {token}"), "").0
}

/// What a log-in of ada gives.
fn log_in(address: &str) -> Value {
    let body = json!({ "username": "ada", "password": "battery staple" });
    let (status, answer) = post(address, "/api/token/", "", &body.to_string());
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).unwrap()
}

/// Asks with a token of before the rotation, and with one that has just been handed out and refreshed,
/// until it is over. Returns the number of requests and those that were refused.
fn client(address: &str, old: &str, is_over: &AtomicBool) -> (usize, Vec<u16>) {
    let mut statuses = Vec::new();
    // A test that has failed elsewhere does not say that it is over.
    let deadline = Instant::now() + Duration::from_mins(2);
    while !is_over.load(Ordering::SeqCst) && Instant::now() < deadline {
        let pair = log_in(address);
        let refresh = json!({ "refresh": pair["refresh"] }).to_string();
        statuses.push(profile(address, old));
        statuses.push(profile(address, pair["access"].as_str().unwrap()));
        statuses.push(post(address, "/api/token/refresh/", "", &refresh).0);
    }
    let refused = statuses.iter().copied().filter(|status| *status != 200);
    (statuses.len(), refused.collect())
}

fn kid_of(token: &str) -> String {
    let part = token.split('.').next().unwrap();
    let header = URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[test]
fn a_rotation_under_load_gives_no_refusal() {
    let sandbox = Sandbox::migrated();
    let ada = ["user", "create", "--username", "ada", "--password-stdin"];
    let created = sandbox.run_with_input(&ada, "battery staple\n");
    assert_eq!(created.code, Some(0), "{created:?}");
    keys(&sandbox, &["generate", "--algorithm", "ES256"]);
    let settings = ["-q", "--set", FOLDER, "--set", "auth.jwt.keys_reload=1"];
    // Nobody reads the log, which is more than a pipe holds.
    let silent = ["--set", "log.audit=false"];
    let service = sandbox.start(&[&settings[..], &silent, &["serve"]].concat());
    let (address, old) = (service.address.as_str(), access_token(&sandbox));
    let is_over = AtomicBool::new(false);

    let outcomes: Vec<(usize, Vec<u16>)> = thread::scope(|scope| {
        let spawn = |_| scope.spawn(|| client(address, &old, &is_over));
        let clients: Vec<_> = (0..3).map(spawn).collect();
        let next = keys(&sandbox, &["rotate", "--algorithm", "EdDSA"]);
        let next_kid = next["kid"].as_str().unwrap();
        until(|| {
            service
                .send("GET", "/.well-known/jwks.json", "")
                .1
                .contains(next_kid)
        });
        // Its time has come: others sign with it before the service does.
        begin(&sandbox, &next["kid"], |record| record["created"].clone());
        let elsewhere = access_token(&sandbox);
        assert_eq!(kid_of(&elsewhere), next_kid);
        assert_eq!(profile(address, &elsewhere), 200);
        until(|| kid_of(log_in(address)["access"].as_str().unwrap()) == next_kid);
        is_over.store(true, Ordering::SeqCst);
        let outcomes = clients.into_iter().map(|client| client.join().unwrap());
        outcomes.collect()
    });

    for (answered, refused) in outcomes {
        assert_eq!(refused, [] as [u16; 0]);
        assert!(answered > 0);
    }
}

/// Asks again and again, for half a minute at most.
fn until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "it does not come");
    }
}

#[test]
fn production_starts_with_a_folder_of_keys_alone() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada"]);
    keys(&sandbox, &["generate", "--algorithm", "RS256"]);
    let hosts = "http.allowed_hosts=127.0.0.1";
    let production = ["--profile", "production", "--set", hosts, "--set", FOLDER];

    let service = sandbox.start(&[&production[..], &["serve"]].concat());

    assert_eq!(profile(&service.address, &access_token(&sandbox)), 200);
    assert!(!sandbox.path().join("data/signing.key").exists());
}

#[test]
fn foreign_issuers_come_from_a_file_or_as_json() {
    let sandbox = Sandbox::new();
    let table = "[[auth.jwt.issuers]]\nissuer = \"https://idp.example\"\naudience = \"a\"\n\
                 algorithms = [\"RS256\"]\njwks_url = \"http://127.0.0.1:1/jwks.json\"\nuser_field = \"id\"\n";
    let file = sandbox.write("issuers.toml", table);
    let json = r#"auth.jwt.issuers=[{"issuer":"i","audience":"a","algorithms":["ES256"],"jwks_url":"http://127.0.0.1:1/","user_field":"id"}]"#;

    sandbox.done(&["migrate"]);
    let issuer = |options: &[&str]| {
        sandbox.done(&[options, &["check"]].concat());
        sandbox.setting("auth.jwt.issuers", options)[0]["issuer"].clone()
    };

    assert_eq!(issuer(&["--config", &file]), "https://idp.example");
    assert_eq!(issuer(&["--set", json]), "i");
}

#[test]
fn contradictory_foreign_issuers_are_refused() {
    let sandbox = Sandbox::new();
    let whole = r#""issuer":"i","audience":"","jwks_url":"http://127.0.0.1:1/""#;
    let cases = [
        (
            "x",
            "in --set: must be a list of tables, or JSON of one".to_owned(),
        ),
        (
            "[1]",
            "in --set: must be a list of tables, or JSON of one".to_owned(),
        ),
        ("[{}]", "in --set: missing field `issuer`".to_owned()),
        (
            &format!(r#"[{{{whole},"algorithms":["none"]}}]"#),
            "in --set: unknown variant `none`".to_owned(),
        ),
        (
            &format!(r#"[{{{whole},"algorithms":[]}}]"#),
            "\"i\" has no algorithms: name those that it signs with".to_owned(),
        ),
    ];

    for (text, expected) in cases {
        let ended = sandbox.run(&["--set", &format!("auth.jwt.issuers={text}"), "serve"]);
        assert_eq!(ended.code, Some(5), "{text}");
        assert!(ended.err.contains(&expected), "{text}: {}", ended.err);
        assert!(
            ended.err.starts_with("profiled: auth.jwt.issuers"),
            "{}",
            ended.err
        );
    }
}
