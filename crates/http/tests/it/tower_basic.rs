//! User name and password with each request of Tower's, on both mounts (`decisions.md` 23).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::app::{TestApp, get};

const MOUNTS: [&str; 2] = ["/api/v1/me/", "/api/v2/me/"];

/// `Authorization` as `curl -u` makes it of these bytes.
fn basic(pair: &[u8]) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

fn with_password(app: &TestApp, name: &str, password: &str) {
    let hash = app.hash(password);
    app.user("someone", |user| {
        user.person.username = Some(name.to_owned());
        user.password = Some(hash);
    });
}

#[actix_web::test]
async fn a_pair_of_any_script_logs_in_as_utf_8() {
    for (name, password) in [
        ("u8", "pässwörd"),
        ("ivan", "пароль: да"),
        ("мария", "pw"),
        ("emoji", "😀"),
    ] {
        let app = TestApp::new();
        with_password(&app, name, password);

        for path in MOUNTS {
            let right = basic(format!("{name}:{password}").as_bytes());
            let wrong = basic(format!("{name}:{password}x").as_bytes());

            assert_eq!(app.send(get(path, &right)).await.status, 200, "{name}");
            let refused = app.send(get(path, &wrong)).await;
            let text = r#"{"detail": "Invalid username/password"}"#;
            assert_eq!((refused.status, refused.body.as_str()), (401, text));
        }
    }
}

#[actix_web::test]
async fn bytes_that_are_not_utf_8_still_log_in_as_latin_1() {
    let app = TestApp::new();
    with_password(&app, "zoé", "pässwörd");

    for path in MOUNTS {
        for (pair, status) in [
            (b"zo\xe9:p\xe4ssw\xf6rd".as_slice(), 200),
            ("zoé:pässwörd".as_bytes(), 200),
            ("zoÃ©:pÃ¤sswÃ¶rd".as_bytes(), 401),
            (b"zo\xe9:\xff", 401),
        ] {
            let answer = app.send(get(path, &basic(pair))).await;

            assert_eq!(answer.status, status, "{path} {pair:x?}");
        }
    }
}
