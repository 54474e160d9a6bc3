//! One tree for all selections: filters of a query, searches, sublists, and who may see what.
//!
//! A condition is about an object of a [`Model`], and is true or false: a comparison with an absent
//! value is false, and [`Condition::Not`] of it is true. Text is never absent: what is not set is `""`.

use chrono::{DateTime, Utc};

use super::pattern::{Case, Pattern};
use crate::NumberedPage;

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

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// For [`FieldKind::Integer`].
    Integer(i64),
    /// For [`FieldKind::Text`].
    Text(String),
    /// For [`FieldKind::Boolean`].
    Boolean(bool),
    /// For [`FieldKind::Instant`].
    Instant(DateTime<Utc>),
}

/// How a value stands to the one that it is compared with. Text is ordered by code points, false comes
/// before true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// How text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTest {
    /// The whole text.
    Exact,
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

/// A test of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// With a value of the field's own kind; absent values never pass.
    Compare(Comparison, FieldValue),
    /// Equal to one of these.
    In(Vec<FieldValue>),
    /// Other kinds than text are compared as text: integers in decimal, booleans as `1` and `0`,
    /// instants as `2015-08-25 01:00:07.127000+00:00`.
    Text(TextTest, String, Case),
    /// The same, with a pattern.
    Matches(Pattern),
    /// Whether the value is absent.
    IsNull(bool),
}

/// What has to hold of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these; of none of them, everything holds.
    All(Vec<Self>),
    /// One of these; of none of them, nothing holds.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A test of a field.
    Field(Field, Test),
    /// Some object at the end of the relation fulfils this.
    Related(Relation, Box<Self>),
}

impl Condition {
    /// Holds of everything.
    #[must_use]
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Holds of nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Any(Vec::new())
    }

    /// Holds of the object with this identifier.
    #[must_use]
    pub fn has_id(id: i64) -> Self {
        let test = Test::Compare(Comparison::Equal, FieldValue::Integer(id));
        Self::Field(Field::Id, test)
    }

    /// Holds if the relation leads to an object that fulfils `condition`.
    #[must_use]
    pub fn related(relation: Relation, condition: Self) -> Self {
        Self::Related(relation, Box::new(condition))
    }

    /// Holds if the relation leads to the object with this identifier.
    #[must_use]
    pub fn related_to(relation: Relation, id: i64) -> Self {
        Self::related(relation, Self::has_id(id))
    }

    /// Holds of objects with this flag, a field of [`FieldKind::Boolean`].
    #[must_use]
    pub fn is_set(flag: Field) -> Self {
        let test = Test::Compare(Comparison::Equal, FieldValue::Boolean(true));
        Self::Field(flag, test)
    }

    /// Holds of whatever `condition` does not hold of.
    #[must_use]
    pub fn negated(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    /// Whether it looks at other objects than the one that it is about.
    #[must_use]
    pub fn has_relations(&self) -> bool {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().any(Self::has_relations),
            Self::Not(inner) => inner.has_relations(),
            Self::Field(..) => false,
            Self::Related(..) => true,
        }
    }
}

/// A step from objects to those at the end of a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The relation.
    pub relation: Relation,
    /// What has to hold of an object at its end for the step to lead there.
    pub only: Condition,
}

impl From<Relation> for Step {
    /// Leads to every object at the end of the relation.
    fn from(relation: Relation) -> Self {
        Self {
            relation,
            only: Condition::everything(),
        }
    }
}

/// A key to order by. The field may be at the end of relations: of several objects the first in the
/// wanted direction counts. Absent values come last, in descending order first.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBy {
    /// From the object to that of the field.
    pub path: Vec<Step>,
    /// The field.
    pub field: Field,
    /// From the greatest to the least.
    pub is_descending: bool,
}

/// A page of the objects that fulfil a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// What has to hold.
    pub condition: Condition,
    /// Keys of the order; the identifier, ascending, decides after them.
    pub order: Vec<OrderBy>,
    /// The page.
    pub page: NumberedPage,
}
