//! `profiled team …`

use profiled_auth::audit::{Action, Object, Outcome, Reason};
use profiled_domain::{
    Condition, Field, Membership, NewTeam, OrganizationSummary, Relation, SelectionRepository,
    Team as Stored, TeamChange, TeamRepository,
};
use profiled_store::Store;
use serde::Serialize;
use serde_json::json;

use super::{
    MemberOutput, MembershipTarget, change_membership, description, find_organization, is_called,
    members, name, names, refused, select,
};
use crate::cli::{Team, TeamMember, TeamName, TeamSet};
use crate::clock::operator;
use crate::commands::database::open;
use crate::error::Failure;
use crate::output::Output;
use crate::settings::Settings;
use crate::trail::{Line, audited};

/// A team as commands show it.
#[derive(Serialize)]
struct TeamOutput {
    id: i64,
    name: String,
    description: String,
    organization: Option<ShownOrganization>,
    created: String,
    modified: String,
}

#[derive(Serialize)]
struct ShownOrganization {
    id: i64,
    name: String,
}

/// The same with its users.
#[derive(Serialize)]
struct ShownWithMembers {
    #[serde(flatten)]
    team: TeamOutput,
    users: Vec<MemberOutput>,
}

impl From<OrganizationSummary> for ShownOrganization {
    fn from(organization: OrganizationSummary) -> Self {
        Self {
            id: organization.id.0,
            name: organization.name,
        }
    }
}

impl From<Stored> for TeamOutput {
    fn from(team: Stored) -> Self {
        Self {
            id: team.id.0,
            name: team.name,
            description: team.description,
            organization: team.organization.map(ShownOrganization::from),
            created: team.created.to_rfc3339(),
            modified: team.modified.to_rfc3339(),
        }
    }
}

pub(in crate::commands) fn run(
    settings: &Settings,
    command: Team,
    output: Output,
) -> Result<(), Failure> {
    match command {
        Team::Create {
            name,
            organization,
            description,
        } => audited(Action::TeamCreate, |line| {
            create(settings, &name, &organization, description, line, output)
        }),
        Team::List { organization } => list(settings, organization.as_deref(), output),
        Team::Show(team) => show(settings, &team, output),
        Team::Set(change) => audited(Action::TeamUpdate, |line| {
            set(settings, change, line, output)
        }),
        Team::Delete { team, yes } => audited(Action::TeamDelete, |line| {
            delete(settings, &team, yes, line, output)
        }),
        Team::Add(member) => change_member(settings, &member, true, output),
        Team::Remove(member) => change_member(settings, &member, false, output),
    }
}

/// The team that an operator names: by id or by name, of an organization if that is given.
fn find(store: &Store, wanted: &TeamName) -> Result<Stored, Failure> {
    let place = match &wanted.organization {
        Some(name) => {
            let id = find_organization(store, name)?.id.0;
            Condition::related_to(Relation::TeamOrganization, id)
        }
        None => Condition::everything(),
    };
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

fn gone(name: &str) -> Failure {
    Failure::failed(format!(
        "there is no team {name:?}: profiled team list shows all"
    ))
    .because(Reason::Missing)
}

fn create(
    settings: &Settings,
    text: &str,
    organization: &str,
    more: String,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let (name, description) = (name(text)?, description(more)?);
    let store = open(settings)?;
    let new = NewTeam {
        organization: find_organization(&store, organization)?.id,
        name,
        description,
    };
    let created = store.create_team(&new, operator())?;
    line.done(Object::Team(created.id));
    output.write(&TeamOutput::from(created), |team| {
        format!("created team {}", team.id)
    })
}

fn list(settings: &Settings, organization: Option<&str>, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let wanted = match organization {
        Some(name) => {
            let id = find_organization(&store, name)?.id.0;
            Condition::related_to(Relation::TeamOrganization, id)
        }
        None => Condition::everything(),
    };
    let all = select(&wanted, Field::Name, |wanted| store.select_teams(wanted))?;
    let all: Vec<TeamOutput> = all.into_iter().map(TeamOutput::from).collect();
    output.write(&all, |all| {
        all.iter().map(shown).collect::<Vec<_>>().join("\n")
    })
}

fn shown(team: &TeamOutput) -> String {
    let place = team.organization.as_ref();
    let place = place.map_or("no organization", |own| own.name.as_str());
    format!("{} {} ({place})", team.id, team.name)
}

fn show(settings: &Settings, name: &TeamName, output: Output) -> Result<(), Failure> {
    let store = open(settings)?;
    let team = find(&store, name)?;
    let shown = ShownWithMembers {
        users: members(&store, Relation::UserTeams, team.id.0)?,
        team: team.into(),
    };
    output.write(&shown, |shown| {
        format!(
            "{}\ndescription: {}\nusers: {}",
            self::shown(&shown.team),
            shown.team.description,
            names(&shown.users),
        )
    })
}

fn set(
    settings: &Settings,
    change: TeamSet,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let (name, description) = (
        change.name.as_deref().map(name).transpose()?,
        change.description.map(description).transpose()?,
    );
    let store = open(settings)?;
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
    line.came_of(Outcome::Done);
    output.write(&TeamOutput::from(changed), |team| {
        format!("changed team {}", team.id)
    })
}

fn delete(
    settings: &Settings,
    name: &TeamName,
    yes: bool,
    line: &mut Line,
    output: Output,
) -> Result<(), Failure> {
    let store = open(settings)?;
    let id = find(&store, name)?.id;
    line.on(Object::Team(id));
    if !yes {
        return refused(format!(
            "team delete deletes team {id} and its memberships for good: add --yes to confirm"
        ));
    }
    if !store.delete_team(id, operator())? {
        return Err(gone(&name.team));
    }
    line.came_of(Outcome::Done);
    output.write(&json!({ "id": id.0 }), |_| format!("deleted team {id}"))
}

fn change_member(
    settings: &Settings,
    member: &TeamMember,
    is_addition: bool,
    output: Output,
) -> Result<(), Failure> {
    let place = |store: &Store| {
        let id = find(store, &member.team)?.id;
        Ok(MembershipTarget {
            membership: Membership::TeamUser(id),
            role: "member",
            name: format!("team {id}"),
        })
    };
    let action = if is_addition {
        Action::TeamMemberAdd
    } else {
        Action::TeamMemberRemove
    };
    audited(action, |line| {
        change_membership(settings, &member.user, is_addition, place, line, output)
    })
}
