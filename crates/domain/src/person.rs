//! What is known of a person: all attributes of a profile, in one list.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::patch::named;
use crate::{Gender, PasswordChange, Patch, UnknownGender};

/// From the list of attributes: what is stored of them, what a change says of them, and their names.
macro_rules! attributes {
    ($($(#[doc = $doc:literal])+ $name:ident: $value:ty, $field:ident, $max:expr;)+) => {
        /// The attributes of a person.
        ///
        /// Text is kept as it came: imported accounts may be older than today's rules, so values are parsed
        /// ([`crate::Username`], [`crate::EmailAddress`], [`crate::MobileNumber`]) on the way in, not on the way
        /// out. `None` and `""` are different values, and both survive (contract `drf.md`, section 3).
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Person {
            $($(#[doc = $doc])+ pub $name: Option<$value>,)+
        }

        /// A change of a profile.
        ///
        /// Dialects have checked its parts by rules of their own, and `""` is a value (contract `drf.md`,
        /// section 9): that is why texts are not of the parsed types.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct ProfileChange {
            $($(#[doc = $doc])+ pub $name: Patch<$value>,)+
            /// New password.
            pub password: Option<PasswordChange>,
        }

        /// The name of an attribute.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProfileField {
            $($(#[doc = $doc])+ $field,)+
        }

        impl ProfileField {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$field),+];

            /// The name on the wire, in storage and in settings.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$field => stringify!($name),)+ }
            }

            /// Longest value that is stored, in characters.
            #[must_use]
            pub fn stored_max(self) -> usize {
                match self { $(Self::$field => $max,)+ }
            }
        }

        impl Person {
            /// An attribute as text.
            #[must_use]
            pub fn get(&self, field: ProfileField) -> Option<&str> {
                match field { $(ProfileField::$field => self.$name.as_ref().map(AsRef::as_ref),)+ }
            }
        }

        impl ProfileChange {
            /// Mentions an attribute, by its value as text.
            ///
            /// # Errors
            /// [`UnknownGender`] for a text that the attribute does not take.
            pub fn set(&mut self, field: ProfileField, text: Patch<String>) -> Result<(), UnknownGender> {
                match field { $(ProfileField::$field => self.$name = text.parse()?,)+ }
                Ok(())
            }

            /// Names of the attributes that it mentions, but for the password.
            #[must_use]
            pub fn fields(&self) -> Vec<&'static str> {
                named([$((stringify!($name), !self.$name.is_keep()),)+])
            }

            /// Applies the change to a person, who has no password.
            pub fn apply_to(&self, person: &mut Person) {
                $(self.$name.apply_to(&mut person.$name);)+
            }
        }
    };
}

attributes! {
    /// Unique, case-sensitive.
    username: String, Username, 150;
    /// Unique, case-sensitive.
    email: String, Email, 254;
    /// Unique; shown by the `drf` dialect.
    mobile_number: String, MobileNumber, 32;
    /// Contact phone, not unique; shown by the `jwt` dialect.
    number_phone: String, NumberPhone, 32;
    /// Given name.
    first_name: String, FirstName, 200;
    /// Family name.
    last_name: String, LastName, 200;
    /// `None` when it is not stated.
    gender: Gender, Gender, usize::MAX;
    /// Storage key of the avatar, relative to the media folder, without a leading slash.
    avatar: String, Avatar, usize::MAX;
}

impl Person {
    /// The non-empty names joined by one blank, `None` when there are none.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let names: Vec<&str> = [&self.first_name, &self.last_name]
            .into_iter()
            .filter_map(|name| name.as_deref())
            .filter(|name| !name.is_empty())
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

impl ProfileChange {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The text names no attribute of a person: see [`ProfileField::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a person has no attribute {0:?}")]
pub struct UnknownField(String);

impl FromStr for ProfileField {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter();
        let found = all.find(|field| field.as_str() == name);
        found.copied().ok_or_else(|| UnknownField(name.to_owned()))
    }
}
