//! Why a token is refused is in the log, and not in the answer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

#[test]
fn reason_of_a_refusal_is_in_the_log_and_not_in_the_answer() {
    let sandbox = Sandbox::new();
    let secret = sandbox.write("shared-secret", &"s".repeat(40));
    let issuers = json!([{
        "issuer": "https://idp.example.com", "audience": "profile-api", "algorithms": ["HS256"],
        "secret_file": secret, "user_field": "id",
    }]);
    let issuers = format!("auth.jwt.issuers={issuers}");
    let mut service = sandbox.start(&["serve", "--set", "log.format=json", "--set", &issuers]);
    let token = |header: Value, payload: Value| {
        let [header, payload] =
            [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        format!("Bearer {header}.{payload}.AAAA")
    };
    let foreign = json!({"iss": "https://idp.example.com", "sub": "1"});
    let cases = [
        (
            token(json!({"alg": "none"}), foreign.clone()),
            "alg is none that is taken",
        ),
        (
            token(json!({"alg": "HS256"}), foreign.clone()),
            "the signature does not verify",
        ),
        (
            token(json!({"alg": "HS256", "crit": ["x"]}), foreign),
            "crit, b64 or kid",
        ),
        ("Bearer x".to_owned(), "no JSON Web Token of three parts"),
        (
            format!("Bearer {}", "x".repeat(17_000)),
            "longer than 16384 bytes (auth.jwt.max_token_bytes)",
        ),
    ];

    for (authorization, reason) in cases {
        let (status, answer) = service.send("POST", "/api/profile/", &authorization);

        assert_eq!(status, 401, "{reason}");
        assert!(!answer.contains(reason), "{answer}");
        let line: Value = serde_json::from_str(&service.log_line("profiled::request")).unwrap();
        let cause = line["cause"].as_str().unwrap();
        assert!(cause.contains(reason), "{cause}");
    }
}
