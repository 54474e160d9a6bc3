//! The resources.

use super::{BodyField, DefaultValue, FieldKind, ObjectSchema};

const USERNAME_HELP: &str =
    "Required. 30 characters or fewer. Letters, numbers and @/./+/-/_ characters";
const SUPERUSER_HELP: &str =
    "Designates that this user has all permissions without explicitly assigning them.";

/// `id`, `type`, `url` and `related` of a schema.
macro_rules! head {
    ($name:literal, $label:literal, $text:literal) => {
        [
            BodyField::shown("id", FieldKind::Integer)
                .label("ID")
                .help(concat!("Database ID for this ", $text, ".")),
            BodyField::shown("type", FieldKind::Choice)
                .help(concat!("Data type for this ", $text, "."))
                .one_of(&[[$name, $label]]),
            BodyField::shown("url", FieldKind::Text).help(concat!("URL for this ", $text, ".")),
            BodyField::shown("related", FieldKind::Object)
                .help("Data structure with URLs of related resources."),
        ]
    };
}

/// A schema whose lists are always empty.
macro_rules! empty {
    ($name:literal, $label:literal) => {
        ObjectSchema {
            name: $name,
            fields: &{ head!($name, $label, $name) },
            search: &[],
            added_in: "1.2",
        }
    };
}

const SUMMARY: BodyField = BodyField::shown("summary_fields", FieldKind::Object)
    .help("Data structure with name and description of related resources.");
/// Of organizations and teams.
pub(in crate::tower) const NAME: BodyField = BodyField::new("name", FieldKind::Text)
    .required()
    .label("name")
    .at_most(512);
/// Of organizations and teams.
pub(in crate::tower) const DESCRIPTION: BodyField = BodyField::new("description", FieldKind::Text)
    .label("description")
    .or(DefaultValue::Blank);

const USER_HEAD: [BodyField; 4] = head!("user", "User", "user");
const ORGANIZATION_HEAD: [BodyField; 4] = head!("organization", "Organization", "organization");
const TEAM_HEAD: [BodyField; 4] = head!("team", "Team", "team");
const EVENT_HEAD: [BodyField; 4] = head!("activity_stream", "Activity Stream", "activity stream");

const fn instant(name: &'static str, help: &'static str) -> BodyField {
    BodyField::shown(name, FieldKind::Instant).help(help)
}

const fn person_name(name: &'static str, label: &'static str) -> BodyField {
    BodyField::new(name, FieldKind::Text)
        .label(label)
        .at_most(30)
        .or(DefaultValue::Blank)
}

/// Of users, as all up to [`PASSWORD`].
pub(in crate::tower) const USERNAME: BodyField = BodyField::new("username", FieldKind::Text)
    .required()
    .label("username")
    .help(USERNAME_HELP)
    .at_most(30);
pub(in crate::tower) const FIRST_NAME: BodyField = person_name("first_name", "first name");
pub(in crate::tower) const LAST_NAME: BodyField = person_name("last_name", "last name");
pub(in crate::tower) const EMAIL: BodyField = BodyField::new("email", FieldKind::Email)
    .label("email address")
    .at_most(75)
    .or(DefaultValue::Blank);
pub(in crate::tower) const IS_SUPERUSER: BodyField =
    BodyField::new("is_superuser", FieldKind::Boolean)
        .label("superuser status")
        .help(SUPERUSER_HELP)
        .or(DefaultValue::False);
pub(in crate::tower) const PASSWORD: BodyField = BodyField::new("password", FieldKind::Text)
    .help("Write-only field used to change the password.")
    .or(DefaultValue::Blank)
    .write_only();
/// Where a team belongs.
pub(in crate::tower) const ORGANIZATION_OF_TEAM: BodyField =
    BodyField::new("organization", FieldKind::Other).or(DefaultValue::Null);

/// Users.
pub(in crate::tower) const USER: &ObjectSchema = &ObjectSchema {
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
            BodyField::shown("ldap_dn", FieldKind::Text),
        ]
    },
    search: &["username", "first_name", "last_name", "email"],
    added_in: "1.2",
};

/// Organizations.
pub(in crate::tower) const ORGANIZATION: &ObjectSchema = &ObjectSchema {
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
pub(in crate::tower) const TEAM: &ObjectSchema = &ObjectSchema {
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
pub(in crate::tower) const EVENT: &ObjectSchema = &ObjectSchema {
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
            BodyField::shown("operation", FieldKind::Choice)
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
            BodyField::shown("changes", FieldKind::Other)
                .help("New values, or for each changed field the old and the new one."),
            BodyField::shown("object1", FieldKind::Text)
                .label("object1")
                .help("The type of the object that was changed."),
            BodyField::shown("object2", FieldKind::Text)
                .label("object2")
                .help("The type of the object that was added to it, or removed; else empty."),
        ]
    },
    search: &[],
    added_in: "1.4.5",
};

/// Projects.
pub(in crate::tower) const PROJECT: &ObjectSchema = &empty!("project", "Project");
/// Credentials.
pub(in crate::tower) const CREDENTIAL: &ObjectSchema = &empty!("credential", "Credential");
/// Permissions.
pub(in crate::tower) const PERMISSION: &ObjectSchema = &empty!("permission", "Permission");
/// Inventories.
pub(in crate::tower) const INVENTORY: &ObjectSchema = &empty!("inventory", "Inventory");
