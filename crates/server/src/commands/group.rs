//! `profiled group …`

use profiled_auth::audit::{Action, AuditOutcome, Object, Reason};
use profiled_domain::{
    Group as Stored, GroupChange, GroupId, GroupRepository, NewGroup, Patch, RepositoryError,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use crate::cli::{Group, GroupSet, Membership};
use crate::clock::operator;
use crate::commands::context::{Context, all_pages, find_user, trimmed_name, without_null};
use crate::commands::terminal::confirm;
use crate::error::Failure;
use crate::trail::{Line, audited};

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

pub(super) fn run(context: &Context, command: Group) -> Result<(), Failure> {
    match command {
        Group::Create { name, notes } => audited(Action::GroupCreate, |line| {
            create(context, &name, notes, line)
        }),
        Group::List => list(context),
        Group::Show { group } => {
            let group = find(&context.open()?, &group)?;
            context.write(&GroupOutput::from(group), |group| {
                let notes = group.notes.as_deref().unwrap_or("-");
                vec![shown(group), format!("notes: {notes}")]
            })
        }
        Group::Set(change) => audited(Action::GroupUpdate, |line| set(context, change, line)),
        Group::Add(membership) => audited(Action::GroupMemberAdd, |line| {
            add(context, &membership, line)
        }),
        Group::Remove(membership) => audited(Action::GroupMemberRemove, |line| {
            remove(context, &membership, line)
        }),
        Group::Delete { group, yes } => audited(Action::GroupDelete, |line| {
            delete(context, &group, yes, line)
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

fn name(text: &str) -> Result<String, Failure> {
    trimmed_name(text, Stored::check_name)
}

fn notes(text: Option<String>) -> Result<Option<String>, Failure> {
    text.map(|text| without_null("--notes", text)).transpose()
}

fn create(
    context: &Context,
    text: &str,
    more: Option<String>,
    line: &mut Line,
) -> Result<(), Failure> {
    let group = NewGroup {
        name: name(text)?,
        notes: notes(more)?,
    };
    let group = context.open()?.create_group(&group, operator())?;
    line.done(Object::Group(group.id));
    context.write(&GroupOutput::from(group), |group| {
        format!("created group {}", group.id)
    })
}

fn list(context: &Context) -> Result<(), Failure> {
    let store = context.open()?;
    let all = all_pages(|page| store.list_groups(page))?;
    context.write_list(all, shown)
}

fn shown(group: &GroupOutput) -> String {
    let plural = if group.users_count == 1 { "" } else { "s" };
    format!(
        "{} {} ({} member{plural})",
        group.id, group.name, group.users_count
    )
}

fn set(context: &Context, change: GroupSet, line: &mut Line) -> Result<(), Failure> {
    let patch = GroupChange {
        name: change.name.as_deref().map(name).transpose()?,
        notes: match notes(change.notes)? {
            Some(text) => Patch::Set(text),
            None if change.no_notes => Patch::Clear,
            None => Patch::Keep,
        },
    };
    let store = context.open()?;
    let id = find(&store, &change.group)?.id;
    line.on(Object::Group(id));
    line.fields(patch.fields());
    let group = store.update_group(id, &patch, operator())?;
    let group = group.ok_or_else(|| gone(&change.group))?;
    line.set_outcome(AuditOutcome::Done);
    context.write(&GroupOutput::from(group), |group| {
        format!("changed group {}", group.id)
    })
}

fn add(context: &Context, membership: &Membership, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
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
    line.set_outcome(AuditOutcome::of_change(&is_changed));
    let result = json!({ "group": group.id, "user": user, "changed": is_changed });
    context.write(&result, |_| {
        let already = if is_changed { "" } else { " already" };
        format!("user {user} is a member of group {}{already}", group.id)
    })
}

fn remove(context: &Context, membership: &Membership, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
    let group = find(&store, &membership.group)?;
    line.on(Object::Group(group.id));
    let user = find_user(&store, &membership.user)?.id;
    line.for_user(user);
    let is_changed = store.remove_member(group.id, user, operator())?;
    line.set_outcome(AuditOutcome::of_change(&is_changed));
    let result = json!({ "group": group.id, "user": user, "changed": is_changed });
    context.write(&result, |_| {
        let verb = if is_changed {
            "is no longer"
        } else {
            "was not"
        };
        format!("user {user} {verb} a member of group {}", group.id)
    })
}

fn delete(context: &Context, name: &str, yes: bool, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
    let group = find(&store, name)?;
    line.on(Object::Group(group.id));
    let (id, members) = (group.id, group.users_count);
    let what = format!("group delete deletes group {id} and its {members} memberships");
    confirm(yes, &what)?;
    if !store.delete_group(group.id, operator())? {
        return Err(gone(name));
    }
    line.set_outcome(AuditOutcome::Done);
    context.write(&json!({ "id": group.id }), |_| {
        format!("deleted group {}", group.id)
    })
}
