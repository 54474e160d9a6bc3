//! Where the objects of a model are, and how relations are stored.

use profiled_domain::{Field, Model, Relation};

/// The table of a model.
pub(super) fn table(model: Model) -> &'static str {
    match model {
        Model::User => "users",
        Model::Organization => "organizations",
        Model::Team => "teams",
        Model::ActivityEvent => "activity",
    }
}

/// A field in the row of `alias`, as SQL.
pub(super) fn value(alias: &str, field: Field) -> String {
    match field {
        // An index has this expression.
        Field::Email => format!("coalesce({alias}.email, {alias}.shared_email)"),
        _ => format!("{alias}.{}", column(field)),
    }
}

/// The column that holds a field.
fn column(field: Field) -> &'static str {
    match field {
        Field::Id => "id",
        Field::Username => "username",
        Field::FirstName => "first_name",
        Field::LastName => "last_name",
        Field::Email => "email",
        Field::IsSuperuser => "is_superuser",
        Field::IsStaff => "is_staff",
        Field::DateJoined => "date_joined",
        Field::LastLogin => "last_login",
        Field::LdapDn => "ldap_dn",
        Field::Name => "name",
        Field::Description => "description",
        Field::Created => "created",
        Field::Modified => "modified",
        Field::Timestamp => "\"timestamp\"",
        Field::Operation => "operation",
        Field::Object1 => "object1",
        Field::Object2 => "object2",
    }
}

/// Whether the column may be null: text that is, is `""`.
pub(super) fn is_nullable(field: Field) -> bool {
    matches!(
        field,
        Field::Username | Field::FirstName | Field::LastName | Field::Email | Field::LastLogin
    )
}

/// How a relation is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// In a table of pairs: its name, the columns of the object itself and of the related one.
    Pairs(&'static str, &'static str, &'static str),
    /// In a column of the object itself.
    Own(&'static str),
    /// In a column of the related object.
    Theirs(&'static str),
}

pub(super) fn link(relation: Relation) -> Link {
    use Relation as R;
    match relation {
        R::UserOrganizations => Link::Pairs("organization_users", "user_id", "organization_id"),
        R::UserAdminOfOrganizations => {
            Link::Pairs("organization_admins", "user_id", "organization_id")
        }
        R::UserTeams => Link::Pairs("team_users", "user_id", "team_id"),
        R::OrganizationUsers => Link::Pairs("organization_users", "organization_id", "user_id"),
        R::OrganizationAdmins => Link::Pairs("organization_admins", "organization_id", "user_id"),
        R::OrganizationTeams => Link::Theirs("organization_id"),
        R::OrganizationCreatedBy | R::TeamCreatedBy => Link::Own("created_by"),
        R::OrganizationModifiedBy | R::TeamModifiedBy => Link::Own("modified_by"),
        R::TeamOrganization => Link::Own("organization_id"),
        R::TeamUsers => Link::Pairs("team_users", "team_id", "user_id"),
        R::EventActor => Link::Own("actor_id"),
        R::EventUsers => Link::Pairs("activity_users", "event_id", "user_id"),
        R::EventOrganizations => {
            Link::Pairs("activity_organizations", "event_id", "organization_id")
        }
        R::EventTeams => Link::Pairs("activity_teams", "event_id", "team_id"),
    }
}
