//! `profiled org …`

use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::{
    Condition, Field, Membership, NewOrganization, Organization, OrganizationChange,
    OrganizationId, OrganizationRepository, Relation, SelectionRepository,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use super::{
    MemberOutput, NameOutput, change_membership, description, find_organization, listed, members,
    name, names, no_organization, select,
};
use crate::cli::{Org, OrgMember, OrgSet};
use crate::clock::operator;
use crate::commands::context::Context;
use crate::commands::terminal::confirm;
use crate::error::Failure;
use crate::trail::{Line, audited};

/// An organization as commands show it.
#[derive(Serialize)]
struct OrganizationOutput {
    id: i64,
    name: String,
    description: String,
    created: String,
    modified: String,
}

/// The same with those who belong to it.
#[derive(Serialize)]
struct ShownWithMembers {
    #[serde(flatten)]
    organization: OrganizationOutput,
    users: Vec<MemberOutput>,
    admins: Vec<MemberOutput>,
    teams: Vec<NameOutput>,
}

impl From<Organization> for OrganizationOutput {
    fn from(organization: Organization) -> Self {
        Self {
            id: organization.id.0,
            name: organization.name,
            description: organization.description,
            created: organization.created.to_rfc3339(),
            modified: organization.modified.to_rfc3339(),
        }
    }
}

pub(in crate::commands) fn run(context: &Context, command: Org) -> Result<(), Failure> {
    match command {
        Org::Create { name, description } => audited(Action::OrganizationCreate, |line| {
            create(context, &name, description, line)
        }),
        Org::List => list(context),
        Org::Show { organization } => show(context, &organization),
        Org::Set(change) => audited(Action::OrganizationUpdate, |line| {
            set(context, change, line)
        }),
        Org::Delete { organization, yes } => audited(Action::OrganizationDelete, |line| {
            delete(context, &organization, yes, line)
        }),
        Org::Add(member) => audited(Action::OrganizationMemberAdd, |line| {
            change_member(context, &member, Membership::OrganizationUser, true, line)
        }),
        Org::Remove(member) => audited(Action::OrganizationMemberRemove, |line| {
            change_member(context, &member, Membership::OrganizationUser, false, line)
        }),
        Org::AddAdmin(member) => audited(Action::OrganizationAdminAdd, |line| {
            change_member(context, &member, Membership::OrganizationAdmin, true, line)
        }),
        Org::RemoveAdmin(member) => audited(Action::OrganizationAdminRemove, |line| {
            change_member(context, &member, Membership::OrganizationAdmin, false, line)
        }),
    }
}

fn create(context: &Context, text: &str, more: String, line: &mut Line) -> Result<(), Failure> {
    let new = NewOrganization {
        name: name(text)?,
        description: description(more)?,
    };
    let created = context.open()?.create_organization(&new, operator())?;
    line.done(Object::Organization(created.id));
    context.write(&OrganizationOutput::from(created), |organization| {
        format!("created organization {}", organization.id)
    })
}

fn list(context: &Context) -> Result<(), Failure> {
    let store = context.open()?;
    let all = select(&Condition::everything(), Field::Name, |wanted| {
        store.select_organizations(wanted)
    })?;
    context.write_list(all, shown)
}

fn shown(organization: &OrganizationOutput) -> String {
    format!("{} {}", organization.id, organization.name)
}

fn show(context: &Context, name: &str) -> Result<(), Failure> {
    let store = context.open()?;
    let organization = find_organization(&store, name)?;
    let id = organization.id.0;
    let of_it = Condition::related_to(Relation::TeamOrganization, id);
    let teams = select(&of_it, Field::Name, |wanted| store.select_teams(wanted))?;
    let teams = teams.into_iter().map(|team| NameOutput {
        id: team.id.0,
        name: team.name,
    });
    let shown = ShownWithMembers {
        organization: organization.into(),
        users: members(&store, Relation::UserOrganizations, id)?,
        admins: members(&store, Relation::UserAdminOfOrganizations, id)?,
        teams: teams.collect(),
    };
    context.write(&shown, |shown| {
        let teams = shown.teams.iter().map(|team| team.name.clone());
        vec![
            self::shown(&shown.organization),
            format!("description: {}", shown.organization.description),
            format!("users: {}", names(&shown.users)),
            format!("admins: {}", names(&shown.admins)),
            format!("teams: {}", listed(&teams.collect::<Vec<_>>())),
        ]
    })
}

fn set(context: &Context, change: OrgSet, line: &mut Line) -> Result<(), Failure> {
    let patch = OrganizationChange {
        name: change.name.as_deref().map(name).transpose()?,
        description: change.description.map(description).transpose()?,
    };
    let store = context.open()?;
    let id = find_organization(&store, &change.organization)?.id;
    line.on(Object::Organization(id));
    line.fields(patch.fields());
    let changed = store.update_organization(id, &patch, operator())?;
    let changed = changed.ok_or_else(|| no_organization(&change.organization))?;
    line.set_outcome(AuditOutcome::Done);
    context.write(&OrganizationOutput::from(changed), |organization| {
        format!("changed organization {}", organization.id)
    })
}

fn delete(context: &Context, name: &str, yes: bool, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
    let id = find_organization(&store, name)?.id;
    line.on(Object::Organization(id));
    let what = format!(
        "org delete deletes organization {id} and its memberships for good, and leaves its teams without one"
    );
    confirm(yes, &what)?;
    if !store.delete_organization(id, operator())? {
        return Err(no_organization(name));
    }
    line.set_outcome(AuditOutcome::Done);
    context.write(&json!({ "id": id.0 }), |_| {
        format!("deleted organization {id}")
    })
}

fn change_member(
    context: &Context,
    member: &OrgMember,
    membership: fn(OrganizationId) -> Membership,
    is_addition: bool,
    line: &mut Line,
) -> Result<(), Failure> {
    let find = |store: &Store| {
        Ok(membership(
            find_organization(store, &member.organization)?.id,
        ))
    };
    change_membership(context, &member.user, is_addition, find, line)
}
