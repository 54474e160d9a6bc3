//! The views of users, organizations, teams and events (contract `tower.md`, route table).

use profiled_domain::{
    ActivityEvent, Membership, Model, Organization, OrganizationId, Relation, Team, TeamId, User,
};

use crate::tower::empty_list::EmptyList;
use crate::tower::fields;
use crate::tower::mount::{MountedView, view};
use crate::tower::object_detail;
use crate::tower::object_list::{Create, ObjectList};
use crate::tower::write::members::Members;
use crate::tower::write::organization_teams::OrganizationTeams;

/// All of them.
pub(super) fn views() -> Vec<MountedView> {
    let mut views = users();
    views.extend(organizations());
    views.extend(organization_members());
    views.extend(teams());
    views.extend(others());
    views
}

fn users() -> Vec<MountedView> {
    let organizations = |name, relation: &'static [Relation]| {
        ObjectList::<Organization>::new(name, "Organizations of a user.").related(relation)
    };
    let teams = ObjectList::<Team>::new("User Teams List", "Teams of a user.");
    let events = ObjectList::<ActivityEvent>::new(
        "User Activity Stream List",
        "Events that a user has caused or is the object of.",
    );
    let empty = |name, schema| EmptyList::new(name, schema).of(Model::User);
    vec![
        view(
            "users/",
            ObjectList::<User>::new("User List", "Users. POST creates one.").with(Create),
        ),
        view(
            "users/{id}/",
            object_detail::writable::<User>("User Detail", "A user."),
        ),
        view(
            "users/{id}/organizations/",
            organizations("User Organizations List", &[Relation::OrganizationUsers]),
        ),
        view(
            "users/{id}/admin_of_organizations/",
            organizations(
                "User Admin Of Organizations List",
                &[Relation::OrganizationAdmins],
            ),
        ),
        view("users/{id}/teams/", teams.related(&[Relation::TeamUsers])),
        view(
            "users/{id}/projects/",
            empty("User Projects List", fields::PROJECT),
        ),
        view(
            "users/{id}/credentials/",
            empty("User Credentials List", fields::CREDENTIAL),
        ),
        view(
            "users/{id}/permissions/",
            empty("User Permissions List", fields::PERMISSION),
        ),
        view(
            "users/{id}/activity_stream/",
            events.related(&[Relation::EventUsers, Relation::EventActor]),
        ),
    ]
}

fn organizations() -> Vec<MountedView> {
    let events = ObjectList::<ActivityEvent>::new(
        "Organization Activity Stream List",
        "Events of an organization.",
    );
    let empty = |name, schema| EmptyList::new(name, schema).of(Model::Organization);
    vec![
        view(
            "organizations/",
            ObjectList::<Organization>::new(
                "Organization List",
                "Organizations. POST creates one.",
            )
            .with(Create),
        ),
        view(
            "organizations/{id}/",
            object_detail::writable::<Organization>("Organization Detail", "An organization."),
        ),
        view(
            "organizations/{id}/projects/",
            empty("Organization Projects List", fields::PROJECT),
        ),
        view(
            "organizations/{id}/inventories/",
            empty("Organization Inventories List", fields::INVENTORY),
        ),
        view(
            "organizations/{id}/activity_stream/",
            events.related(&[Relation::EventOrganizations]),
        ),
    ]
}

/// Who and what belongs to an organization.
fn organization_members() -> Vec<MountedView> {
    let users = |name, relation: &'static [Relation], membership| {
        ObjectList::<User>::new(name, "Users of an organization. POST adds or removes one.")
            .related(relation)
            .with(Members(membership))
    };
    let teams = ObjectList::<Team>::new(
        "Organization Teams List",
        "Teams of an organization. POST adds or deletes one.",
    );
    vec![
        view(
            "organizations/{id}/users/",
            users(
                "Organization Users List",
                &[Relation::UserOrganizations],
                |id| Membership::OrganizationUser(OrganizationId(id)),
            ),
        ),
        view(
            "organizations/{id}/admins/",
            users(
                "Organization Admins List",
                &[Relation::UserAdminOfOrganizations],
                |id| Membership::OrganizationAdmin(OrganizationId(id)),
            ),
        ),
        view(
            "organizations/{id}/teams/",
            teams
                .related(&[Relation::TeamOrganization])
                .with(OrganizationTeams),
        ),
    ]
}

fn teams() -> Vec<MountedView> {
    let users = ObjectList::<User>::new(
        "Team Users List",
        "Users of a team. POST adds or removes one.",
    );
    let events = ObjectList::<ActivityEvent>::new("Team Activity Stream List", "Events of a team.");
    let empty = |name, schema| EmptyList::new(name, schema).of(Model::Team);
    vec![
        view(
            "teams/",
            ObjectList::<Team>::new("Team List", "Teams. POST creates one.").with(Create),
        ),
        view(
            "teams/{id}/",
            object_detail::writable::<Team>("Team Detail", "A team."),
        ),
        view(
            "teams/{id}/users/",
            users
                .related(&[Relation::UserTeams])
                .with(Members(|id| Membership::TeamUser(TeamId(id)))),
        ),
        view(
            "teams/{id}/projects/",
            empty("Team Projects List", fields::PROJECT),
        ),
        view(
            "teams/{id}/credentials/",
            empty("Team Credentials List", fields::CREDENTIAL),
        ),
        view(
            "teams/{id}/permissions/",
            empty("Team Permissions List", fields::PERMISSION),
        ),
        view(
            "teams/{id}/activity_stream/",
            events.related(&[Relation::EventTeams]),
        ),
    ]
}

fn others() -> Vec<MountedView> {
    vec![
        view(
            "activity_stream/",
            ObjectList::<ActivityEvent>::new(
                "Activity Stream List",
                "What was done to organizations and teams.",
            ),
        ),
        view(
            "activity_stream/{id}/",
            object_detail::read_only::<ActivityEvent>("Activity Stream Detail", "An event."),
        ),
        view("projects/", EmptyList::new("Project List", fields::PROJECT)),
        view(
            "credentials/",
            EmptyList::new("Credential List", fields::CREDENTIAL),
        ),
    ]
}
