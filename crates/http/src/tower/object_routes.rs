//! The views of users, organizations, teams and events (contract `tower.md`, route table).

use profiled_domain::{Condition, Membership, Model, OrganizationId, Relation, TeamId};

use crate::tower::empty_list::Empty;
use crate::tower::kind::{Events, Organizations, Teams, Users};
use crate::tower::mount::{Mount, below};
use crate::tower::object_detail::Detail;
use crate::tower::object_list::{List, Post};
use crate::tower::{Place, fields};

/// All of them, under a mount.
pub(super) fn views(mount: Mount) -> Vec<Place> {
    let mut views = users(mount);
    views.extend(organizations(mount));
    views.extend(teams(mount));
    views.extend(others(mount));
    views
}

fn users(mount: Mount) -> Vec<Place> {
    let organizations = |name, contents| {
        List::<Organizations>::new(name, "Organizations of a user.").of(Model::User, contents)
    };
    let empty = |name, fields| Empty::new(name, fields).of(Model::User);
    vec![
        (
            below!(mount, "users/"),
            Box::new(
                List::<Users>::new("User List", "Users. POST creates one.").with(Post::CreateUser),
            ),
        ),
        (
            below!(mount, "users/{id}/"),
            Box::new(Detail::<Users>::new("User Detail", "A user.")),
        ),
        (
            below!(mount, "users/{id}/organizations/"),
            Box::new(organizations("User Organizations List", |id| {
                Condition::related_to(Relation::OrganizationUsers, id)
            })),
        ),
        (
            below!(mount, "users/{id}/admin_of_organizations/"),
            Box::new(organizations("User Admin Of Organizations List", |id| {
                Condition::related_to(Relation::OrganizationAdmins, id)
            })),
        ),
        (
            below!(mount, "users/{id}/teams/"),
            Box::new(
                List::<Teams>::new("User Teams List", "Teams of a user.").of(Model::User, |id| {
                    Condition::related_to(Relation::TeamUsers, id)
                }),
            ),
        ),
        (
            below!(mount, "users/{id}/projects/"),
            Box::new(empty("User Projects List", fields::PROJECT)),
        ),
        (
            below!(mount, "users/{id}/credentials/"),
            Box::new(empty("User Credentials List", fields::CREDENTIAL)),
        ),
        (
            below!(mount, "users/{id}/permissions/"),
            Box::new(empty("User Permissions List", fields::PERMISSION)),
        ),
        (
            below!(mount, "users/{id}/activity_stream/"),
            Box::new(
                List::<Events>::new(
                    "User Activity Stream List",
                    "Events that a user has caused or is the object of.",
                )
                .of(Model::User, |id| {
                    Condition::Any(vec![
                        Condition::related_to(Relation::EventUsers, id),
                        Condition::related_to(Relation::EventActor, id),
                    ])
                }),
            ),
        ),
    ]
}

fn organizations(mount: Mount) -> Vec<Place> {
    const MODEL: Model = Model::Organization;
    let empty = |name, fields| Empty::new(name, fields).of(MODEL);
    let users = |name, contents, member| {
        List::<Users>::new(name, "Users of an organization. POST adds or removes one.")
            .of(MODEL, contents)
            .with(Post::Member(member))
    };
    vec![
        (
            below!(mount, "organizations/"),
            Box::new(
                List::<Organizations>::new("Organization List", "Organizations. POST creates one.")
                    .with(Post::CreateOrganization),
            ),
        ),
        (
            below!(mount, "organizations/{id}/"),
            Box::new(Detail::<Organizations>::new(
                "Organization Detail",
                "An organization.",
            )),
        ),
        (
            below!(mount, "organizations/{id}/users/"),
            Box::new(users(
                "Organization Users List",
                |id| Condition::related_to(Relation::UserOrganizations, id),
                |id| Membership::OrganizationUser(OrganizationId(id)),
            )),
        ),
        (
            below!(mount, "organizations/{id}/admins/"),
            Box::new(users(
                "Organization Admins List",
                |id| Condition::related_to(Relation::UserAdminOfOrganizations, id),
                |id| Membership::OrganizationAdmin(OrganizationId(id)),
            )),
        ),
        (
            below!(mount, "organizations/{id}/teams/"),
            Box::new(
                List::<Teams>::new(
                    "Organization Teams List",
                    "Teams of an organization. POST adds or deletes one.",
                )
                .of(MODEL, |id| {
                    Condition::related_to(Relation::TeamOrganization, id)
                })
                .with(Post::TeamOf),
            ),
        ),
        (
            below!(mount, "organizations/{id}/projects/"),
            Box::new(empty("Organization Projects List", fields::PROJECT)),
        ),
        (
            below!(mount, "organizations/{id}/inventories/"),
            Box::new(empty("Organization Inventories List", fields::INVENTORY)),
        ),
        (
            below!(mount, "organizations/{id}/activity_stream/"),
            Box::new(
                List::<Events>::new(
                    "Organization Activity Stream List",
                    "Events of an organization.",
                )
                .of(MODEL, |id| {
                    Condition::related_to(Relation::EventOrganizations, id)
                }),
            ),
        ),
    ]
}

fn teams(mount: Mount) -> Vec<Place> {
    const MODEL: Model = Model::Team;
    let empty = |name, fields| Empty::new(name, fields).of(MODEL);
    vec![
        (
            below!(mount, "teams/"),
            Box::new(
                List::<Teams>::new("Team List", "Teams. POST creates one.").with(Post::CreateTeam),
            ),
        ),
        (
            below!(mount, "teams/{id}/"),
            Box::new(Detail::<Teams>::new("Team Detail", "A team.")),
        ),
        (
            below!(mount, "teams/{id}/users/"),
            Box::new(
                List::<Users>::new(
                    "Team Users List",
                    "Users of a team. POST adds or removes one.",
                )
                .of(MODEL, |id| Condition::related_to(Relation::UserTeams, id))
                .with(Post::Member(|id| Membership::TeamUser(TeamId(id)))),
            ),
        ),
        (
            below!(mount, "teams/{id}/projects/"),
            Box::new(empty("Team Projects List", fields::PROJECT)),
        ),
        (
            below!(mount, "teams/{id}/credentials/"),
            Box::new(empty("Team Credentials List", fields::CREDENTIAL)),
        ),
        (
            below!(mount, "teams/{id}/permissions/"),
            Box::new(empty("Team Permissions List", fields::PERMISSION)),
        ),
        (
            below!(mount, "teams/{id}/activity_stream/"),
            Box::new(
                List::<Events>::new("Team Activity Stream List", "Events of a team.")
                    .of(MODEL, |id| Condition::related_to(Relation::EventTeams, id)),
            ),
        ),
    ]
}

fn others(mount: Mount) -> Vec<Place> {
    vec![
        (
            below!(mount, "activity_stream/"),
            Box::new(List::<Events>::new(
                "Activity Stream List",
                "What was done to organizations and teams.",
            )),
        ),
        (
            below!(mount, "activity_stream/{id}/"),
            Box::new(Detail::<Events>::new("Activity Stream Detail", "An event.")),
        ),
        (
            below!(mount, "projects/"),
            Box::new(Empty::new("Project List", fields::PROJECT)),
        ),
        (
            below!(mount, "credentials/"),
            Box::new(Empty::new("Credential List", fields::CREDENTIAL)),
        ),
    ]
}
