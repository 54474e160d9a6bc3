//! Identifiers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Identifiers, which are written as their numbers.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(
                Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            )]
            #[serde(transparent)]
            pub struct $name(pub i64);

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )+
    };
}

identifiers! {
    /// Identifier of a user: positive, 64 bits, never reused.
    UserId;
    /// Identifier of a group: positive, 64 bits, never reused.
    GroupId;
    /// Identifier of an organization: positive, 64 bits, never reused.
    OrganizationId;
    /// Identifier of a team: positive, 64 bits, never reused.
    TeamId;
    /// Identifier of an event: positive, 64 bits, never reused; a later event has a greater one.
    EventId;
    /// Identifier of a stored token.
    TokenId;
}
