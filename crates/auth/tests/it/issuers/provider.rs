//! An identity provider on this machine: it publishes keys, and counts who asks.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use chrono::Duration;
use profiled_auth::{Algorithm, IssuerSettings, KeyFolder, KeyRing, LocalPartSetting, UserField};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::people::now;

/// What is sent for a request: status line and header lines, then the body.
pub type Answer = (String, Vec<u8>);

pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    folder: TempDir,
    kids: Vec<String>,
}

#[derive(Default)]
struct State {
    /// Sent in turn; the last one again and again.
    answers: VecDeque<Answer>,
    asked: usize,
    discovery: Option<Answer>,
}

pub fn ok(body: impl Into<Vec<u8>>) -> Answer {
    (
        "200 OK\r\nContent-Type: application/jwk-set+json".to_owned(),
        body.into(),
    )
}

impl Provider {
    /// A provider with one key of each algorithm, which publishes them.
    pub fn start(algorithms: &[Algorithm]) -> Self {
        let mut provider = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            state: Arc::default(),
            folder: tempfile::tempdir().unwrap(),
            kids: Vec::new(),
        };
        let listener = TcpListener::bind(provider.address).unwrap();
        provider.address = listener.local_addr().unwrap();
        for algorithm in algorithms {
            provider.add(*algorithm);
        }
        provider.publish();
        let state = Arc::clone(&provider.state);
        // It ends with the process: it is not called any more when the test is over.
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&stream.unwrap(), &state);
            }
        });
        provider
    }

    /// Makes a key, and publishes nothing.
    pub fn add(&mut self, algorithm: Algorithm) {
        let folder = KeyFolder::new(self.folder.path());
        self.kids.push(folder.add(algorithm, now(), now()).unwrap());
    }

    pub fn kid(&self, key: usize) -> &str {
        &self.kids[key]
    }

    /// What it publishes at this moment.
    pub fn document(&self) -> Value {
        let folder = KeyFolder::new(self.folder.path());
        let ring = KeyRing::open(None, folder, Duration::days(1)).unwrap();
        serde_json::to_value(ring.jwks(now())).unwrap()
    }

    pub fn publish(&self) {
        self.answer_with([ok(self.document().to_string())]);
    }

    pub fn answer_with(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().unwrap().answers = answers.into_iter().collect();
    }

    /// Answers where discovery documents are.
    pub fn discover_with(&self, answer: Answer) {
        self.state.lock().unwrap().discovery = Some(answer);
    }

    pub fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    pub fn url(&self) -> String {
        format!("http://{}/jwks.json", self.address)
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn settings(&self, algorithms: &[Algorithm]) -> IssuerSettings {
        IssuerSettings {
            issuer: self.issuer(),
            audience: vec!["profile-api".to_owned()],
            audience_claims: vec!["aud".to_owned()],
            client_ids: Vec::new(),
            any_audience: false,
            algorithms: algorithms.to_vec(),
            jwks_url: self.url(),
            allow_private_addresses: false,
            jwks_file: String::new(),
            secret_file: String::new(),
            user_claim: "sub".to_owned(),
            user_field: Some(UserField::Id),
            email_local_part: LocalPartSetting::Exact,
            email_verified_claim: "email_verified".to_owned(),
            trust_email: false,
            required_type: String::new(),
            allowed_types: Vec::new(),
            leeway: 0,
        }
    }

    /// Claims of a good token for user 7.
    pub fn claims(&self) -> Value {
        json!({
            "iss": self.issuer(), "aud": "profile-api", "sub": "7",
            "exp": now().timestamp() + 60, "iat": now().timestamp()
        })
    }

    /// A token signed with the key of this number.
    pub fn sign(&self, key: usize, change: impl FnOnce(&mut Value, &mut Value)) -> String {
        let mut claims = self.claims();
        let mut header = json!({ "alg": self.algorithm(key), "typ": "JWT", "kid": self.kids[key] });
        change(&mut header, &mut claims);
        self.sign_text(key, &header.to_string(), &claims.to_string())
    }

    fn algorithm(&self, key: usize) -> String {
        let record = self.folder.path().join(format!("{}.json", self.kids[key]));
        let record: Value = serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
        record["algorithm"].as_str().unwrap().to_owned()
    }

    /// The same with header and payload as they are written.
    pub fn sign_text(&self, key: usize, header: &str, payload: &str) -> String {
        self.sign_encoded(key, &crate::signing::unsigned(header, payload))
    }

    /// The same with a text that is encoded already.
    pub fn sign_encoded(&self, key: usize, text: &str) -> String {
        let kid = &self.kids[key];
        let read = |ending: &str| std::fs::read(self.folder.path().join(format!("{kid}.{ending}")));
        let name = &*self.algorithm(key);
        let pem = read("pem").unwrap();
        if ["ES512", "ES256K"].contains(&name) {
            let signature = crate::signing::on_curve(name, &pem, text.as_bytes());
            return format!("{text}.{signature}");
        }
        let key = match &name[..2] {
            "ES" => jsonwebtoken::EncodingKey::from_ec_pem(&pem),
            "Ed" => jsonwebtoken::EncodingKey::from_ed_pem(&pem),
            _ => jsonwebtoken::EncodingKey::from_rsa_pem(&pem),
        };
        let algorithm = name.parse().unwrap();
        let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &key.unwrap(), algorithm);
        format!("{text}.{}", signature.unwrap())
    }
}

fn serve(mut stream: &TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream).lines();
    let is_discovery = lines.next().is_some_and(|line| {
        line.is_ok_and(|line| line.starts_with("GET /.well-known/openid-configuration "))
    });
    while lines
        .next()
        .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
    {}
    let (head, body) = {
        let mut state = state.lock().unwrap();
        state.asked += 1;
        match state.answers.len() {
            _ if is_discovery => {
                let none = || ("404 Not Found".to_owned(), Vec::new());
                state.discovery.clone().unwrap_or_else(none)
            }
            0 | 1 => state.answers.front().cloned().unwrap_or_default(),
            _ => state.answers.pop_front().unwrap(),
        }
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    // A client that has read enough may have gone away.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&body);
}
