//! What Tower decides otherwise than its framework's later versions.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use profiled_auth::{
    Authenticator, BasicVerifier, Identity, Scheme, TokenPolicy, TokenVerifier, Verifier,
};
use profiled_rest::error::ApiError;
use profiled_rest::response::X_API_TIME;
use profiled_rest::wire::accept::{Accepted, Format};
use profiled_rest::wire::body::Parser;
use profiled_rest::wire::headers::joined;
use profiled_rest::wire::host::Origin;
use profiled_rest::wire::json_writer::{Layout, Style};
use profiled_rest::{Dialect, PageStyle, Spec, ViewResponse};

use crate::parts::Parts;
use crate::settings::TowerSettings;
use crate::tower::error;
use crate::tower::mount::Mount;

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
pub(super) const AUTH_TOKEN_TIMEOUT: HeaderName = HeaderName::from_static("auth-token-timeout");

/// The dialect, under one of its mounts.
pub(super) struct Tower {
    mount: Mount,
    authenticator: Authenticator,
    token_lifetime: i64,
    clock: fn() -> DateTime<Utc>,
}

impl Tower {
    pub(super) fn new(parts: &Parts, mount: Mount) -> Self {
        let settings = &parts.dialects.tower;
        let verifiers: Vec<Box<dyn Verifier>> = vec![
            Box::new(BasicVerifier::new(parts.services.login())),
            Box::new(token_verifier(settings, mount)),
        ];
        Self {
            mount,
            authenticator: Authenticator::new(verifiers),
            token_lifetime: i64::from(settings.token_lifetime),
            clock: parts.services.clock,
        }
    }

    /// Seconds that the token of a request lives, `None` for one without end (contract `tower.md`, section 1.2).
    fn timeout(&self, identity: &Identity) -> Option<i64> {
        let is_token = identity.scheme == Scheme::Token;
        let token = identity.token.as_ref().filter(|_| is_token)?;
        let end = token.expires_at?;
        let left = end.signed_duration_since((self.clock)()).num_seconds();
        Some(if token.is_sliding {
            self.token_lifetime
        } else {
            left.max(0)
        })
    }
}

fn policy(settings: &TowerSettings) -> TokenPolicy {
    TokenPolicy {
        check_binding: settings.bind_tokens,
    }
}

/// Takes tokens, under a second name on the second mount (contract `tower.md`, section 15.3).
pub(super) fn token_verifier(settings: &TowerSettings, mount: Mount) -> TokenVerifier {
    let tokens = TokenVerifier::new(policy(settings));
    match mount {
        Mount::V1 => tokens,
        Mount::V2 => tokens.also_named("Bearer"),
    }
}

/// What a request offers in its headers: `X-Auth-Token` replaces `Authorization`, if it names the scheme
/// (contract `tower.md`, section 2.1).
pub(super) fn credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let names_the_scheme = |value: &Vec<u8>| {
        let mut words = value
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case(b"token"))
    };
    let other = joined(headers, X_AUTH_TOKEN).filter(names_the_scheme);
    other.or_else(|| joined(headers, header::AUTHORIZATION))
}

impl Dialect for Tower {
    fn name(&self) -> &'static str {
        "tower"
    }

    fn style(&self) -> Style {
        Style::Spaced
    }

    /// Contract `tower.md`, section 1.5.
    fn authenticates_first(&self) -> bool {
        true
    }

    /// Contract `tower.md`, section 1.4.
    fn overrides_methods(&self, _format: Format) -> bool {
        true
    }

    /// Forms are read for POST, though no OPTIONS document says so (contract `tower.md`, section 1.4).
    fn parsers(&self, _spec: &Spec, method: &Method) -> &'static [Parser] {
        if *method == Method::POST {
            &[Parser::Json, Parser::Form]
        } else {
            &[Parser::Json]
        }
    }

    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    fn credentials(&self, headers: &HeaderMap) -> Option<Vec<u8>> {
        credentials(headers)
    }

    /// On the second mount only (contract `tower.md`, section 15.3).
    fn takes_cookies(&self) -> bool {
        self.mount == Mount::V2
    }

    /// By the bytes that `Authorization` begins with, whatever was wrong (contract `tower.md`, section 2.3).
    fn challenge(&self, headers: &HeaderMap) -> HeaderValue {
        let begins = |value: &HeaderValue| value.as_bytes().starts_with(b"Token");
        let is_token = headers.get(header::AUTHORIZATION).is_some_and(begins);
        HeaderValue::from_static(if is_token {
            "Token"
        } else {
            "Basic realm=\"api\""
        })
    }

    fn describe(&self, error: &ApiError, layout: Layout) -> ViewResponse {
        error::describe(error, layout)
    }

    /// What the client wrote for its exact type comes back, parameters included (contract `tower.md`, section 1.2).
    fn json_type(&self, accepted: &Accepted) -> HeaderValue {
        let echoed = accepted
            .token
            .as_deref()
            .and_then(|token| HeaderValue::from_str(token).ok());
        echoed.unwrap_or_else(|| HeaderValue::from_static("application/json"))
    }

    fn vary(&self, _has_choice: bool) -> Option<HeaderValue> {
        Some(HeaderValue::from_static("Accept, Cookie"))
    }

    fn add_headers(
        &self,
        headers: &mut HeaderMap,
        status: StatusCode,
        identity: Option<&Identity>,
        seconds: f64,
    ) {
        if !status.is_server_error()
            && let Ok(value) = HeaderValue::from_str(&format!("{seconds:.3}s"))
        {
            headers.insert(X_API_TIME, value);
        }
        if let Some(seconds) = identity.and_then(|identity| self.timeout(identity)) {
            headers.insert(AUTH_TOKEN_TIMEOUT, HeaderValue::from(seconds));
        }
    }

    fn redirect_target(&self, target: String, origin: &Origin) -> String {
        format!("{}{target}", origin.as_str())
    }

    /// Contract `tower.md`, section 12.
    fn page_style(&self) -> PageStyle {
        PageStyle {
            site: "REST API",
            site_path: Some("/api/"),
            caller_path: Some(self.mount.caller_path()),
            headers: &["Location", "WWW-Authenticate", "Allow", "X-API-Time"],
            folds_description: true,
            curl_credentials: "--user YOUR_NAME".into(),
            is_prompted: true,
        }
    }
}
