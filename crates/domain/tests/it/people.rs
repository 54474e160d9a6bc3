//! A person to test with.

use chrono::DateTime;
use profiled_domain::{CredentialsEpoch, Gender, User, UserId};

/// Everything filled in.
pub fn complete() -> User {
    let text = |value: &str| Some(value.to_owned());
    User {
        id: UserId(1),
        username: text("ada"),
        email: text("ada@example.com"),
        mobile_number: text("09120000001"),
        number_phone: text("0912345679"),
        first_name: text("Ada"),
        last_name: text("Lovelace"),
        gender: Some(Gender::Female),
        avatar: text("avatars/ada.png"),
        is_active: true,
        is_staff: false,
        is_superuser: false,
        ldap_dn: String::new(),
        date_joined: DateTime::UNIX_EPOCH,
        last_login: None,
        version: 1,
        credentials: CredentialsEpoch::default(),
        deleted_at: None,
    }
}
