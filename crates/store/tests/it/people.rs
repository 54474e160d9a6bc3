//! Values to test with.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{
    EmailAddress, Gender, MobileNumber, NewGroup, NewToken, NewUser, PasswordHash, TokenDigest,
    UserId, Username, WriteContext,
};

/// An instant with microseconds.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(seconds) + Duration::microseconds(123_456)
}

pub fn person(name: &str) -> NewUser {
    NewUser {
        username: Username::parse(name).ok(),
        email: EmailAddress::parse(&format!("{name}@example.com")).ok(),
        mobile_number: MobileNumber::parse(name, 32).ok(),
        first_name: Some("Ünï \"quoted\" 😀".to_owned()),
        last_name: Some(String::new()),
        gender: Some(Gender::Female),
        is_staff: true,
        password: Some(PasswordHash::from_encoded("pbkdf2_sha256$1$salt$hash")),
        ..NewUser::default()
    }
}

pub fn group(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        notes: Some("notes".to_owned()),
    }
}

pub fn token(owner: UserId, number: u8) -> NewToken {
    NewToken {
        owner,
        epoch: None,
        digest: TokenDigest([number; 32]),
        prefix: "abcdef01".to_owned(),
        label: "laptop".to_owned(),
        created_at: at(1),
        expires_at: None,
        is_sliding: false,
        binding: None,
    }
}

/// Who runs the service, some seconds after the beginning of time.
pub fn operator(seconds: i64) -> WriteContext<'static> {
    WriteContext::operator(at(seconds))
}
