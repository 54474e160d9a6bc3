//! The words of the trail.

use profiled_domain::Membership;

use crate::error::JwtFault;

/// An enumeration of words, with all of them at hand.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$inner])* $variant,)+
        }

        impl $name {
            /// All of them, as documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the trail.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// What is done.
    Action {
        /// A user is created.
        UserCreate => "user.create",
        /// Fields of a user are changed.
        UserUpdate => "user.update",
        /// A user gets another password, which ends other credentials.
        UserPassword => "user.password",
        /// The right to log in is taken away.
        UserDeactivate => "user.deactivate",
        /// The right to log in is given back.
        UserActivate => "user.activate",
        /// An account is deleted, and can be restored for a while.
        UserDelete => "user.delete",
        /// A deleted account is brought back.
        UserRestore => "user.restore",
        /// A deleted account is erased for good.
        UserErase => "user.erase",
        /// A group is created.
        GroupCreate => "group.create",
        /// A group is changed.
        GroupUpdate => "group.update",
        /// A group is deleted.
        GroupDelete => "group.delete",
        /// A user is added to a group.
        GroupMemberAdd => "group.member.add",
        /// A user is removed from a group.
        GroupMemberRemove => "group.member.remove",
        /// An organization is created.
        OrganizationCreate => "organization.create",
        /// An organization is changed.
        OrganizationUpdate => "organization.update",
        /// An organization is deleted.
        OrganizationDelete => "organization.delete",
        /// A user is added to an organization.
        OrganizationMemberAdd => "organization.member.add",
        /// A user is removed from an organization.
        OrganizationMemberRemove => "organization.member.remove",
        /// A user becomes an administrator of an organization.
        OrganizationAdminAdd => "organization.admin.add",
        /// A user is no administrator of an organization any more.
        OrganizationAdminRemove => "organization.admin.remove",
        /// A team is created.
        TeamCreate => "team.create",
        /// A team is changed.
        TeamUpdate => "team.update",
        /// A team is deleted.
        TeamDelete => "team.delete",
        /// A user is added to a team.
        TeamMemberAdd => "team.member.add",
        /// A user is removed from a team.
        TeamMemberRemove => "team.member.remove",
        /// A user logs in with a username and a password.
        Login => "login",
        /// A token is made, or the cookie of a log-in.
        TokenCreate => "token.create",
        /// A refresh token is exchanged.
        TokenRefresh => "token.refresh",
        /// A token is revoked, or the cookie of a log-in.
        TokenRevoke => "token.revoke",
        /// All credentials of a user are revoked at once.
        CredentialsRevoke => "credentials.revoke",
        /// A signing key is made.
        KeyCreate => "key.create",
        /// A signing key is removed.
        KeyRemove => "key.remove",
        /// A subject of a foreign issuer is bound to a user.
        IssuerBind => "issuer.bind",
        /// Such a binding is removed.
        IssuerUnbind => "issuer.unbind",
        /// Accounts are imported.
        Import => "import",
        /// Accounts are exported, password hashes included.
        Export => "export",
        /// Database, media and keys are written to an archive.
        Backup => "backup",
        /// Database, media and keys are put back from an archive.
        Restore => "restore",
    }
}

words! {
    /// Why something is refused.
    Reason {
        /// The password is not that of the user.
        WrongPassword => "wrong_password",
        /// No user has that name.
        UnknownUser => "unknown_user",
        /// The user may not log in.
        Inactive => "inactive",
        /// Too many log-ins have failed: nothing was hashed.
        Throttled => "throttled",
        /// The caller may not do it.
        Forbidden => "forbidden",
        /// The caller's credential has ended meanwhile, or is none.
        Unauthenticated => "unauthenticated",
        /// A token that is no good: malformed, wrongly signed, of another kind, or for another service.
        BadToken => "bad_token",
        /// A token whose time is over.
        Expired => "expired",
        /// A token that was revoked, rotated or blacklisted.
        Revoked => "revoked",
        /// What is asked for breaks a rule.
        Invalid => "invalid",
        /// Another object holds the value.
        Conflict => "conflict",
        /// The object, or the user concerned, is not there.
        Missing => "missing",
        /// The object has changed meanwhile.
        Stale => "stale",
        /// The user holds as many tokens as the settings allow.
        Limit => "limit",
        /// The last superuser would be gone.
        LastSuperuser => "last_superuser",
        /// The command needs `--yes`.
        Unconfirmed => "unconfirmed",
    }
}

impl From<JwtFault> for Reason {
    fn from(fault: JwtFault) -> Self {
        match fault {
            JwtFault::Expired => Self::Expired,
            JwtFault::Blacklisted | JwtFault::Revoked => Self::Revoked,
            _ => Self::BadToken,
        }
    }
}

impl Action {
    /// The addition to a membership, or the removal from it.
    #[must_use]
    pub fn of_membership(membership: Membership, is_addition: bool) -> Self {
        match (membership, is_addition) {
            (Membership::OrganizationUser(_), true) => Self::OrganizationMemberAdd,
            (Membership::OrganizationUser(_), false) => Self::OrganizationMemberRemove,
            (Membership::OrganizationAdmin(_), true) => Self::OrganizationAdminAdd,
            (Membership::OrganizationAdmin(_), false) => Self::OrganizationAdminRemove,
            (Membership::TeamUser(_), true) => Self::TeamMemberAdd,
            (Membership::TeamUser(_), false) => Self::TeamMemberRemove,
        }
    }
}
