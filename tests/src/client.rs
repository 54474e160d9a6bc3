//! A client that speaks for one of several callers.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;

use crate::replay::wire::{self, Answer, Request};

/// Sends requests to one service. Its methods panic when there is no answer: then the test is over.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    /// Opaque tokens by the name of their user.
    tokens: BTreeMap<String, String>,
}

impl Client {
    /// A client of the service at `address`, which knows `tokens` by user name.
    #[must_use]
    pub fn new(address: SocketAddr, tokens: BTreeMap<String, String>) -> Self {
        Self { address, tokens }
    }

    /// Nobody.
    #[must_use]
    pub fn anonymous(&self) -> Caller {
        Caller {
            address: self.address,
            credentials: None,
        }
    }

    /// A user by opaque token.
    ///
    /// # Panics
    /// If the data have no token for the user.
    #[must_use]
    pub fn token(&self, user: &str) -> Caller {
        let key = self
            .tokens
            .get(user)
            .unwrap_or_else(|| panic!("no token for {user:?}"));
        self.authorization(&format!("Token {key}"))
    }

    /// A user by a JSON web token signed with the service's key.
    ///
    /// # Panics
    /// If no token can be signed.
    #[must_use]
    pub fn bearer(&self, user_id: i64) -> Caller {
        let token = crate::access_token(user_id).unwrap_or_else(|error| panic!("{error}"));
        self.authorization(&format!("Bearer {token}"))
    }

    /// Whoever these credentials belong to.
    #[must_use]
    pub fn authorization(&self, value: &str) -> Caller {
        Caller {
            address: self.address,
            credentials: Some(value.to_owned()),
        }
    }
}

/// Sends requests with fixed credentials.
#[derive(Clone, Debug)]
pub struct Caller {
    address: SocketAddr,
    credentials: Option<String>,
}

impl Caller {
    /// The value of `Authorization`, empty for nobody.
    #[must_use]
    pub fn credentials(&self) -> &str {
        self.credentials.as_deref().unwrap_or_default()
    }

    /// `GET`
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.send(Request::new("GET", path))
    }

    /// `POST` without a body.
    #[must_use]
    pub fn post(&self, path: &str) -> Answer {
        self.send(Request::new("POST", path))
    }

    /// Sends any request; `Host` and credentials are added where they are not given.
    ///
    /// # Panics
    /// If no answer comes.
    #[must_use]
    pub fn send(&self, mut request: Request) -> Answer {
        let has = |request: &Request, name: &str| {
            request
                .headers
                .iter()
                .any(|(given, _)| given.eq_ignore_ascii_case(name))
        };
        if !has(&request, "Host") {
            request
                .headers
                .insert(0, ("Host".to_owned(), self.address.to_string()));
        }
        if let Some(value) = self
            .credentials
            .as_ref()
            .filter(|_| !has(&request, "Authorization"))
        {
            request = request.header("Authorization", value);
        }
        let line = format!("{} {}", request.method, request.path);
        wire::send(self.address, &request).unwrap_or_else(|error| panic!("{line}: {error}"))
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.body);
        parsed.unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }
}
