//! The views of users, organizations, teams and events (contract `tower.md`, route table).

use profiled_domain::{Condition, Membership, Model, OrganizationId, Relation, TeamId};

use crate::tower::empty_list::EmptyList;
use crate::tower::kind::{Events, Organizations, Teams, Users};
use crate::tower::mount::{Mount, below};
use crate::tower::object_detail::ObjectDetail;
use crate::tower::object_list::{ObjectList, Post};
use crate::tower::{RouteEntry, fields};

/// All of them, under a mount.
pub(super) fn views(mount: Mount) -> Vec<RouteEntry> {
    let mut views = users(mount);
    views.extend(organizations(mount));
    views.extend(teams(mount));
    views.extend(others(mount));
    views
}

fn users(mount: Mount) -> Vec<RouteEntry> {
    let organizations = |name, contents| {
        ObjectList::<Organizations>::new(name, "Organizations of a user.").of(Model::User, contents)
    };
    let empty = |name, fields| EmptyList::new(name, fields).of(Model::User);
    vec![
        (
            below!(mount, "users/"),
            Box::new(
                ObjectList::<Users>::new("User List", "Users. POST creates one.")
                    .with(Post::CreateUser),
            ),
        ),
        (
            below!(mount, "users/{id}/"),
            Box::new(ObjectDetail::<Users>::new("User Detail", "A user.")),
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
                ObjectList::<Teams>::new("User Teams List", "Teams of a user.")
                    .of(Model::User, |id| {
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
                ObjectList::<Events>::new(
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

fn organizations(mount: Mount) -> Vec<RouteEntry> {
    const MODEL: Model = Model::Organization;
    let empty = |name, fields| EmptyList::new(name, fields).of(MODEL);
    let users = |name, contents, member| {
        ObjectList::<Users>::new(name, "Users of an organization. POST adds or removes one.")
            .of(MODEL, contents)
            .with(Post::Member(member))
    };
    vec![
        (
            below!(mount, "organizations/"),
            Box::new(
                ObjectList::<Organizations>::new(
                    "Organization List",
                    "Organizations. POST creates one.",
                )
                .with(Post::CreateOrganization),
            ),
        ),
        (
            below!(mount, "organizations/{id}/"),
            Box::new(ObjectDetail::<Organizations>::new(
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
                ObjectList::<Teams>::new(
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
                ObjectList::<Events>::new(
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

fn teams(mount: Mount) -> Vec<RouteEntry> {
    const MODEL: Model = Model::Team;
    let empty = |name, fields| EmptyList::new(name, fields).of(MODEL);
    vec![
        (
            below!(mount, "teams/"),
            Box::new(
                ObjectList::<Teams>::new("Team List", "Teams. POST creates one.")
                    .with(Post::CreateTeam),
            ),
        ),
        (
            below!(mount, "teams/{id}/"),
            Box::new(ObjectDetail::<Teams>::new("Team Detail", "A team.")),
        ),
        (
            below!(mount, "teams/{id}/users/"),
            Box::new(
                ObjectList::<Users>::new(
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
                ObjectList::<Events>::new("Team Activity Stream List", "Events of a team.")
                    .of(MODEL, |id| Condition::related_to(Relation::EventTeams, id)),
            ),
        ),
    ]
}

fn others(mount: Mount) -> Vec<RouteEntry> {
    vec![
        (
            below!(mount, "activity_stream/"),
            Box::new(ObjectList::<Events>::new(
                "Activity Stream List",
                "What was done to organizations and teams.",
            )),
        ),
        (
            below!(mount, "activity_stream/{id}/"),
            Box::new(ObjectDetail::<Events>::new(
                "Activity Stream Detail",
                "An event.",
            )),
        ),
        (
            below!(mount, "projects/"),
            Box::new(EmptyList::new("Project List", fields::PROJECT)),
        ),
        (
            below!(mount, "credentials/"),
            Box::new(EmptyList::new("Credential List", fields::CREDENTIAL)),
        ),
    ]
}
