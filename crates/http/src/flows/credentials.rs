//! How clients show who they are, as the OpenAPI document describes it.

use profiled_auth::JwtService;
use profiled_rest::Credential;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

/// An opaque token.
pub(crate) fn token() -> Credential {
    let text = "An opaque token after its scheme: `Token KEY`.";
    Credential {
        name: "token",
        scheme: in_header("Authorization", text),
        proof: None,
    }
}

/// A JSON Web Token, in the header and after the word that the settings name.
pub(crate) fn json_web_token(jwt: &JwtService) -> Credential {
    let (name, word) = (jwt.header_name(), jwt.header_word());
    let is_bearer = name.eq_ignore_ascii_case("authorization") && word == "Bearer";
    let scheme = if is_bearer {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let text = "An access token of `/api/token/`, or of an issuer that is trusted.";
        let bearer = bearer.bearer_format("JWT").description(Some(text));
        SecurityScheme::Http(bearer.build())
    } else {
        in_header(
            name,
            &format!("A JSON Web Token after its scheme: `{word} TOKEN`."),
        )
    };
    Credential {
        name: "jwt",
        scheme,
        proof: None,
    }
}

/// A name and a secret.
pub(crate) fn basic(name: &'static str, text: &str) -> Credential {
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
    Credential {
        name,
        scheme: SecurityScheme::Http(basic.description(Some(text)).build()),
        proof: None,
    }
}

/// A value of a header.
pub(crate) fn in_header(name: &str, text: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, text)))
}
