//! `profiled org …`

use profiled_auth::audit::{Action, Object, Outcome};
use profiled_domain::{
    Condition, Field, Membership, NewOrganization, Organization, OrganizationChange,
    OrganizationId, OrganizationRepository, Relation, SelectionRepository,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use super::{
    MemberOutput, MembershipTarget, change_membership, description, find_organization, listed,
    members, name, names, no_organization, refused, select,
};
use crate::cli::{Org, OrgMember, OrgSet};
use crate::clock::operator;
use crate::commands::database::open;
use crate::error::Failure;
use crate::output::Output;
use crate::settings::Settings;
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
    teams: Vec<ShownTeam>,
}

#[derive(Serialize)]
struct ShownTeam {
    id: i64,
    name: String,
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

pub(in crate::commands) fn run(
    settings: &Settings,
    command: Org,
    output: Output,
) -> Result<(), Failure> {
    match command {
        Org::Create { name, description } => audited(Action::OrganizationCreate, |line| {
            create(settings, &name, description, line, output)
        }),
        Org::List => list(settings, output),
        Org::Show { organization } => show(settings, &organization, output),
        Org::Set(change) => audited(Action::OrganizationUpdate, |line| {
            set(settings, change, line, output)
        }),
        Org::Delete { organization, yes } => audited(Action::OrganizationDelete, |line| {
            delete(settings, &organization, yes, line, output)
        }),
        Org::Add(member) => member_of(settings, &member, true, output),
        Org::Remove(member) => member_of(settings, &member, false, output),
        Org::AddAdmin(member) => admin_of(settings, &member, true, output),
        Org::RemoveAdmin(member) => admin_of(settings, &member, false, output),
    }
}

fn create(
    settings: &Settings,
    text: &str,
    more: String,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let new = NewOrganization {
        name: name(text)?,
        description: description(more)?,
    };
    let created = open(settings)?.create_organization(&new, operator())?;
    line.done(Object::Organization(created.id));
    output.write(&OrganizationOutput::from(created), |organization| {
        format!("created organization {}", organization.id)
    })
}

fn list(settings: &Settings, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let all = select(&Condition::everything(), Field::Name, |wanted| {
        store.select_organizations(wanted)
    })?;
    let all: Vec<OrganizationOutput> = all.into_iter().map(OrganizationOutput::from).collect();
    output.write(&all, |all| {
        all.iter().map(shown).collect::<Vec<_>>().join("\n")
    })
}

fn shown(organization: &OrganizationOutput) -> String {
    format!("{} {}", organization.id, organization.name)
}

fn show(settings: &Settings, name: &str, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let organization = find_organization(&store, name)?;
    let id = organization.id.0;
    let of_it = Condition::related_to(Relation::TeamOrganization, id);
    let teams = select(&of_it, Field::Name, |wanted| store.select_teams(wanted))?;
    let teams = teams.into_iter().map(|team| ShownTeam {
        id: team.id.0,
        name: team.name,
    });
    let shown = ShownWithMembers {
        organization: organization.into(),
        users: members(&store, Relation::UserOrganizations, id)?,
        admins: members(&store, Relation::UserAdminOfOrganizations, id)?,
        teams: teams.collect(),
    };
    output.write(&shown, |shown| {
        format!(
            "{}\ndescription: {}\nusers: {}\nadmins: {}\nteams: {}",
            self::shown(&shown.organization),
            shown.organization.description,
            names(&shown.users),
            names(&shown.admins),
            listed(
                &shown
                    .teams
                    .iter()
                    .map(|team| team.name.clone())
                    .collect::<Vec<_>>()
            ),
        )
    })
}

fn set(
    settings: &Settings,
    change: OrgSet,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let patch = OrganizationChange {
        name: change.name.as_deref().map(name).transpose()?,
        description: change.description.map(description).transpose()?,
    };
    let store = open(settings)?;
    let id = find_organization(&store, &change.organization)?.id;
    line.on(Object::Organization(id));
    line.fields(patch.fields());
    let changed = store.update_organization(id, &patch, operator())?;
    let changed = changed.ok_or_else(|| no_organization(&change.organization))?;
    line.came_of(Outcome::Done);
    output.write(&OrganizationOutput::from(changed), |organization| {
        format!("changed organization {}", organization.id)
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
    let id = find_organization(&store, name)?.id;
    line.on(Object::Organization(id));
    if !yes {
        return refused(format!(
            "org delete deletes organization {id} and its memberships for good, and leaves its teams without one: \
             add --yes to confirm"
        ));
    }
    if !store.delete_organization(id, operator())? {
        return Err(no_organization(name));
    }
    line.came_of(Outcome::Done);
    output.write(&json!({ "id": id.0 }), |_| {
        format!("deleted organization {id}")
    })
}

fn member_of(
    settings: &Settings,
    member: &OrgMember,
    is_addition: bool,
    output: Output,
) -> Result<(), Failure> {
    let find = |store: &Store| {
        place(
            store,
            &member.organization,
            "member",
            Membership::OrganizationUser,
        )
    };
    let action = if is_addition {
        Action::OrganizationMemberAdd
    } else {
        Action::OrganizationMemberRemove
    };
    audited(action, |line| {
        change_membership(settings, &member.user, is_addition, find, line, output)
    })
}

fn admin_of(
    settings: &Settings,
    member: &OrgMember,
    is_addition: bool,
    output: Output,
) -> Result<(), Failure> {
    let find = |store: &Store| {
        place(
            store,
            &member.organization,
            "admin",
            Membership::OrganizationAdmin,
        )
    };
    let action = if is_addition {
        Action::OrganizationAdminAdd
    } else {
        Action::OrganizationAdminRemove
    };
    audited(action, |line| {
        change_membership(settings, &member.user, is_addition, find, line, output)
    })
}

fn place(
    store: &Store,
    name: &str,
    role: &'static str,
    membership: fn(OrganizationId) -> Membership,
) -> Result<MembershipTarget, Failure> {
    let id = find_organization(store, name)?.id;
    Ok(MembershipTarget {
        membership: membership(id),
        role,
        name: format!("organization {id}"),
    })
}
