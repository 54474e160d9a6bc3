//! Objects that are in a database and in memory alike.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use profiled_domain::{Field, FieldValue, Model, ObjectGraph, Relation};
use profiled_store::testing::TestDatabase;
use proptest::collection::vec;
use proptest::prelude::*;

use super::values::{instant, text};

/// Identifiers by number: far apart, and of different numbers of digits.
pub const IDS: [i64; 8] = [1, 2, 7, 10, 33, 500, 7_000_000_000, i64::MAX - 1];

#[derive(Clone, Debug)]
pub struct Person {
    pub texts: [Option<String>; 4],
    pub ldap_dn: String,
    pub is_active: bool,
    pub is_superuser: bool,
    pub date_joined: DateTime<Utc>,
    pub last_login: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug)]
pub struct Thing {
    pub name: String,
    pub description: String,
    pub organization: Option<i64>,
    pub created_by: Option<i64>,
    pub modified_by: Option<i64>,
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
}

/// All objects, by the number of their identifiers. Events use the fields of things in their own way.
#[derive(Clone, Debug)]
pub struct Data {
    pub people: Vec<Person>,
    pub organizations: Vec<Thing>,
    pub teams: Vec<Thing>,
    pub events: Vec<Thing>,
    /// Pairs of [`PAIRS`].
    pub pairs: Vec<Vec<(i64, i64)>>,
}

/// A table of pairs with its columns, and the relations that lead from the first to the second and back.
type Pairs = (
    &'static str,
    &'static str,
    &'static str,
    Option<Relation>,
    Option<Relation>,
);

pub const PAIRS: [Pairs; 6] = {
    use Relation as R;
    [
        (
            "organization_users",
            "user_id",
            "organization_id",
            Some(R::UserOrganizations),
            Some(R::OrganizationUsers),
        ),
        (
            "organization_admins",
            "user_id",
            "organization_id",
            Some(R::UserAdminOfOrganizations),
            Some(R::OrganizationAdmins),
        ),
        (
            "team_users",
            "user_id",
            "team_id",
            Some(R::UserTeams),
            Some(R::TeamUsers),
        ),
        (
            "activity_users",
            "event_id",
            "user_id",
            Some(R::EventUsers),
            None,
        ),
        (
            "activity_organizations",
            "event_id",
            "organization_id",
            Some(R::EventOrganizations),
            None,
        ),
        (
            "activity_teams",
            "event_id",
            "team_id",
            Some(R::EventTeams),
            None,
        ),
    ]
};

pub fn id() -> impl Strategy<Value = i64> {
    proptest::sample::select(&IDS[..])
}

fn person() -> impl Strategy<Value = Person> {
    let texts = proptest::array::uniform4(proptest::option::of(text()));
    let instants = (instant(), proptest::option::of(instant()));
    (
        texts,
        text(),
        any::<bool>(),
        prop::bool::weighted(0.8),
        instants,
    )
        .prop_map(
            |(texts, ldap_dn, is_superuser, is_active, (date_joined, last_login))| Person {
                texts,
                ldap_dn,
                is_active,
                is_superuser,
                date_joined,
                last_login,
            },
        )
}

fn thing() -> impl Strategy<Value = Thing> {
    let ids = proptest::array::uniform3(proptest::option::of(id()));
    (text(), text(), ids, instant(), instant()).prop_map(
        |(name, description, [organization, created_by, modified_by], created, modified)| Thing {
            name,
            description,
            organization,
            created_by,
            modified_by,
            created,
            modified,
        },
    )
}

pub fn data() -> impl Strategy<Value = Data> {
    let things = || vec(thing(), IDS.len());
    let pairs = vec(vec((id(), id()), 0..14), PAIRS.len());
    (
        vec(person(), IDS.len()),
        things(),
        things(),
        things(),
        pairs,
    )
        .prop_map(|(people, organizations, teams, events, pairs)| {
            let mut data = Data {
                people,
                organizations,
                teams,
                events,
                pairs,
            };
            data.make_unique();
            data
        })
}

