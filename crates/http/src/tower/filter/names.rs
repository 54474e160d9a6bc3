//! Names that a query may use (contract `tower.md`, section 10).

use profiled_domain::{Field, Model, Relation};

/// What a segment of a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tower) enum Named {
    Field(Field),
    Relation(Relation),
    /// The row of a user that holds `ldap_dn`, and nothing else that may be named.
    Profile,
    /// Something that must not be guessed at.
    Sensitive,
    Unknown,
}

/// Looks a segment up among the names of a model.
pub(in crate::tower) fn find(model: Model, segment: &str) -> Named {
    match (model, segment) {
        (_, "id" | "pk") => Named::Field(Field::Id),
        (Model::User, _) => of_user(segment),
        (Model::Organization, _) => of_organization(segment),
        (Model::Team, _) => of_team(segment),
        (Model::ActivityEvent, _) => of_event(segment),
    }
}

fn of_user(segment: &str) -> Named {
    Named::Field(match segment {
        "username" => Field::Username,
        "first_name" => Field::FirstName,
        "last_name" => Field::LastName,
        "email" => Field::Email,
        "is_superuser" => Field::IsSuperuser,
        "date_joined" | "created" => Field::DateJoined,
        "last_login" => Field::LastLogin,
        "ldap_dn" => Field::LdapDn,
        "profile" => return Named::Profile,
        "organizations" => return Named::Relation(Relation::UserOrganizations),
        "admin_of_organizations" => return Named::Relation(Relation::UserAdminOfOrganizations),
        "teams" => return Named::Relation(Relation::UserTeams),
        "password" | "auth_tokens" | "is_active" | "is_staff" => return Named::Sensitive,
        _ => return Named::Unknown,
    })
}

fn of_organization(segment: &str) -> Named {
    Named::Relation(match segment {
        "users" => Relation::OrganizationUsers,
        "admins" => Relation::OrganizationAdmins,
        "teams" => Relation::OrganizationTeams,
        "created_by" => Relation::OrganizationCreatedBy,
        "modified_by" => Relation::OrganizationModifiedBy,
        _ => return common(segment),
    })
}

fn of_team(segment: &str) -> Named {
    Named::Relation(match segment {
        "organization" => Relation::TeamOrganization,
        "users" => Relation::TeamUsers,
        "created_by" => Relation::TeamCreatedBy,
        "modified_by" => Relation::TeamModifiedBy,
        _ => return common(segment),
    })
}

fn of_event(segment: &str) -> Named {
    let field = match segment {
        "timestamp" => Field::Timestamp,
        "operation" => Field::Operation,
        "object1" => Field::Object1,
        "object2" => Field::Object2,
        "actor" => return Named::Relation(Relation::EventActor),
        "user" => return Named::Relation(Relation::EventUsers),
        "organization" => return Named::Relation(Relation::EventOrganizations),
        "team" => return Named::Relation(Relation::EventTeams),
        _ => return Named::Unknown,
    };
    Named::Field(field)
}

/// Fields of organizations and teams.
fn common(segment: &str) -> Named {
    Named::Field(match segment {
        "name" => Field::Name,
        "description" => Field::Description,
        "created" => Field::Created,
        "modified" => Field::Modified,
        _ => return Named::Unknown,
    })
}

/// What errors call a model.
pub(in crate::tower) fn title(model: Model) -> &'static str {
    match model {
        Model::User => "User",
        Model::Organization => "Organization",
        Model::Team => "Team",
        Model::ActivityEvent => "ActivityStream",
    }
}

/// The value of `type` in its objects.
pub(in crate::tower) fn type_name(model: Model) -> &'static str {
    match model {
        Model::User => "user",
        Model::Organization => "organization",
        Model::Team => "team",
        Model::ActivityEvent => "activity_stream",
    }
}

/// The fields that `search` looks into.
pub(in crate::tower) fn search_fields(model: Model) -> &'static [Field] {
    match model {
        Model::User => &[
            Field::Username,
            Field::FirstName,
            Field::LastName,
            Field::Email,
        ],
        Model::Organization | Model::Team => &[Field::Description, Field::Name],
        Model::ActivityEvent => &[],
    }
}
