//! `profiled team …`

use profiled_auth::audit::{Action, AuditOutcome, Object, Reason};
use profiled_domain::{
    Condition, Field, Membership, NewTeam, Relation, SelectionRepository, Team as Stored,
    TeamChange, TeamRepository,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use super::{
    MemberOutput, NameOutput, change_membership, description, find_organization, is_called,
    members, name, names, select,
};
use crate::cli::{Team, TeamMember, TeamName, TeamSet};
use crate::clock::operator;
use crate::commands::context::Context;
use crate::commands::terminal::confirm;
use crate::error::Failure;
use crate::trail::{Line, audited};

/// A team as commands show it.
#[derive(Serialize)]
struct TeamOutput {
    id: i64,
    name: String,
    description: String,
    organization: Option<NameOutput>,
    created: String,
    modified: String,
}

/// The same with its users.
#[derive(Serialize)]
struct ShownWithMembers {
    #[serde(flatten)]
    team: TeamOutput,
    users: Vec<MemberOutput>,
}

impl From<Stored> for TeamOutput {
    fn from(team: Stored) -> Self {
        Self {
            id: team.id.0,
            name: team.name,
            description: team.description,
            organization: team.organization.map(|organization| NameOutput {
                id: organization.id.0,
                name: organization.name,
            }),
            created: team.created.to_rfc3339(),
            modified: team.modified.to_rfc3339(),
        }
    }
}

pub(in crate::commands) fn run(context: &Context, command: Team) -> Result<(), Failure> {
    match command {
        Team::Create {
            name,
            organization,
            description,
        } => audited(Action::TeamCreate, |line| {
            create(context, &name, &organization, description, line)
        }),
        Team::List { organization } => list(context, organization.as_deref()),
        Team::Show(team) => show(context, &team),
        Team::Set(change) => audited(Action::TeamUpdate, |line| set(context, change, line)),
        Team::Delete { team, yes } => {
            audited(Action::TeamDelete, |line| delete(context, &team, yes, line))
        }
        Team::Add(member) => audited(Action::TeamMemberAdd, |line| {
            change_member(context, &member, true, line)
        }),
        Team::Remove(member) => audited(Action::TeamMemberRemove, |line| {
            change_member(context, &member, false, line)
        }),
    }
}

/// The team that an operator names: by id or by name, of an organization if that is given.
fn find(store: &Store, wanted: &TeamName) -> Result<Stored, Failure> {
    let place = in_organization(store, wanted.organization.as_deref())?;
    let teams = |condition| {
        let both = Condition::All(vec![condition, place.clone()]);
        select(&both, Field::Id, |wanted| store.select_teams(wanted))
    };
    let name = &wanted.team;
    let id = name.parse().ok().map(Condition::has_id);
    let mut found = id.map(teams).transpose()?.unwrap_or_default();
    if found.is_empty() && !name.contains('\0') {
        found = teams(is_called(name))?;
    }
    if found.len() > 1 {
        let text = format!("several teams are called {name:?}: name one by its id");
        return Err(Failure::failed(text).because(Reason::Invalid));
    }
    found.pop().ok_or_else(|| gone(name))
}

/// Teams of an organization, or all without one.
fn in_organization(store: &Store, name: Option<&str>) -> Result<Condition, Failure> {
    let Some(name) = name else {
        return Ok(Condition::everything());
    };
    let id = find_organization(store, name)?.id.0;
    Ok(Condition::related_to(Relation::TeamOrganization, id))
}

fn gone(name: &str) -> Failure {
    Failure::failed(format!(
        "there is no team {name:?}: profiled team list shows all"
    ))
    .because(Reason::Missing)
}

fn create(
    context: &Context,
    text: &str,
    organization: &str,
    more: String,
    line: &mut Line,
) -> Result<(), Failure> {
    let (name, description) = (name(text)?, description(more)?);
    let store = context.open()?;
    let new = NewTeam {
        organization: find_organization(&store, organization)?.id,
        name,
        description,
    };
    let created = store.create_team(&new, operator())?;
    line.done(Object::Team(created.id));
    context.write(&TeamOutput::from(created), |team| {
        format!("created team {}", team.id)
    })
}

fn list(context: &Context, organization: Option<&str>) -> Result<(), Failure> {
    let store = context.open()?;
    let wanted = in_organization(&store, organization)?;
    let all = select(&wanted, Field::Name, |wanted| store.select_teams(wanted))?;
    context.write_list(all, shown)
}

fn shown(team: &TeamOutput) -> String {
    let place = team.organization.as_ref();
    let place = place.map_or("no organization", |own| own.name.as_str());
    format!("{} {} ({place})", team.id, team.name)
}

fn show(context: &Context, name: &TeamName) -> Result<(), Failure> {
    let store = context.open()?;
    let team = find(&store, name)?;
    let shown = ShownWithMembers {
        users: members(&store, Relation::UserTeams, team.id.0)?,
        team: team.into(),
    };
    context.write(&shown, |shown| {
        vec![
            self::shown(&shown.team),
            format!("description: {}", shown.team.description),
            format!("users: {}", names(&shown.users)),
        ]
    })
}

fn set(context: &Context, change: TeamSet, line: &mut Line) -> Result<(), Failure> {
    let (name, description) = (
        change.name.as_deref().map(name).transpose()?,
        change.description.map(description).transpose()?,
    );
    let store = context.open()?;
    let id = find(&store, &change.team)?.id;
    line.on(Object::Team(id));
    let place = change.move_to.as_deref();
    let place = place
        .map(|name| find_organization(&store, name))
        .transpose()?;
    let patch = TeamChange {
        organization: place.map(|organization| organization.id),
        name,
        description,
    };
    line.fields(patch.fields());
    let changed = store.update_team(id, &patch, operator())?;
    let changed = changed.ok_or_else(|| gone(&change.team.team))?;
    line.set_outcome(AuditOutcome::Done);
    context.write(&TeamOutput::from(changed), |team| {
        format!("changed team {}", team.id)
    })
}

fn delete(context: &Context, name: &TeamName, yes: bool, line: &mut Line) -> Result<(), Failure> {
    let store = context.open()?;
    let id = find(&store, name)?.id;
    line.on(Object::Team(id));
    let what = format!("team delete deletes team {id} and its memberships for good");
    confirm(yes, &what)?;
    if !store.delete_team(id, operator())? {
        return Err(gone(&name.team));
    }
    line.set_outcome(AuditOutcome::Done);
    context.write(&json!({ "id": id.0 }), |_| format!("deleted team {id}"))
}

fn change_member(
    context: &Context,
    member: &TeamMember,
    is_addition: bool,
    line: &mut Line,
) -> Result<(), Failure> {
    let find = |store: &Store| Ok(Membership::TeamUser(find(store, &member.team)?.id));
    change_membership(context, &member.user, is_addition, find, line)
}