impl Data {
    fn make_unique(&mut self) {
        let mut seen = std::collections::HashSet::new();
        for (number, person) in self.people.iter_mut().enumerate() {
            for at in [0, 3] {
                if let Some(text) = &mut person.texts[at]
                    && !seen.insert((at, text.clone()))
                {
                    write!(text, "{number}").unwrap();
                    seen.insert((at, text.clone()));
                }
            }
        }
        for (number, organization) in self.organizations.iter_mut().enumerate() {
            write!(organization.name, "{number}").unwrap();
        }
        for (number, team) in self.teams.iter_mut().enumerate() {
            write!(team.name, "{number}").unwrap();
        }
        for pairs in &mut self.pairs {
            pairs.sort_unstable();
            pairs.dedup();
        }
    }

    /// Replaces everything that is stored.
    pub fn store(&self, database: &TestDatabase) {
        let mut sql = String::new();
        let tables = ["activity", "teams", "organizations", "users"];
        let tables = PAIRS.iter().map(|pair| pair.0).chain(tables);
        tables.for_each(|table| write!(sql, "DELETE FROM {table};").unwrap());
        for (id, person) in IDS.iter().zip(&self.people) {
            let texts: Vec<String> = person
                .texts
                .iter()
                .map(|text| quoted(text.as_deref()))
                .collect();
            let dn = quoted(Some(&person.ldap_dn));
            let (joined, login) = (at(Some(person.date_joined)), at(person.last_login));
            write!(
                sql,
                "INSERT INTO users (id, username, first_name, last_name, email, ldap_dn, is_active, is_staff, \
                 is_superuser, password, date_joined, last_login) VALUES ({id}, {}, {dn}, {}, FALSE, {}, '!', \
                 {joined}, {login});",
                texts.join(", "), person.is_active, person.is_superuser,
            )
            .unwrap();
        }
        for (table, things) in [
            ("organizations", &self.organizations),
            ("teams", &self.teams),
        ] {
            for (id, thing) in IDS.iter().zip(things) {
                let own = [&thing.name, &thing.description].map(|text| quoted(Some(text)));
                let by = [thing.created_by, thing.modified_by].map(number);
                let (created, modified) = (at(Some(thing.created)), at(Some(thing.modified)));
                write!(
                    sql,
                    "INSERT INTO {table} (id, name, description, created_by, modified_by, created, modified) \
                     VALUES ({id}, {}, {}, {created}, {modified});",
                    own.join(", "), by.join(", "),
                )
                .unwrap();
                if table == "teams" {
                    let organization = number(thing.organization);
                    write!(
                        sql,
                        "UPDATE teams SET organization_id = {organization} WHERE id = {id};"
                    )
                    .unwrap();
                }
            }
        }
        for (id, event) in IDS.iter().zip(&self.events) {
            let own = [&event.name, &event.description].map(|text| quoted(Some(text)));
            let (actor, created) = (number(event.created_by), at(Some(event.created)));
            write!(
                sql,
                "INSERT INTO activity (id, timestamp, operation, changes, object1, object2, actor_id) \
                 VALUES ({id}, {created}, 'create', '{{}}', {}, {actor});",
                own.join(", "),
            )
            .unwrap();
        }
        for ((table, first, second, ..), pairs) in PAIRS.iter().zip(&self.pairs) {
            for (a, b) in pairs {
                write!(
                    sql,
                    "INSERT INTO {table} ({first}, {second}) VALUES ({a}, {b});"
                )
                .unwrap();
            }
        }
        database.execute(&format!("BEGIN; {sql} COMMIT;")).unwrap();
    }

    pub fn live(&self, model: Model) -> Vec<i64> {
        let is_live = |id: &i64| model != Model::User || self.person(*id).is_active;
        IDS.into_iter().filter(is_live).collect()
    }

