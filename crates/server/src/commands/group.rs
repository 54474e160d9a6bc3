//! `profiled group …`

use profiled_auth::audit::{Action, Object, Outcome, Reason};
use profiled_domain::{
    Group as Stored, GroupChange, GroupId, GroupRepository, InvalidText, NewGroup, NumberedPage,
    PageNumber, Patch, RepositoryError,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use crate::cli::{Group, GroupSet, Membership};
use crate::clock::operator;
use crate::commands::database::{find_user, open};
use crate::error::{Failure, Kind};
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::{Line, audited};

/// Groups that are read at a time.
const PAGE_SIZE: i64 = 1000;

/// A group as commands show it.
#[derive(Serialize)]
struct GroupOutput {
    id: i64,
    name: String,
    notes: Option<String>,
    users_count: i64,
    created: String,
    updated: String,
}

impl From<Stored> for GroupOutput {
    fn from(group: Stored) -> Self {
        Self {
            id: group.id.0,
            name: group.name,
            notes: group.notes,
            users_count: group.users_count,
            created: group.created_at.to_rfc3339(),
            updated: group.updated_at.to_rfc3339(),
        }
    }
}

pub(super) fn run(settings: &Settings, command: Group, output: Output) -> Result<(), Failure> {
    match command {
        Group::Create { name, notes } => audited(Action::GroupCreate, |line| {
            create(settings, &name, notes, line, output)
        }),
        Group::List => list(settings, output),
        Group::Show { group } => {
            let group = find(&open(settings)?, &group)?;
            output.write(&GroupOutput::from(group), |group| {
                let notes = group.notes.as_deref().unwrap_or("-");
                format!("{}\nnotes: {notes}", shown(group))
            })
        }
        Group::Set(change) => audited(Action::GroupUpdate, |line| {
            set(settings, change, line, output)
        }),
        Group::Add(membership) => audited(Action::GroupMemberAdd, |line| {
            add(settings, &membership, line, output)
        }),
        Group::Remove(membership) => audited(Action::GroupMemberRemove, |line| {
            remove(settings, &membership, line, output)
        }),
        Group::Delete { group, yes } => audited(Action::GroupDelete, |line| {
            delete(settings, &group, yes, line, output)
        }),
    }
}

/// The group that an operator names: by id or by name.
fn find(store: &Store, name: &str) -> Result<Stored, Failure> {
    let id = name.parse().ok().map(GroupId);
    let by_id = id.map(|id| store.find_group_by_id(id)).transpose()?;
    let found = match by_id.flatten() {
        Some(group) => Some(group),
        None if name.contains('\0') => None,
        None => store.find_group(name)?,
    };
    found.ok_or_else(|| gone(name))
}

fn gone(name: &str) -> Failure {
    Failure::failed(format!(
        "there is no group {name:?}: profiled group list shows all"
    ))
    .because(Reason::Missing)
}

/// A name as the service stores it: without white space around it.
fn name(text: &str) -> Result<String, Failure> {
    let name = text.trim();
    checked("the name", Stored::check_name(name))?;
    Ok(name.to_owned())
}

fn notes(text: Option<String>) -> Result<Option<String>, Failure> {
    if text.as_ref().is_some_and(|text| text.contains('\0')) {
        checked("--notes", Err(InvalidText::NullCharacter))?;
    }
    Ok(text)
}

fn checked(what: &str, outcome: Result<(), InvalidText>) -> Result<(), Failure> {
    outcome.map_err(|error| Failure::new(Kind::Usage, format!("{what} {error}")))
}

fn create(
    settings: &Settings,
    text: &str,
    more: Option<String>,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let group = NewGroup {
        name: name(text)?,
        notes: notes(more)?,
    };
    let group = open(settings)?.create_group(&group, operator())?;
    line.done(Object::Group(group.id));
    output.write(&GroupOutput::from(group), |group| {
        format!("created group {}", group.id)
    })
}

fn list(settings: &Settings, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let mut all: Vec<GroupOutput> = Vec::new();
    for number in 1.. {
        let page = NumberedPage {
            number: PageNumber::At(number),
            size: PAGE_SIZE,
        };
        let found = store.list_groups(page)?;
        all.extend(found.items.into_iter().map(GroupOutput::from));
        if number >= page.last(found.total) {
            break;
        }
    }
    output.write(&all, |groups| {
        groups.iter().map(shown).collect::<Vec<_>>().join("\n")
    })
}

fn shown(group: &GroupOutput) -> String {
    let plural = if group.users_count == 1 { "" } else { "s" };
    format!(
        "{} {} ({} member{plural})",
        group.id, group.name, group.users_count
    )
}

fn set(
    settings: &Settings,
    change: GroupSet,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let patch = GroupChange {
        name: change.name.as_deref().map(name).transpose()?,
        notes: match notes(change.notes)? {
            Some(text) => Patch::Set(text),
            None if change.no_notes => Patch::Clear,
            None => Patch::Keep,
        },
    };
    let store = open(settings)?;
    let id = find(&store, &change.group)?.id;
    line.on(Object::Group(id));
    line.fields(patch.fields());
    let group = store.update_group(id, &patch, operator())?;
    let group = group.ok_or_else(|| gone(&change.group))?;
    line.came_of(Outcome::Done);
    output.write(&GroupOutput::from(group), |group| {
        format!("changed group {}", group.id)
    })
}

fn add(
    settings: &Settings,
    membership: &Membership,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let group = find(&store, &membership.group)?;
    line.on(Object::Group(group.id));
    let user = find_user(&store, &membership.user)?.id;
    line.for_user(user);
    let is_changed = match store.add_member(group.id, user, operator()) {
        Err(RepositoryError::Missing("user")) => {
            let text = format!("user {user} is deleted: user restore brings it back");
            return Err(Failure::failed(text).because(Reason::Missing));
        }
        outcome => outcome?,
    };
    line.came_of(Outcome::of_change(&is_changed));
    let result = json!({ "group": group.id, "user": user, "changed": is_changed });
    output.write(&result, |_| {
        let already = if is_changed { "" } else { " already" };
        format!("user {user} is a member of group {}{already}", group.id)
    })
}

fn remove(
    settings: &Settings,
    membership: &Membership,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let group = find(&store, &membership.group)?;
    line.on(Object::Group(group.id));
    let user = find_user(&store, &membership.user)?.id;
    line.for_user(user);
    let is_changed = store.remove_member(group.id, user, operator())?;
    line.came_of(Outcome::of_change(&is_changed));
    let result = json!({ "group": group.id, "user": user, "changed": is_changed });
    output.write(&result, |_| {
        let verb = if is_changed {
            "is no longer"
        } else {
            "was not"
        };
        format!("user {user} {verb} a member of group {}", group.id)
    })
}

fn delete(
    settings: &Settings,
    name: &str,
    yes: bool,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let group = find(&store, name)?;
    line.on(Object::Group(group.id));
    if !yes {
        let (id, members) = (group.id, group.users_count);
        let text = format!(
            "group delete deletes group {id} and its {members} memberships: add --yes to confirm"
        );
        return Err(Failure::new(Kind::Refused, text).because(Reason::Unconfirmed));
    }
    if !store.delete_group(group.id, operator())? {
        return Err(gone(name));
    }
    line.came_of(Outcome::Done);
    output.write(&json!({ "id": group.id }), |_| {
        format!("deleted group {}", group.id)
    })
}
