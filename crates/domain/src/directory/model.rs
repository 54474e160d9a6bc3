//! What can be selected: kinds of objects, their fields and their relations.

/// A kind of object that can be selected. Only live ones are there: users who may log in, organizations
/// and teams that are not deleted; relations lead to nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Model {
    /// [`User`](crate::User)
    User,
    /// [`Organization`](super::Organization)
    Organization,
    /// [`Team`](super::Team)
    Team,
    /// [`ActivityEvent`](super::ActivityEvent)
    ActivityEvent,
}

/// A field of an object. A [`Model`] has some of them: [`Model::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Of every model.
    Id,
    /// Of users, as all up to [`Field::LdapDn`].
    Username,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// E-mail address.
    Email,
    /// Has every permission.
    IsSuperuser,
    /// May use the `drf` dialect. No query names it: rights depend on it.
    IsStaff,
    /// When the user joined.
    DateJoined,
    /// May be absent.
    LastLogin,
    /// Distinguished name in a directory.
    LdapDn,
    /// Of organizations and teams, as all up to [`Field::Modified`].
    Name,
    /// Free text.
    Description,
    /// When the object was created.
    Created,
    /// When it was changed.
    Modified,
    /// Of events, as all of the following.
    Timestamp,
    /// See [`Operation`](super::Operation).
    Operation,
    /// What was changed.
    Object1,
    /// What was added to it, or removed.
    Object2,
}

/// The kind of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// 64 bits.
    Integer,
    /// Never absent.
    Text,
    /// True or false.
    Boolean,
    /// UTC, microseconds.
    Instant,
}

/// From an object to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Organizations that have a user in their `users`.
    UserOrganizations,
    /// Organizations that have a user in their `admins`.
    UserAdminOfOrganizations,
    /// Teams that have a user.
    UserTeams,
    /// `users` of an organization.
    OrganizationUsers,
    /// `admins` of an organization.
    OrganizationAdmins,
    /// Teams of an organization.
    OrganizationTeams,
    /// Who created an organization: one, or none.
    OrganizationCreatedBy,
    /// Who changed it last: one, or none.
    OrganizationModifiedBy,
    /// Where a team belongs: one, or none.
    TeamOrganization,
    /// Users of a team.
    TeamUsers,
    /// Who created a team: one, or none.
    TeamCreatedBy,
    /// Who changed it last: one, or none.
    TeamModifiedBy,
    /// Who did it: one, or none.
    EventActor,
    /// Users that an event refers to.
    EventUsers,
    /// Organizations that an event refers to.
    EventOrganizations,
    /// Teams that an event refers to.
    EventTeams,
}

impl Model {
    /// The fields of its objects.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::User => &[
                F::Id,
                F::Username,
                F::FirstName,
                F::LastName,
                F::Email,
                F::IsSuperuser,
                F::IsStaff,
                F::DateJoined,
                F::LastLogin,
                F::LdapDn,
            ],
            Self::Organization | Self::Team => {
                &[F::Id, F::Name, F::Description, F::Created, F::Modified]
            }
            Self::ActivityEvent => &[F::Id, F::Timestamp, F::Operation, F::Object1, F::Object2],
        }
    }

    /// The relations of its objects.
    #[must_use]
    pub fn relations(self) -> &'static [Relation] {
        use Relation as R;
        match self {
            Self::User => &[
                R::UserOrganizations,
                R::UserAdminOfOrganizations,
                R::UserTeams,
            ],
            Self::Organization => &[
                R::OrganizationUsers,
                R::OrganizationAdmins,
                R::OrganizationTeams,
                R::OrganizationCreatedBy,
                R::OrganizationModifiedBy,
            ],
            Self::Team => &[
                R::TeamOrganization,
                R::TeamUsers,
                R::TeamCreatedBy,
                R::TeamModifiedBy,
            ],
            Self::ActivityEvent => &[
                R::EventActor,
                R::EventUsers,
                R::EventOrganizations,
                R::EventTeams,
            ],
        }
    }
}

impl Field {
    /// The kind of its values.
    #[must_use]
    pub fn kind(self) -> FieldKind {
        match self {
            Self::Id => FieldKind::Integer,
            Self::IsSuperuser | Self::IsStaff => FieldKind::Boolean,
            Self::DateJoined
            | Self::LastLogin
            | Self::Created
            | Self::Modified
            | Self::Timestamp => FieldKind::Instant,
            _ => FieldKind::Text,
        }
    }
}

impl Relation {
    /// The model that it leads to.
    #[must_use]
    pub fn target(self) -> Model {
        match self {
            Self::UserOrganizations
            | Self::UserAdminOfOrganizations
            | Self::TeamOrganization
            | Self::EventOrganizations => Model::Organization,
            Self::UserTeams | Self::OrganizationTeams | Self::EventTeams => Model::Team,
            _ => Model::User,
        }
    }
}
