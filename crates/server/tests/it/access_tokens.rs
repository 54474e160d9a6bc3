//! `profiled jwt create`: lifetimes and claims that an operator asks for.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

fn with_ada() -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "ada"]);
    sandbox
}

fn create(sandbox: &Sandbox, options: &[&str]) -> (String, Value) {
    let token = sandbox.done(&[&["jwt", "create", "ada"], options].concat());
    let payload = token.split('.').nth(1).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(payload).unwrap();
    (
        token.trim_end().to_owned(),
        serde_json::from_slice(&claims).unwrap(),
    )
}

#[test]
fn access_token_has_the_lifetime_and_the_claims_that_were_asked_for_and_works() {
    let sandbox = with_ada();
    let service = sandbox.start(&["serve"]);
    let wishes = [
        "--lifetime",
        "2w",
        "--claim",
        "admin=true",
        "--claim",
        "scopes=[\"a\",\"b\"]",
        "--claim",
        "note=two=words",
        "--claim",
        "empty=",
    ];

    let (token, claims) = create(&sandbox, &wishes);
    let (_, plain) = create(&sandbox, &[]);

    let life = |claims: &Value| claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!((life(&claims), life(&plain)), (14 * 86_400, 300));
    let asked = json!([
        claims["admin"],
        claims["scopes"],
        claims["note"],
        claims["empty"]
    ]);
    assert_eq!(asked, json!([true, ["a", "b"], "two=words", ""]));
    let (status, body) = service.send("POST", "/api/profile/", &format!("Bearer {token}"));
    assert_eq!(status, 200, "{body}");
}

#[test]
fn sliding_token_has_them_too() {
    let sandbox = with_ada();
    let sliding = "auth.jwt.token_classes=sliding";

    let (_, claims) = create(
        &sandbox,
        &["--set", sliding, "--lifetime", "90s", "--claim", "level=3"],
    );

    let exp = claims["exp"].as_i64().unwrap();
    assert_eq!(exp - claims["iat"].as_i64().unwrap(), 90);
    assert_eq!(
        json!([claims["token_type"], claims["level"]]),
        json!(["sliding", 3])
    );
}

#[test]
fn wrong_wishes_are_told_with_the_option_and_make_no_token() {
    let sandbox = with_ada();
    let long = format!("long={}", "x".repeat(20_000));
    let reserved = "this claim is set by the service: take another name";
    let unit = "write a number and its unit, s, m, h, d or w, as 90d or 12h, up to 36500d";
    let cases = [
        (["--lifetime", "12"], format!("--lifetime 12: {unit}")),
        (["--lifetime", "0s"], format!("--lifetime 0s: {unit}")),
        (
            ["--claim", "admin"],
            "--claim admin: write it as NAME=VALUE".to_owned(),
        ),
        (
            ["--claim", "=1"],
            "--claim =1: write it as NAME=VALUE".to_owned(),
        ),
        (["--claim", "exp=1"], format!("--claim exp: {reserved}")),
        (["--claim", "sub=1"], format!("--claim sub: {reserved}")),
        (
            ["--claim", "user_id=2"],
            format!("--claim user_id: {reserved}"),
        ),
        (
            ["--claim", "token_type=refresh"],
            format!("--claim token_type: {reserved}"),
        ),
        (
            ["--claim", &long],
            "--claim: the token has more than auth.jwt.max_token_bytes, 16384: leave claims out"
                .to_owned(),
        ),
    ];

    for (options, told) in cases {
        let ended = sandbox.run(&[&["jwt", "create", "ada"][..], &options].concat());

        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(2), ""),
            "{options:?}"
        );
        assert_eq!(ended.err, format!("profiled: {told}\n"));
    }
}
