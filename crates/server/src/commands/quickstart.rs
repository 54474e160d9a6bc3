//! `profiled quickstart`: what `make run` calls.

use std::net::SocketAddr;

use profiled_auth::{JwtVerifier, PasswordHasher, TokenKey};
use profiled_domain::{Gender, PageRequest, UserId, UserRepository};
use profiled_store::{ImportSession, ImportedGroup, ImportedUser, Store};

use crate::application::{Application, now};
use crate::commands::serve::serve;
use crate::commands::token::new_token;
use crate::error::Failure;
use crate::output::print_line;
use crate::settings::Settings;

const ADMIN: i64 = 1;
const DEMO: i64 = 2;

/// What is shown once.
struct Credentials {
    admin_password: String,
    demo_password: String,
    admin_token: TokenKey,
    demo_token: TokenKey,
}

pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    settings.create_data_dir()?;
    profiled_store::migrate(&settings.database)?;
    let store = Store::open(&settings.database)?;
    let is_new = store
        .list_users(PageRequest {
            offset: 0,
            limit: 1,
        })?
        .total
        == 0;
    let credentials = if is_new {
        Some(create_people(settings, &store)?)
    } else {
        None
    };
    drop(store);
    serve(settings, |application| {
        announce(settings, application, credentials.as_ref())
    })
}

/// Creates everything in one transaction: a first start that is cut off leaves nothing behind.
fn create_people(settings: &Settings, store: &Store) -> Result<Credentials, Failure> {
    let secret = || {
        TokenKey::generate()
            .as_str()
            .chars()
            .take(20)
            .collect::<String>()
    };
    let credentials = Credentials {
        admin_password: secret(),
        demo_password: secret(),
        admin_token: TokenKey::generate(),
        demo_token: TokenKey::generate(),
    };
    let hasher = PasswordHasher::new(&settings.auth.password);
    let admin = ImportedUser {
        is_superuser: true,
        password: hasher.encode(&credentials.admin_password),
        ..person(ADMIN, "admin", "Ada", "Admin", "09120000001")
    };
    let demo = ImportedUser {
        password: hasher.encode(&credentials.demo_password),
        ..person(DEMO, "demo", "Demo", "User", "09120000002")
    };
    store.import(false, now(), |session| {
        fill(session, &[admin, demo], &credentials)
    })?;
    Ok(credentials)
}

fn person(id: i64, username: &str, first: &str, last: &str, mobile: &str) -> ImportedUser {
    let text = |value: &str| Some(value.to_owned());
    ImportedUser {
        id,
        username: text(username),
        email: Some(format!("{username}@example.com")),
        mobile_number: text(mobile),
        number_phone: None,
        first_name: text(first),
        last_name: text(last),
        gender: Some(Gender::Other),
        avatar: None,
        is_active: true,
        is_staff: true,
        is_superuser: false,
        ldap_dn: String::new(),
        password: profiled_domain::PasswordHash::from_encoded("!"),
        date_joined: now(),
        last_login: None,
    }
}

fn fill(
    session: &mut ImportSession<'_>,
    people: &[ImportedUser],
    credentials: &Credentials,
) -> Result<(), Failure> {
    for user in people {
        session.user(user)?;
    }
    let groups = [
        (1, "Staff", "People who run the service"),
        (2, "Demo", "Shows what a group is"),
    ];
    for (id, name, notes) in groups {
        let (name, notes) = (name.to_owned(), Some(notes.to_owned()));
        session.group(&ImportedGroup {
            id,
            name,
            notes,
            created_at: None,
            updated_at: None,
        })?;
    }
    session.memberships(&[(ADMIN, 1), (DEMO, 1), (DEMO, 2)])?;
    for (owner, key) in [
        (ADMIN, &credentials.admin_token),
        (DEMO, &credentials.demo_token),
    ] {
        session.token(&new_token(
            UserId(owner),
            key,
            "quickstart".to_owned(),
            now(),
        ))?;
    }
    Ok(())
}

fn announce(
    settings: &Settings,
    application: &Application,
    credentials: Option<&Credentials>,
) -> Result<(), Failure> {
    let Some(credentials) = credentials else {
        let program = std::env::current_exe().unwrap_or_else(|_| "profiled".into());
        return print_line(&format!(
            "The first credentials were shown at the first start. New ones: {program} token create \
             demo, {program} jwt create demo",
            program = program.display()
        ));
    };
    let Some(address) = application.addresses().first().map(reachable) else {
        return Ok(());
    };
    let jwt = JwtVerifier::new(&settings.auth.jwt, settings.signing_key()?);
    let bearer = jwt.mint_access(UserId(DEMO), now());
    let Credentials {
        admin_password,
        demo_password,
        admin_token,
        demo_token,
    } = credentials;
    print_line(&format!(
        "\nCreated two users. Their credentials are shown only now:\n\n\
         \x20 admin  password {admin_password}  token {admin_token}\n\
         \x20 demo   password {demo_password}  token {demo_token}\n\n\
         Try the three dialects (the access token of the second line lives {life} seconds):\n\n\
         \x20 curl -H 'Authorization: Token {demo_token}' http://{address}/api/users/me/\n\
         \x20 curl -X POST -H 'Authorization: Bearer {bearer}' http://{address}/api/profile/\n\
         \x20 curl -H 'Authorization: Token {demo_token}' http://{address}/api/v1/me/\n",
        admin_token = admin_token.as_str(),
        demo_token = demo_token.as_str(),
        life = settings.auth.jwt.access_lifetime,
    ))
}

/// An address that a client on this machine can call: `0.0.0.0` is none.
fn reachable(address: &SocketAddr) -> SocketAddr {
    let mut address = *address;
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    address
}
