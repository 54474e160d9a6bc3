//! The resources.

use super::Default as Unsent;
use super::{Field, Kind, Resource};

const USERNAME_HELP: &str =
    "Required. 30 characters or fewer. Letters, numbers and @/./+/-/_ characters";
const SUPERUSER_HELP: &str =
    "Designates that this user has all permissions without explicitly assigning them.";

/// `id`, `type`, `url` and `related` of a resource.
macro_rules! head {
    ($name:literal, $label:literal, $text:literal) => {
        [
            Field::shown("id", Kind::Integer).label("ID").help(concat!(
                "Database ID for this ",
                $text,
                "."
            )),
            Field::shown("type", Kind::Choice)
                .help(concat!("Data type for this ", $text, "."))
                .one_of(&[[$name, $label]]),
            Field::shown("url", Kind::Text).help(concat!("URL for this ", $text, ".")),
            Field::shown("related", Kind::Object)
                .help("Data structure with URLs of related resources."),
        ]
    };
}

/// A resource whose lists are always empty.
macro_rules! empty {
    ($name:literal, $label:literal) => {
        Resource {
            name: $name,
            fields: &{ head!($name, $label, $name) },
            search: &[],
            added_in: "1.2",
        }
    };
}

const SUMMARY: Field = Field::shown("summary_fields", Kind::Object)
    .help("Data structure with name and description of related resources.");
/// Of organizations and teams.
pub(in crate::tower) const NAME: Field = Field::new("name", Kind::Text)
    .required()
    .label("name")
    .at_most(512);
/// Of organizations and teams.
pub(in crate::tower) const DESCRIPTION: Field = Field::new("description", Kind::Text)
    .label("description")
    .or(Unsent::Blank);

const USER_HEAD: [Field; 4] = head!("user", "User", "user");
const ORGANIZATION_HEAD: [Field; 4] = head!("organization", "Organization", "organization");
const TEAM_HEAD: [Field; 4] = head!("team", "Team", "team");
const EVENT_HEAD: [Field; 4] = head!("activity_stream", "Activity Stream", "activity stream");

const fn instant(name: &'static str, help: &'static str) -> Field {
    Field::shown(name, Kind::Instant).help(help)
}

const fn person_name(name: &'static str, label: &'static str) -> Field {
    Field::new(name, Kind::Text)
        .label(label)
        .at_most(30)
        .or(Unsent::Blank)
}

/// Of users, as all up to [`PASSWORD`].
pub(in crate::tower) const USERNAME: Field = Field::new("username", Kind::Text)
    .required()
    .label("username")
    .help(USERNAME_HELP)
    .at_most(30);
pub(in crate::tower) const FIRST_NAME: Field = person_name("first_name", "first name");
pub(in crate::tower) const LAST_NAME: Field = person_name("last_name", "last name");
pub(in crate::tower) const EMAIL: Field = Field::new("email", Kind::Email)
    .label("email address")
    .at_most(75)
    .or(Unsent::Blank);
pub(in crate::tower) const IS_SUPERUSER: Field = Field::new("is_superuser", Kind::Boolean)
    .label("superuser status")
    .help(SUPERUSER_HELP)
    .or(Unsent::False);
pub(in crate::tower) const PASSWORD: Field = Field::new("password", Kind::Text)
    .help("Write-only field used to change the password.")
    .or(Unsent::Blank)
    .write_only();
/// Where a team belongs.
pub(in crate::tower) const ORGANIZATION_OF_TEAM: Field =
    Field::new("organization", Kind::Other).or(Unsent::Null);

/// Users.
pub(in crate::tower) const USER: &Resource = &Resource {
    name: "user",
    fields: &{
        let [id, kind, url, related] = USER_HEAD;
        [
            id,
            kind,
            url,
            related,
            instant("created", "Timestamp when this user was created."),
            USERNAME,
            FIRST_NAME,
            LAST_NAME,
            EMAIL,
            IS_SUPERUSER,
            PASSWORD,
            Field::shown("ldap_dn", Kind::Text),
        ]
    },
    search: &["username", "first_name", "last_name", "email"],
    added_in: "1.2",
};

/// Organizations.
pub(in crate::tower) const ORGANIZATION: &Resource = &Resource {
    name: "organization",
    fields: &{
        let [id, kind, url, related] = ORGANIZATION_HEAD;
        [
            id,
            kind,
            url,
            related,
            SUMMARY,
            instant("created", "Timestamp when this organization was created."),
            instant(
                "modified",
                "Timestamp when this organization was last modified.",
            ),
            NAME,
            DESCRIPTION,
        ]
    },
    search: &["description", "name"],
    added_in: "1.2",
};

/// Teams.
pub(in crate::tower) const TEAM: &Resource = &Resource {
    name: "team",
    fields: &{
        let [id, kind, url, related] = TEAM_HEAD;
        [
            id,
            kind,
            url,
            related,
            SUMMARY,
            instant("created", "Timestamp when this team was created."),
            instant("modified", "Timestamp when this team was last modified."),
            NAME,
            DESCRIPTION,
            ORGANIZATION_OF_TEAM,
        ]
    },
    search: &["description", "name"],
    added_in: "1.2",
};

/// Events of the activity stream.
pub(in crate::tower) const EVENT: &Resource = &Resource {
    name: "activity_stream",
    fields: &{
        let [id, kind, url, related] = EVENT_HEAD;
        [
            id,
            kind,
            url,
            related,
            SUMMARY,
            instant("timestamp", "Timestamp of the action.").label("timestamp"),
            Field::shown("operation", Kind::Choice)
                .label("operation")
                .help("The action taken on the object or objects.")
                .one_of(&[
                    ["create", "Entity Created"],
                    ["update", "Entity Updated"],
                    ["delete", "Entity Deleted"],
                    ["associate", "Entity Associated with another Entity"],
                    [
                        "disassociate",
                        "Entity was Disassociated with another Entity",
                    ],
                ]),
            Field::shown("changes", Kind::Other)
                .help("New values, or for each changed field the old and the new one."),
            Field::shown("object1", Kind::Text)
                .label("object1")
                .help("The type of the object that was changed."),
            Field::shown("object2", Kind::Text)
                .label("object2")
                .help("The type of the object that was added to it, or removed; else empty."),
        ]
    },
    search: &[],
    added_in: "1.4.5",
};

/// Projects.
pub(in crate::tower) const PROJECT: &Resource = &empty!("project", "Project");
/// Credentials.
pub(in crate::tower) const CREDENTIAL: &Resource = &empty!("credential", "Credential");
/// Permissions.
pub(in crate::tower) const PERMISSION: &Resource = &empty!("permission", "Permission");
/// Inventories.
pub(in crate::tower) const INVENTORY: &Resource = &empty!("inventory", "Inventory");
