//! A key server of a foreign issuer that takes connections and says nothing: its tokens are refused, and nobody else
//! notices it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use acceptance::client::Client;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::asked::{Ask, Asked};
use super::assert_reads_are_answered;
use crate::jwt_tokens::PRIVATE_KEY;

/// More than any queue for them could have room for, and threads to wait with.
const STRANGERS: usize = 200;

/// An issuer whose keys are fetched from an address.
fn issuer(name: &str, server: SocketAddr) -> Value {
    json!({
        "issuer": name, "audience": "profile-api", "algorithms": ["ES256"],
        "jwks_url": format!("http://{server}/jwks.json"), "user_field": "id",
    })
}

/// An access token for the user 1.
fn token(issuer: &str, kid: &str) -> String {
    let claims = json!({
        "iss": issuer, "aud": "profile-api", "sub": "1",
        "exp": 4_102_444_800_i64, "iat": 1_700_000_000,
    });
    let header = Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    let key = EncodingKey::from_ec_pem(PRIVATE_KEY.as_bytes()).unwrap();
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

fn ask(client: &Client, token: &str) -> Ask {
    let caller = client.authorization(&format!("Bearer {token}"));
    (caller, Request::new("POST", "/api/profile/"))
}

/// The document of the key, which a service with it publishes.
fn published() -> Value {
    let key = format!("auth.jwt.signing_key={PRIVATE_KEY}");
    let settings = [key.as_str(), "auth.jwt.algorithm=ES256"];
    let service = Service::start(Backend::Sqlite, Data::Nothing, &settings);
    let answer = service.client().anonymous().get("/.well-known/jwks.json");
    answer.json()
}

/// A key server that says so in turn, and ends with the process.
fn key_server(answers: impl IntoIterator<Item = String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut answers: VecDeque<_> = answers.into_iter().collect();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(answer) = answers.pop_front() {
                say(&stream, &answer);
            }
        }
    });
    address
}

fn say(mut stream: &TcpStream, answer: &str) {
    let lines = BufReader::new(stream).lines();
    let head = lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()));
    assert!(head.count() > 0);
    stream.write_all(answer.as_bytes()).unwrap();
}

#[test]
fn tokens_of_an_issuer_that_says_nothing_take_nobody_along() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let document = published();
    let body = document.to_string();
    let found = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let later = "HTTP/1.1 503 Later\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let rotating = key_server([later.to_owned(), found]);
    let issuers = json!([
        issuer("https://silent.example", silent.local_addr().unwrap()),
        issuer("https://rotating.example", rotating),
    ]);
    let issuers = format!("auth.jwt.issuers={issuers}");
    let service = Service::start(Backend::Sqlite, Data::Staff, &[&issuers]);
    // The fetch has begun, and nothing is said.
    let (_held, _) = silent.accept().unwrap();
    let client = service.client();
    let stranger = |number| {
        ask(
            &client,
            &token("https://silent.example", &format!("k{number}")),
        )
    };

    let strangers = Asked::all(service.address(), (0..STRANGERS).map(stranger).collect());
    let kid = document["keys"][0]["kid"].as_str().unwrap();
    let (caller, request) = ask(&client, &token("https://rotating.example", kid));
    let rotated = caller.send(request);
    assert_reads_are_answered(&service);

    assert_eq!(rotated.status, 200, "{}", rotated.text());
    for (_, answer) in strangers.rest() {
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
}
