//! What commands need of the database and the settings.

use profiled_auth::PasswordHasher;
use profiled_auth::audit::Reason;
use profiled_domain::{User, UserId, UserKey, UserRepository};
use profiled_store::Store;

use crate::error::Failure;
use crate::settings::Settings;

/// The store of a command: it must have the schema of this build.
pub(super) fn open(settings: &Settings) -> Result<Store, Failure> {
    if let Some(first) = profiled_store::pending(&settings.database)?.first() {
        let text = format!("the database lacks the migration {first}: run profiled migrate");
        return Err(Failure::failed(text));
    }
    Ok(Store::open(&settings.database)?)
}

/// The user that an operator names: by id, by username or by e-mail address.
pub(super) fn find_user(store: &Store, name: &str) -> Result<User, Failure> {
    let id = name.parse().ok().map(|id| UserKey::Id(UserId(id)));
    let keys = [
        UserKey::Username(name.to_owned()),
        UserKey::Email(name.to_owned()),
    ];
    for key in id.into_iter().chain(keys) {
        if let Some(user) = store.find_user(&key)? {
            return Ok(user);
        }
    }
    let text = format!("there is no user {name:?}: profiled user list shows all");
    Err(Failure::failed(text).because(Reason::Missing))
}

/// The hasher of the settings.
pub(super) fn hasher(settings: &Settings) -> Result<PasswordHasher, Failure> {
    Ok(PasswordHasher::new(&settings.auth.password)?)
}
