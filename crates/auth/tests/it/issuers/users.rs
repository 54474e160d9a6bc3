//! By what a foreign token names a user.

use profiled_auth::{Algorithm, JwtFault, UserClaim, UserField};
use profiled_domain::{LocalPart, Mailbox, UserId};
use serde_json::json;

use super::{Provider, judge, service};

const SEVEN: Result<UserClaim, JwtFault> = Ok(UserClaim::Id(UserId(7)));
const INVALID: Result<UserClaim, JwtFault> = Err(JwtFault::Invalid);

#[test]
fn users_are_named_by_each_attribute() {
    let provider = Provider::start(&[Algorithm::ES256]);
    let service_by = |field, claim: &str| {
        let mut settings = provider.settings(&[Algorithm::ES256]);
        (settings.user_field, settings.trust_email) = (Some(field), field == UserField::Email);
        settings.user_claim = claim.to_owned();
        service(vec![settings])
    };
    let cases = [
        (UserField::Id, "sub", json!("7"), SEVEN),
        (UserField::Id, "uid", json!(7), SEVEN),
        (UserField::Id, "uid", json!("ada"), INVALID),
        (
            UserField::Username,
            "name",
            json!("ada"),
            Ok(UserClaim::Username("ada".to_owned())),
        ),
        (
            UserField::Username,
            "name",
            json!("7"),
            Ok(UserClaim::Username("7".to_owned())),
        ),
        (
            UserField::Email,
            "email",
            json!("a@b.c"),
            Ok(UserClaim::Mailbox(Mailbox::new(
                "a@b.c".to_owned(),
                LocalPart::Exact,
            ))),
        ),
        (UserField::Email, "email", json!(""), INVALID),
        (UserField::Email, "email", json!(7), INVALID),
        (UserField::Email, "email", json!(["a@b.c"]), INVALID),
        (UserField::Username, "name", json!("a\0b"), INVALID),
        (
            UserField::Username,
            "name",
            json!("a".repeat(2000)),
            INVALID,
        ),
        (
            UserField::ExternalId,
            "key",
            json!("1b9d6bcd"),
            Ok(UserClaim::ExternalId("1b9d6bcd".to_owned())),
        ),
        (
            UserField::ExternalId,
            "key",
            json!(0),
            Ok(UserClaim::ExternalId("0".to_owned())),
        ),
        (UserField::ExternalId, "key", json!(""), INVALID),
    ];

    for (field, claim, value, expected) in cases {
        let token = provider.sign(0, |_, claims| claims[claim] = value.clone());
        assert_eq!(
            judge(&service_by(field, claim), &token),
            expected,
            "{claim} {value}"
        );
    }
}
