//! `profiled org …` and `profiled team …`

pub(super) mod org;
pub(super) mod team;

use profiled_auth::audit::{Outcome, Reason};
use profiled_domain::{
    Comparison, Condition, Field, FieldValue, InvalidText, Membership, MembershipRepository,
    NumberedPage, OrderBy, Organization, Page, PageNumber, Relation, RepositoryError, Selection,
    SelectionRepository, Test, User,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use crate::clock::operator;
use crate::commands::database::{find_user, open};
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::Line;

/// Objects that are read at a time.
const PAGE_SIZE: i64 = 1000;

/// A user as organizations and teams show it.
#[derive(Serialize)]
struct MemberOutput {
    id: i64,
    username: Option<String>,
}

impl From<User> for MemberOutput {
    fn from(user: User) -> Self {
        Self {
            id: user.id.0,
            username: user.person.username,
        }
    }
}

/// All objects that fulfil a condition, in the order of a field.
fn select<T>(
    condition: &Condition,
    order: Field,
    page_of: impl Fn(&Selection) -> Result<Page<T>, RepositoryError>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    for number in 1.. {
        let page = NumberedPage {
            number: PageNumber::At(number),
            size: PAGE_SIZE,
        };
        let order = OrderBy {
            path: Vec::new(),
            field: order,
            is_descending: false,
        };
        let selection = Selection {
            condition: condition.clone(),
            order: vec![order],
            page,
        };
        let found = page_of(&selection)?;
        all.extend(found.items);
        if number >= page.last(found.total) {
            break;
        }
    }
    Ok(all)
}

fn is_called(name: &str) -> Condition {
    let name = FieldValue::Text(name.to_owned());
    Condition::Field(Field::Name, Test::Compare(Comparison::Equal, name))
}

/// The users at the end of a relation.
fn members(store: &Store, back: Relation, id: i64) -> Result<Vec<MemberOutput>, Failure> {
    let condition = Condition::related_to(back, id);
    let users = select(&condition, Field::Id, |wanted| store.select_users(wanted))?;
    Ok(users.into_iter().map(MemberOutput::from).collect())
}

/// Members in one line.
fn names(members: &[MemberOutput]) -> String {
    let name = |member: &MemberOutput| {
        let id = || member.id.to_string();
        member.username.clone().unwrap_or_else(id)
    };
    listed(&members.iter().map(name).collect::<Vec<_>>())
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    }
}

/// The organization that an operator names: by id or by name.
fn find_organization(store: &Store, name: &str) -> Result<Organization, Failure> {
    let find = |condition| {
        let found = select(&condition, Field::Id, |wanted| {
            store.select_organizations(wanted)
        });
        found.map(|all| all.into_iter().next())
    };
    let id = name.parse().ok().map(Condition::has_id);
    let found = match id.map(find).transpose()?.flatten() {
        Some(organization) => Some(organization),
        None if name.contains('\0') => None,
        None => find(is_called(name))?,
    };
    found.ok_or_else(|| no_organization(name))
}

fn no_organization(name: &str) -> Failure {
    Failure::failed(format!(
        "there is no organization {name:?}: profiled org list shows all"
    ))
    .because(Reason::Missing)
}

/// A name as the service stores it: without white space around it.
fn name(text: &str) -> Result<String, Failure> {
    let name = text.trim();
    checked("the name", Organization::check_name(name))?;
    Ok(name.to_owned())
}

fn description(text: String) -> Result<String, Failure> {
    if text.contains('\0') {
        checked("--description", Err(InvalidText::NullCharacter))?;
    }
    Ok(text)
}

fn checked(what: &str, outcome: Result<(), InvalidText>) -> Result<(), Failure> {
    outcome.map_err(|error| Failure::new(Kind::Usage, format!("{what} {error}")))
}

fn refused(text: String) -> Result<(), Failure> {
    Err(Failure::new(Kind::Refused, text).because(Reason::Unconfirmed))
}

/// A target that users can belong to, and the words for it.
struct MembershipTarget {
    membership: Membership,
    /// `member` or `admin`.
    role: &'static str,
    /// As `organization 1`.
    name: String,
}

/// Adds a user, or removes it.
fn change_membership(
    settings: &Settings,
    user: &str,
    is_addition: bool,
    find: impl FnOnce(&Store) -> Result<MembershipTarget, Failure>,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let target = find(&store)?;
    line.on(target.membership);
    let user = find_user(&store, user)?.id;
    line.for_user(user);
    let outcome = if is_addition {
        store.add_to(target.membership, user, operator())
    } else {
        store.remove_from(target.membership, user, operator())
    };
    let is_changed = match outcome {
        Err(RepositoryError::Missing("user")) => {
            let text = format!(
                "user {user} cannot log in: run profiled user activate or profiled user restore first"
            );
            return Err(Failure::failed(text).because(Reason::Inactive));
        }
        outcome => outcome?,
    };
    line.came_of(Outcome::of_change(&is_changed));
    let result = json!({ "user": user, "of": target.name, "changed": is_changed });
    let (role, of) = (target.role, &target.name);
    let article = if role == "admin" { "an" } else { "a" };
    output.write(&result, |_| match (is_addition, is_changed) {
        (true, true) => format!("user {user} is {article} {role} of {of}"),
        (true, false) => format!("user {user} is {article} {role} of {of} already"),
        (false, true) => format!("user {user} is no longer {article} {role} of {of}"),
        (false, false) => format!("user {user} was not {article} {role} of {of}"),
    })
}