    fn person(&self, id: i64) -> &Person {
        &self.people[position(id)]
    }

    fn thing(&self, model: Model, id: i64) -> &Thing {
        let things = match model {
            Model::Organization => &self.organizations,
            Model::Team => &self.teams,
            _ => &self.events,
        };
        &things[position(id)]
    }
}

fn position(id: i64) -> usize {
    IDS.iter().position(|known| *known == id).unwrap()
}

fn quoted(text: Option<&str>) -> String {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    text.map_or("NULL".to_owned(), quote)
}

fn number(id: Option<i64>) -> String {
    id.map_or("NULL".to_owned(), |id| id.to_string())
}

fn at(at: Option<DateTime<Utc>>) -> String {
    at.map_or("NULL".to_owned(), |at| {
        format!("'{}'", at.format("%F %T%.f"))
    })
}

impl ObjectGraph for Data {
    fn value(&self, model: Model, id: i64, field: Field) -> Option<FieldValue> {
        use FieldValue::{Boolean, Instant, Integer, Text};
        if field == Field::Id {
            return Some(Integer(id));
        }
        if model == Model::User {
            let person = self.person(id);
            let text = |at: usize| Some(Text(person.texts[at].clone().unwrap_or_default()));
            return match field {
                Field::Username => text(0),
                Field::FirstName => text(1),
                Field::LastName => text(2),
                Field::Email => text(3),
                Field::LdapDn => Some(Text(person.ldap_dn.clone())),
                Field::IsSuperuser => Some(Boolean(person.is_superuser)),
                Field::IsStaff => Some(Boolean(false)),
                Field::DateJoined => Some(Instant(person.date_joined)),
                Field::LastLogin => person.last_login.map(Instant),
                _ => None,
            };
        }
        let thing = self.thing(model, id);
        match field {
            Field::Name | Field::Object1 => Some(Text(thing.name.clone())),
            Field::Description | Field::Object2 => Some(Text(thing.description.clone())),
            Field::Created | Field::Timestamp => Some(Instant(thing.created)),
            Field::Modified => Some(Instant(thing.modified)),
            Field::Operation => Some(Text("create".to_owned())),
            _ => None,
        }
    }

    fn related(&self, relation: Relation, id: i64) -> Vec<i64> {
        use Relation as R;
        for ((.., forth, back), pairs) in PAIRS.iter().zip(&self.pairs) {
            let all: Vec<i64> = if *forth == Some(relation) {
                pairs
                    .iter()
                    .filter(|pair| pair.0 == id)
                    .map(|pair| pair.1)
                    .collect()
            } else if *back == Some(relation) {
                pairs
                    .iter()
                    .filter(|pair| pair.1 == id)
                    .map(|pair| pair.0)
                    .collect()
            } else {
                continue;
            };
            return self.only_live(relation, all);
        }
        let one = |id: Option<i64>| id.into_iter().collect();
        let all = match relation {
            R::OrganizationTeams => {
                let own = |team: &i64| self.thing(Model::Team, *team).organization == Some(id);
                IDS.into_iter().filter(own).collect()
            }
            R::TeamOrganization => one(self.thing(Model::Team, id).organization),
            R::TeamCreatedBy => one(self.thing(Model::Team, id).created_by),
            R::TeamModifiedBy => one(self.thing(Model::Team, id).modified_by),
            R::OrganizationCreatedBy => one(self.thing(Model::Organization, id).created_by),
            R::OrganizationModifiedBy => one(self.thing(Model::Organization, id).modified_by),
            _ => one(self.thing(Model::ActivityEvent, id).created_by),
        };
        self.only_live(relation, all)
    }
}

impl Data {
    fn only_live(&self, relation: Relation, mut all: Vec<i64>) -> Vec<i64> {
        let live = self.live(relation.target());
        all.retain(|id| live.contains(id));
        all
    }
}
