//! Values to test with.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{
    ForeignSubject, Gender, Holder, HolderQuery, NewGroup, NewToken, NewUser, PasswordHash, Person,
    ProfileDepth, Repository, TokenDigest, TokenWithProfile, UserId, WriteContext,
};

/// An instant with microseconds.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::seconds(seconds) + Duration::microseconds(123_456)
}

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

/// The token of [`token`] with its user.
pub fn token_holder(
    repository: &dyn Repository,
    number: u8,
    depth: ProfileDepth,
) -> Option<TokenWithProfile> {
    let query = HolderQuery::Token(TokenDigest([number; 32]));
    let found = repository.find_holder(query, depth).unwrap();
    found.and_then(Holder::into_token)
}

/// The user that a subject is bound to, deleted or not.
pub fn bound(repository: &dyn Repository, subject: &ForeignSubject) -> Option<UserId> {
    let query = HolderQuery::Subject(subject.clone());
    let found = repository.find_holder(query, ProfileDepth::Account);
    found.unwrap().map(|holder| holder.profile.user.id)
}

/// Who runs the service, some seconds after the beginning of time.
pub fn operator(seconds: i64) -> WriteContext<'static> {
    WriteContext::operator(at(seconds))
}
