//! The first users.

use chrono::{DateTime, Utc};
use profiled_auth::{TokenKey, token_digest};
use profiled_domain::{Gender, PasswordHash, Person, UserId};
use profiled_store::{ImportOutcome, ImportSession, ImportedGroup, ImportedUser, Store};

use crate::clock::now;
use crate::commands::context::Context;
use crate::commands::token::new_token;
use crate::error::{Failure, Kind};

/// Name of the user whose credentials the examples use.
pub(super) const DEMO: &str = "demo";
/// Its id.
pub(super) const DEMO_ID: i64 = 2;
const ADMIN_ID: i64 = 1;

const STAFF_GROUP: i64 = 1;
const DEMO_GROUP: i64 = 2;

/// What is shown once.
pub(super) struct Credential {
    pub(super) username: &'static str,
    pub(super) password: String,
    pub(super) token: TokenKey,
}

/// The e-mail address of a user who is created.
pub(super) fn email(username: &str) -> String {
    format!("{username}@example.com")
}

/// Of the administrator and of the demo user.
pub(super) type Credentials = [Credential; 2];

impl Credential {
    fn new(username: &'static str) -> Self {
        let random = TokenKey::generate();
        Self {
            username,
            password: random.as_str().chars().take(20).collect(),
            token: TokenKey::generate(),
        }
    }
}

/// Creates everything in one transaction: a first start that is cut off leaves nothing half-made. Returns how many
/// rows that is.
pub(super) fn create(context: &Context, store: &Store) -> Result<(Credentials, u64), Failure> {
    let credentials = [Credential::new("admin"), Credential::new(DEMO)];
    let [admin, demo] = &credentials;
    let hasher = context.hasher()?;
    let now = now();
    let admin = ImportedUser {
        is_superuser: true,
        ..person(
            ADMIN_ID,
            admin,
            ["Ada", "Admin", "09120000001"],
            hasher.encode(&admin.password)?,
            now,
        )
    };
    let password = hasher.encode(&demo.password)?;
    let demo = person(
        DEMO_ID,
        demo,
        ["Demo", "User", "09120000002"],
        password,
        now,
    );
    let created = store.import(false, now, token_digest, |session| {
        fill(session, &[admin, demo], &credentials, now)
    })?;
    Ok((credentials, created))
}

/// A complete profile: the examples show every field.
fn person(
    id: i64,
    credential: &Credential,
    [first_name, last_name, mobile_number]: [&str; 3],
    password: PasswordHash,
    now: DateTime<Utc>,
) -> ImportedUser {
    ImportedUser {
        id,
        external_id: None,
        person: Person {
            username: Some(credential.username.to_owned()),
            email: Some(email(credential.username)),
            mobile_number: Some(mobile_number.to_owned()),
            first_name: Some(first_name.to_owned()),
            last_name: Some(last_name.to_owned()),
            gender: Some(Gender::Other),
            ..Person::default()
        },
        is_active: true,
        is_staff: true,
        is_superuser: false,
        ldap_dn: String::new(),
        password,
        date_joined: Some(now),
        last_login: None,
    }
}

fn fill(
    session: &mut ImportSession<'_>,
    people: &[ImportedUser],
    [admin, demo]: &Credentials,
    now: DateTime<Utc>,
) -> Result<u64, Failure> {
    let stored = session.users(people)?.into_iter();
    let mut outcomes: Vec<_> = stored.map(|user| user.outcome).collect();
    // An import would change one that is there.
    if outcomes
        .iter()
        .any(|outcome| *outcome != ImportOutcome::Created)
    {
        return Err(Failure::new(Kind::Refused, "there are users already"));
    }
    let groups = [
        (STAFF_GROUP, "Staff", "People who run the service"),
        (DEMO_GROUP, "Demo", "Shows what a group is"),
    ];
    for (id, name, notes) in groups {
        outcomes.push(session.group(&ImportedGroup {
            id,
            name: name.to_owned(),
            notes: Some(notes.to_owned()),
            created_at: None,
            updated_at: None,
        })?);
    }
    let members = [
        (ADMIN_ID, STAFF_GROUP),
        (DEMO_ID, STAFF_GROUP),
        (DEMO_ID, DEMO_GROUP),
    ];
    outcomes.extend(session.memberships(&members)?);
    let tokens = [(ADMIN_ID, admin), (DEMO_ID, demo)].map(|(owner, credential)| {
        let label = "quickstart".to_owned();
        new_token(UserId(owner), &credential.token, label, now)
    });
    outcomes.extend(session.tokens(&tokens)?);
    let created = outcomes.iter();
    let created = created.filter(|outcome| matches!(outcome, ImportOutcome::Created));
    Ok(u64::try_from(created.count()).unwrap_or(u64::MAX))
}
