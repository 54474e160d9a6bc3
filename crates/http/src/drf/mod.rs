//! Dialect `drf`: Django REST framework's token authentication (contract `drf.md`, sections 1 to 3).

mod body;
mod fields;
mod me;

use std::sync::Arc;

use profiled_auth::{Authenticator, BearerVerifier, TokenPolicy, TokenVerifier, Verifier};

use crate::dialect::Dialect;
use crate::failure::ApiError;
use crate::json::{Layout, Style};
use crate::page::PageStyle;
use crate::rest_framework;
use crate::router::Route;
use crate::settings::DrfScheme;
use crate::state::Parts;
use crate::view::Answer;

/// The dialect's routes.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let dialect = Arc::new(Drf {
        authenticator: authenticator(parts),
    });
    let me = me::Me {
        groups: parts.dialects.drf.groups,
        fields: fields::me(parts.limits.mobile_number),
    };
    vec![Route {
        pattern: "/api/users/me/",
        dialect,
        view: Box::new(me),
    }]
}

fn authenticator(parts: &Parts) -> Authenticator {
    let policy = TokenPolicy {
        check_binding: parts.dialects.tower.bind_tokens,
    };
    let schemes = parts.dialects.drf.authenticators.iter();
    let verifiers = schemes.map(|scheme| -> Box<dyn Verifier> {
        match scheme {
            DrfScheme::Token => Box::new(TokenVerifier::new(policy)),
            DrfScheme::Jwt => Box::new(BearerVerifier::new(Arc::clone(&parts.jwt))),
        }
    });
    Authenticator::new(verifiers.collect())
}

struct Drf {
    authenticator: Authenticator,
}

impl Dialect for Drf {
    fn name(&self) -> &'static str {
        "drf"
    }

    fn style(&self) -> Style {
        Style::Compact
    }

    fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    fn describe(&self, error: &ApiError, layout: Layout) -> Answer {
        rest_framework::describe(error, layout)
    }

    fn page_style(&self) -> PageStyle {
        let takes_tokens = self.authenticator.challenge() == "Token";
        PageStyle {
            caller_path: Some("/api/users/me/"),
            curl_credentials: if takes_tokens {
                "-H 'Authorization: Token YOUR_TOKEN'"
            } else {
                "-H 'Authorization: Bearer YOUR_TOKEN'"
            },
            ..rest_framework::PAGE_STYLE
        }
    }
}
