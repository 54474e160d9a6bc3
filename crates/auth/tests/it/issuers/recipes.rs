//! Access tokens in the forms of providers that no test can start, under the settings of `docs/PROVIDERS.md`.

use profiled_auth::{Algorithm, IssuerSettings, JwtFault, LocalPartSetting, UserClaim, UserField};
use profiled_domain::{LocalPart, Mailbox};
use serde_json::{Value, json};

use super::provider::Provider;
use super::{judge, service};

struct Recipe {
    provider: &'static str,
    audience: &'static [&'static str],
    audience_claims: &'static [&'static str],
    user_claim: &'static str,
    email_verified_claim: &'static str,
    user_field: UserField,
    header: Value,
    claims: Value,
    user: &'static str,
}

fn recipe(provider: &'static str) -> Recipe {
    Recipe {
        provider,
        audience: &["profile-api"],
        audience_claims: &["aud"],
        user_claim: "preferred_username",
        email_verified_claim: "email_verified",
        user_field: UserField::Username,
        header: json!({"typ": "JWT"}),
        claims: json!({}),
        user: "ada",
    }
}

fn recipes() -> Vec<Recipe> {
    vec![
        Recipe {
            claims: json!({
                "aud": ["profile-api", "account"], "azp": "web", "typ": "Bearer", "acr": "1", "sid": "s",
                "realm_access": {"roles": ["offline_access"]}, "scope": "openid profile",
                "email_verified": true, "preferred_username": "ada",
            }),
            ..recipe("Keycloak")
        },
        Recipe {
            audience: &["app"],
            audience_claims: &["aud", "client_id"],
            user_claim: "username",
            header: json!({"typ": null}),
            claims: json!({
                "aud": null, "client_id": "app", "token_use": "access", "username": "ada", "version": 2,
                "cognito:groups": ["g"], "event_id": "e", "auth_time": 1, "scope": "openid",
            }),
            ..recipe("Cognito")
        },
        Recipe {
            audience: &["app", "api://app"],
            header: json!({"typ": "JWT", "x5t": "t"}),
            claims: json!({
                "aud": "app", "azp": "web", "azpacr": "1", "oid": "o", "tid": "t", "ver": "2.0", "uti": "u",
                "scp": "read", "preferred_username": "ada", "aio": "x", "rh": "r",
            }),
            ..recipe("Entra ID")
        },
        Recipe {
            audience: &["https://profile.example.com/"],
            user_claim: "https://profile.example.com/email",
            email_verified_claim: "https://profile.example.com/email_verified",
            user_field: UserField::Email,
            claims: json!({
                "aud": ["https://profile.example.com/", "https://tenant.eu.auth0.com/userinfo"],
                "azp": "web", "sub": "auth0|1", "scope": "openid", "gty": "password",
                "https://profile.example.com/email": "Ada@Example.com",
                "https://profile.example.com/email_verified": true,
            }),
            user: "Ada@Example.com",
            ..recipe("Auth0")
        },
        Recipe {
            audience: &["1"],
            user_claim: "sub",
            user_field: UserField::ExternalId,
            claims: json!({"aud": ["web@project", "1"], "sub": "163840776835432705", "client_id": "web"}),
            user: "163840776835432705",
            ..recipe("Zitadel")
        },
        Recipe {
            claims: json!({
                "azp": "web", "typ": "Bearer", "scope": "openid", "preferred_username": "ada",
                "groups": [], "roles": ["user"],
            }),
            ..recipe("Rauthy")
        },
        Recipe {
            audience: &["project"],
            user_claim: "email",
            user_field: UserField::Email,
            claims: json!({
                "aud": "project", "user_id": "u", "sub": "u", "auth_time": 1, "email": "Ada@Example.com",
                "email_verified": true,
                "firebase": {"identities": {"email": ["Ada@Example.com"]}, "sign_in_provider": "password"},
            }),
            user: "Ada@Example.com",
            ..recipe("Firebase")
        },
        Recipe {
            audience: &["profile-api", "web"],
            audience_claims: &["aud", "client_id"],
            user_claim: "ext.username",
            claims: json!({"aud": [], "client_id": "web", "ext": {"username": "ada"}, "scp": ["openid"]}),
            ..recipe("Hydra")
        },
    ]
}

fn outcome(recipe: &Recipe) -> Result<UserClaim, JwtFault> {
    let provider = Provider::start(&[Algorithm::ES256]);
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let is_email = recipe.user_field == UserField::Email;
    let settings = IssuerSettings {
        audience: texts(recipe.audience),
        audience_claims: texts(recipe.audience_claims),
        user_claim: recipe.user_claim.to_owned(),
        email_verified_claim: recipe.email_verified_claim.to_owned(),
        user_field: Some(recipe.user_field),
        email_local_part: if is_email {
            LocalPartSetting::CaseInsensitive
        } else {
            LocalPartSetting::Exact
        },
        ..provider.settings(&[Algorithm::ES256])
    };
    let token = provider.sign(0, |header, claims| {
        for (target, change) in [(header, &recipe.header), (claims, &recipe.claims)] {
            let target = target.as_object_mut().unwrap();
            target.extend(change.as_object().unwrap().clone());
            target.retain(|_, value| !value.is_null());
        }
    });
    judge(&service(vec![settings]), &token)
}

#[test]
fn access_tokens_of_each_recipe_name_their_user() {
    for recipe in recipes() {
        let user = recipe.user.to_owned();
        let expected = match recipe.user_field {
            UserField::Email => UserClaim::Mailbox(Mailbox::new(user, LocalPart::CaseInsensitive)),
            UserField::ExternalId => UserClaim::ExternalId(user),
            UserField::Username | UserField::Id => UserClaim::Username(user),
        };
        assert_eq!(outcome(&recipe), Ok(expected), "{}", recipe.provider);
    }
}
