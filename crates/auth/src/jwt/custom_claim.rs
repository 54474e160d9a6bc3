//! Claims that tokens carry beyond simplejwt's own, as `TOKEN_OBTAIN_SERIALIZER` adds them in Django.

use profiled_domain::{ProfileField, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An item of `auth.jwt.claims`: `email`, or `name=username` for a claim of another name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomClaim {
    name: String,
    source: Source,
}

/// What a claim tells of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Id,
    Attribute(ProfileField),
    FullName,
    IsActive,
    IsStaff,
    IsSuperuser,
}

/// What may be told. An avatar's key is nothing outside.
const SOURCES: [(&str, Source); 12] = [
    ("id", Source::Id),
    ("username", Source::Attribute(ProfileField::Username)),
    ("email", Source::Attribute(ProfileField::Email)),
    (
        "mobile_number",
        Source::Attribute(ProfileField::MobileNumber),
    ),
    ("number_phone", Source::Attribute(ProfileField::NumberPhone)),
    ("first_name", Source::Attribute(ProfileField::FirstName)),
    ("last_name", Source::Attribute(ProfileField::LastName)),
    ("gender", Source::Attribute(ProfileField::Gender)),
    ("full_name", Source::FullName),
    ("is_active", Source::IsActive),
    ("is_staff", Source::IsStaff),
    ("is_superuser", Source::IsSuperuser),
];

impl CustomClaim {
    /// The claim.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value for a user. Names and addresses that are not there are `""`, as in Django, and other attributes null.
    pub(super) fn value(&self, user: &User) -> Value {
        use ProfileField::{Email, FirstName, LastName, Username};
        match self.source {
            Source::Id => user.id.0.into(),
            Source::Attribute(field @ (Username | Email | FirstName | LastName)) => {
                user.person.get(field).unwrap_or_default().into()
            }
            Source::Attribute(field) => user.person.get(field).into(),
            Source::FullName => user.person.full_name().unwrap_or_default().into(),
            Source::IsActive => user.is_active.into(),
            Source::IsStaff => user.is_staff.into(),
            Source::IsSuperuser => user.is_superuser.into(),
        }
    }
}

impl TryFrom<String> for CustomClaim {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, field) = text.split_once('=').unwrap_or((&text, &text));
        let mut sources = SOURCES.iter();
        match sources.find(|(known, _)| *known == field) {
            Some((_, source)) if !name.is_empty() => Ok(Self {
                name: name.to_owned(),
                source: *source,
            }),
            _ => {
                let known = SOURCES.map(|(known, _)| known).join(", ");
                Err(format!(
                    "has {text:?}: write FIELD or CLAIM=FIELD, with a field of {known}"
                ))
            }
        }
    }
}

impl From<CustomClaim> for String {
    fn from(claim: CustomClaim) -> Self {
        let mut sources = SOURCES.iter();
        let field = sources.find(|(_, source)| *source == claim.source);
        let field = field.map_or("", |(name, _)| name);
        if claim.name == field {
            claim.name
        } else {
            format!("{}={field}", claim.name)
        }
    }
}
