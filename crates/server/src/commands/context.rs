//! What commands are given, and what more than one of them does.

use std::io;

use profiled_auth::PasswordHasher;
use profiled_auth::audit::Reason;
use profiled_domain::{
    InvalidText, NumberedPage, Page, PageNumber, PageRequest, RepositoryError, User, UserId,
    UserLookup, UserRepository,
};
use profiled_store::{Store, UserFilter};
use serde::Serialize;

use crate::error::{Failure, Kind};
use crate::output::{Lines, print_line, print_lines};
use crate::schema;
use crate::settings::{Origins, Settings};

/// Rows that are read at a time.
const PAGE_SIZE: i64 = 1000;

pub(super) struct Context {
    pub(super) settings: Settings,
    /// Where their values come from.
    pub(super) origins: Origins,
    pub(super) is_json: bool,
    pub(super) is_quiet: bool,
}

impl Context {
    /// The store, which must have the schema of this build.
    pub(super) fn open(&self) -> Result<Store, Failure> {
        let settings = &self.settings.database;
        if let Some(note) = schema::check(settings)?.note() {
            tracing::warn!("{note}");
        }
        Ok(Store::open(settings)?)
    }

    pub(super) fn hasher(&self) -> Result<PasswordHasher, Failure> {
        Ok(PasswordHasher::new(&self.settings.auth.password)?)
    }

    /// Writes a result to standard output: as JSON, or as the text that `lines` makes of it.
    pub(super) fn write<T: Serialize, L: Into<Lines>>(
        &self,
        result: &T,
        lines: impl FnOnce(&T) -> L,
    ) -> Result<(), Failure> {
        if !self.is_json {
            return print_lines(&lines(result).into());
        }
        let text = serde_json::to_string_pretty(result);
        print_line(&text.map_err(|error| Failure::failed(error.to_string()))?)
    }

    /// Writes a list: as JSON, or as a line for each item. Of an empty one a person is told beside the result, which has no line.
    pub(super) fn write_list<T: Serialize>(
        &self,
        items: impl IntoIterator<Item = impl Into<T>>,
        line: impl Fn(&T) -> String,
    ) -> Result<(), Failure> {
        let items: Vec<T> = items.into_iter().map(Into::into).collect();
        if items.is_empty() && !self.is_json && !self.is_quiet {
            let told = Lines::from("there are none".to_owned()).write(&mut io::stderr());
            told.map_err(|error| Failure::failed(format!("standard error: {error}")))?;
        }
        self.write(&items, |items| items.iter().map(line).collect::<Vec<_>>())
    }
}

/// The user that an operator names: by id, by username, by e-mail address or by external id.
pub(super) fn find_user(store: &Store, name: &str) -> Result<User, Failure> {
    let id = name.parse().ok().map(|id| UserLookup::Id(UserId(id)));
    let keys = [
        UserLookup::Username(name.to_owned()),
        UserLookup::Email(name.to_owned()),
        UserLookup::ExternalId(name.to_owned()),
    ];
    for key in id.into_iter().chain(keys) {
        if let Some(user) = store.find_user(&key)? {
            return Ok(user);
        }
    }
    let text = if deleted_users(store, name)?.is_empty() {
        format!("there is no user {name:?}: profiled user list shows all")
    } else {
        format!("user {name:?} is deleted: profiled user restore brings it back")
    };
    Err(Failure::failed(text).because(Reason::Missing))
}

/// The deleted user that an operator names: by id, or by the username or e-mail address that it had.
pub(super) fn find_deleted(store: &Store, name: &str) -> Result<Option<User>, Failure> {
    let id = name.parse().ok().map(|id| UserLookup::Id(UserId(id)));
    let by_id = id.map(|id| store.find_user(&id)).transpose()?.flatten();
    let by_id = by_id.filter(|user| user.deleted_at.is_some());
    let mut found = deleted_users(store, name)?;
    found.retain(|other| by_id.as_ref().is_none_or(|user| user.id != other.id));
    let unclear = |text| Err(Failure::failed(text).because(Reason::Invalid));
    match by_id {
        Some(_) if !found.is_empty() => unclear(format!(
            "{name} is the id of a deleted user, name it by what it was called; others were called so, name one by its \
             id: {}",
            each(&found)
        )),
        None if found.len() > 1 => unclear(format!(
            "several deleted users were called {name:?}, name one by its id: {}",
            each(&found)
        )),
        by_id => Ok(by_id.or_else(|| found.pop())),
    }
}

/// Deleted users by their ids.
fn each(users: &[User]) -> String {
    let one = |user: &User| {
        let at = user.deleted_at.map(|at| at.format("%F %T").to_string());
        format!("{} (deleted {})", user.id, at.unwrap_or_default())
    };
    users.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Deleted users who had a username or e-mail address, as many as a line tells.
fn deleted_users(store: &Store, name: &str) -> Result<Vec<User>, Failure> {
    let wanted = UserFilter {
        was_called: Some(name.to_owned()),
        ..UserFilter::default()
    };
    let some = PageRequest {
        offset: 0,
        limit: 20,
    };
    let found = store.find_users(&wanted, some)?.into_iter();
    Ok(found.map(|listed| listed.user).collect())
}

/// What `--offset` and `--limit` ask for: without a limit all, as the lists that have none.
pub(super) fn page(offset: u32, limit: Option<u32>) -> PageRequest {
    PageRequest {
        offset: offset.into(),
        limit: limit.unwrap_or(u32::MAX).into(),
    }
}

/// The rows of all pages.
pub(super) fn all_pages<T>(
    page_of: impl Fn(NumberedPage) -> Result<Page<T>, RepositoryError>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    for number in 1.. {
        let page = NumberedPage {
            number: PageNumber::At(number),
            size: PAGE_SIZE,
        };
        let found = page_of(page)?;
        all.extend(found.items);
        if number >= page.last(found.total) {
            break;
        }
    }
    Ok(all)
}

/// A name as the service stores it: without white space around it.
pub(super) fn trimmed_name(
    text: &str,
    check: fn(&str) -> Result<(), InvalidText>,
) -> Result<String, Failure> {
    let name = text.trim();
    checked("the name", check(name))?;
    Ok(name.to_owned())
}

pub(super) fn without_null(option: &str, text: String) -> Result<String, Failure> {
    if text.contains('\0') {
        checked(option, Err(InvalidText::NullCharacter))?;
    }
    Ok(text)
}

fn checked(what: &str, outcome: Result<(), InvalidText>) -> Result<(), Failure> {
    outcome.map_err(|error| Failure::new(Kind::Usage, format!("{what} {error}")))
}
