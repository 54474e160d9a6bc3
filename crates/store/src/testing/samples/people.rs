//! Users, groups and tokens to store.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{
    Gender, NewGroup, NewToken, NewUser, PasswordHash, Person, TokenDigest, UserId, WriteContext,
};

/// An instant with microseconds, so many seconds after the beginning of time.
#[must_use]
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(seconds) + Duration::microseconds(123_456)
}

/// A user with odd names, who is staff.
#[must_use]
pub fn person(name: &str) -> NewUser {
    NewUser {
        person: Person {
            username: Some(name.to_owned()),
            email: Some(format!("{name}@example.com")),
            mobile_number: Some(name.to_owned()),
            first_name: Some("Ünï \"quoted\" 😀".to_owned()),
            last_name: Some(String::new()),
            gender: Some(Gender::Female),
            ..Person::default()
        },
        is_staff: true,
        password: Some(PasswordHash::from_encoded("pbkdf2_sha256$1$salt$hash")),
        ..NewUser::default()
    }
}

/// A group with notes.
#[must_use]
pub fn group(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        notes: Some("notes".to_owned()),
    }
}

/// A token whose digest is that byte, 32 times.
#[must_use]
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
#[must_use]
pub fn operator(seconds: i64) -> WriteContext<'static> {
    WriteContext::operator(at(seconds))
}
