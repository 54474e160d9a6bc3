//! Keys of an issuer whose `jwks_url` is not known (`OpenID` Connect Discovery 1.0).

use profiled_auth::{Algorithm, IssuerSettings, JwtFault, UserClaim};
use profiled_domain::UserId;
use serde_json::{Value, json};

use super::provider::{Provider, ok};
use super::{judge, service};

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);

fn discovering(provider: &Provider) -> IssuerSettings {
    IssuerSettings {
        jwks_url: String::new(),
        ..provider.settings(&[Algorithm::ES256])
    }
}

fn document(issuer: &str, jwks_uri: &str) -> Value {
    json!({"issuer": issuer, "jwks_uri": jwks_uri, "claims_supported": ["sub"], "x": {"y": [1]}})
}

#[test]
fn keys_are_found_by_the_issuer_alone() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let text = document(&provider.issuer(), &provider.url()).to_string();
    provider.discover_with(ok(format!("\u{feff}{text}")));

    let service = service(vec![discovering(&provider)]);

    assert_eq!(judge(&service, &provider.sign(0, |_, _| ())), SEVEN);
    assert_eq!(provider.asked(), 2);
}

#[test]
fn document_of_another_issuer_is_not_believed() {
    let evil = Provider::start(&[Algorithm::ES256]);
    let provider = Provider::start(&[Algorithm::ES256]);
    let slash = format!("{}/", provider.issuer());
    for (issuer, jwks_uri) in [
        (evil.issuer(), provider.url()),
        (slash, provider.url()),
        (provider.issuer(), "file:///etc/passwd".to_owned()),
        (provider.issuer(), "jwks.json".to_owned()),
    ] {
        provider.discover_with(ok(document(&issuer, &jwks_uri).to_string()));
        let service = service(vec![discovering(&provider)]);

        let outcome = judge(&service, &provider.sign(0, |_, _| ()));

        assert_eq!(outcome, INVALID, "{issuer} {jwks_uri}");
    }
}

#[test]
fn private_address_that_a_document_names_is_asked_only_if_that_is_allowed() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let inside = Provider::start(&[Algorithm::ES256]);
    inside.answer_with([ok(provider.document().to_string())]);
    let port = inside.url().rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let jwks_uri = format!("http://{host}:{port}");
        provider.discover_with(ok(document(&provider.issuer(), &jwks_uri).to_string()));
        let refusing = service(vec![discovering(&provider)]);
        let good = provider.sign(0, |_, _| ());

        let before = inside.asked();
        assert_eq!(judge(&refusing, &good), INVALID, "{host}");
        assert_eq!(inside.asked(), before, "{host}");
        let allowing = service(vec![IssuerSettings {
            allow_private_addresses: true,
            ..discovering(&provider)
        }]);
        assert_eq!(judge(&allowing, &good), SEVEN, "{host}");
    }
}
