//! Users, groups, profiles and their rules.
//!
//! Everything here is pure: no SQL, no HTTP, no clock. Time is an argument, and storage is a set of
//! [repository traits](repository) that a database implements.

mod authority;
mod binding;
mod completion;
mod contact;
pub mod deadline;
mod directory;
mod email;
mod gender;
mod group;
mod id;
mod mailbox;
mod media;
mod page;
mod password;
mod patch;
mod person;
mod profile;
mod rate;
mod refresh;
pub mod repository;
pub mod settings;
mod throttle;
mod token;
mod user;
mod word;

pub use authority::{Authority, Lapse, Right, WriteContext};
pub use binding::{BindOutcome, Binding, ForeignSubject};
pub use completion::CompletionRules;
pub use contact::{InvalidText, MobileNumber, Username};
pub use directory::{
    ActivityEvent, Case, Comparison, Condition, DirectoryObject, Field, FieldKind, FieldValue,
    InvalidPattern, Lookup, Membership, Model, NewEvent, NewOrganization, NewTeam, ObjectGraph,
    ObjectState, Operation, OrderBy, Organization, OrganizationChange, OrganizationSummary,
    Pattern, Relation, Selection, Step, Team, TeamChange, TeamSummary, TextLookup, UserSummary,
    Viewer,
};
pub use email::EmailAddress;
pub use gender::{Gender, UnknownGender};
pub use group::{Group, GroupChange, NewGroup};
pub use id::{EventId, GroupId, OrganizationId, TeamId, TokenId, UserId};
pub use mailbox::{LocalPart, Mailbox};
pub use media::{MediaRepository, SweepRule};
pub use page::{NumberedPage, Page, PageNumber, PageRequest, Slice};
pub use password::{PasswordChange, PasswordHash};
pub use patch::{Patch, Precondition};
pub use person::{Person, ProfileChange, ProfileField, UnknownField};
pub use profile::{Holder, TokenWithProfile, UserProfile};
pub use rate::{InvalidRate, Period, Rate};
pub use refresh::{RefreshToken, RefreshTokenState, Rotation, RotationOutcome};
pub use repository::{
    AccountChangeOutcome, AccountRepository, BindingRepository, CredentialRepository, FileMoved,
    GroupRepository, HolderQuery, MembershipRepository, OrganizationRepository, ProfileDepth,
    ProfileFilter, ProfileRepository, RefreshTokenRepository, Repository, RepositoryError,
    RetentionRepository, SelectionRepository, StorageMode, TeamRepository, TokenRepository,
    UniqueKey, UniqueValues, UserRepository,
};
pub use throttle::{Admission, Hits, SlidingWindow, ThrottleKey, ThrottleRepository, Wait};
pub use token::{
    CredentialRef, Extension, IssueOutcome, NewToken, Token, TokenClient, TokenDigest, TokenState,
    TokenUse,
};
pub use user::{CredentialsEpoch, NewUser, User, UserLookup};
pub use word::is_word;

/// The examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
