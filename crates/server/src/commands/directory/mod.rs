//! `profiled org …` and `profiled team …`

pub(super) mod org;
pub(super) mod team;

use profiled_auth::audit::{AuditOutcome, Reason};
use profiled_domain::{
    Comparison, Condition, Field, FieldValue, Lookup, Membership, MembershipRepository, OrderBy,
    Organization, Page, Relation, RepositoryError, Selection, SelectionRepository, User,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use crate::clock::operator;
use crate::commands::context::{Context, all_pages, find_user, trimmed_name, without_null};
use crate::error::Failure;
use crate::trail::Line;

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

/// An organization or a team as other objects show it.
#[derive(Serialize)]
struct NameOutput {
    id: i64,
    name: String,
}

/// All objects that fulfil a condition, in the order of a field.
fn select<T>(
    condition: &Condition,
    order: Field,
    page_of: impl Fn(&Selection) -> Result<Page<T>, RepositoryError>,
) -> Result<Vec<T>, Failure> {
    all_pages(|page| {
        let order = OrderBy {
            path: Vec::new(),
            field: order,
            is_descending: false,
        };
        page_of(&Selection {
            condition: condition.clone(),
            order: vec![order],
            page,
        })
    })
}

fn is_called(name: &str) -> Condition {
    let name = FieldValue::Text(name.to_owned());
    Condition::Field(Field::Name, Lookup::Compare(Comparison::Equal, name))
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

fn name(text: &str) -> Result<String, Failure> {
    trimmed_name(text, Organization::check_name)
}

fn description(text: String) -> Result<String, Failure> {
    without_null("--description", text)
}

/// Adds a user, or removes it.
fn change_membership(
    context: &Context,
    user: &str,
    is_addition: bool,
    find: impl FnOnce(&Store) -> Result<Membership, Failure>,
    line: &mut Line,
) -> Result<(), Failure> {
    let store = context.open()?;
    let membership = find(&store)?;
    line.on(membership);
    let user = find_user(&store, user)?.id;
    line.for_user(user);
    let outcome = if is_addition {
        store.add_to(membership, user, operator())
    } else {
        store.remove_from(membership, user, operator())
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
    line.set_outcome(AuditOutcome::of_change(&is_changed));
    let (role, of) = match membership {
        Membership::OrganizationUser(id) => ("a member", format!("organization {id}")),
        Membership::OrganizationAdmin(id) => ("an admin", format!("organization {id}")),
        Membership::TeamUser(id) => ("a member", format!("team {id}")),
    };
    let result = json!({ "user": user, "of": of, "changed": is_changed });
    context.write(&result, |_| match (is_addition, is_changed) {
        (true, true) => format!("user {user} is {role} of {of}"),
        (true, false) => format!("user {user} is {role} of {of} already"),
        (false, true) => format!("user {user} is no longer {role} of {of}"),
        (false, false) => format!("user {user} was not {role} of {of}"),
    })
}
