//! Selections that are large, and text that databases have opinions about.

use std::fmt::Write;

use profiled_domain::{
    Case, Condition, Field, FieldValue, Lookup, Membership, MembershipRepository, NewOrganization,
    NumberedPage, OrderBy, OrganizationRepository, PageNumber, Pattern, Person, Relation,
    RepositoryError, Selection, SelectionRepository, Step, TextLookup, UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::people::{operator, person};

profiled_store::database_tests!(
    very_many_conditions_are_answered,
    the_largest_patterns_are_answered,
    repeated_assertions_are_answered,
);

fn select(condition: Condition) -> Selection {
    let page = NumberedPage {
        number: PageNumber::At(1),
        size: 10,
    };
    Selection {
        condition,
        order: Vec::new(),
        page,
    }
}

fn total(store: &Store, condition: Condition) -> i64 {
    store.select_users(&select(condition)).unwrap().total
}

fn named(test: Lookup) -> Condition {
    Condition::Field(Field::Username, test)
}

fn very_many_conditions_are_answered(database: &TestDatabase) {
    let store = database.store().unwrap();
    for name in ["ada", "bob"] {
        store.create_user(&person(name), operator(1)).unwrap();
    }
    let contains = |text: String| named(Lookup::Text(TextLookup::Contains, text, Case::Ignored));
    let not = |condition: Condition| Condition::Not(Box::new(condition));
    let of = |number: i64| Condition::related_to(Relation::UserOrganizations, number);
    let related_name = |number: i64| {
        let name = Lookup::Text(TextLookup::StartsWith, number.to_string(), Case::Sensitive);
        Condition::related(Relation::UserTeams, Condition::Field(Field::Name, name))
    };
    let numbers = || 0..2000_i64;
    let mut nested = named(Lookup::In(vec![FieldValue::Text("ada".to_owned())]));
    for _ in 0..50 {
        nested = not(not(Condition::All(vec![nested, Condition::everything()])));
    }

    let all = Condition::All(numbers().map(|n| not(contains(n.to_string()))).collect());
    assert_eq!(total(&store, all), 2);
    let any = numbers()
        .map(|n| contains(n.to_string()))
        .chain([contains("DA".to_owned())]);
    assert_eq!(total(&store, Condition::Any(any.collect())), 1);
    let ids = Lookup::In((1..40_000).map(FieldValue::Integer).collect());
    assert_eq!(total(&store, Condition::Field(Field::Id, ids)), 2);
    let names = (0..10_000).map(|n| FieldValue::Text(n.to_string()));
    let names = names.chain([FieldValue::Text("bob".to_owned())]);
    assert_eq!(total(&store, named(Lookup::In(names.collect()))), 1);
    assert_eq!(total(&store, nested), 1);
    let sets = Condition::Any(numbers().take(700).map(of).collect());
    assert_eq!(total(&store, sets), 0);
    let sets = Condition::All(numbers().take(300).map(related_name).collect());
    assert_eq!(total(&store, sets), 0);
    let sets = Condition::All(numbers().take(300).map(|n| not(related_name(n))).collect());
    assert_eq!(total(&store, sets), 2);
}

fn the_largest_patterns_are_answered(database: &TestDatabase) {
    let store = database.store().unwrap();
    let long = format!("{}1", "ab ".repeat(40));
    let new = profiled_domain::NewUser {
        person: Person {
            first_name: Some(long),
            ..person("ada").person
        },
        ..person("ada")
    };
    store.create_user(&new, operator(1)).unwrap();
    let words = r"\w+ ".repeat(10);
    let letters: Vec<String> = ('a'..='z').chain('а'..='я').map(String::from).collect();
    let letters = letters.join("|");
    for (text, matches) in [
        ("a".repeat(900).as_str(), false),
        ("(?:a?){49}a{450}", false),
        ("(?:(?:a|b| ){15}){16}", false),
        (&format!("(?:{letters}){{10}}2"), false),
        (r"(?:\w{2} ){6}\w", true),
        (&words, true),
        (r"\b\b\b", true),
        (r"(?:(?:\w*\s)?){10}1", true),
        ("(((((a*)*)*)*)*)*1", true),
        ("(?:(?:(?:a|b)*|c)*| )*1$", true),
        (".*.*.*.*.*.*.*.*.*1$", true),
        ("^.{0,255}$", true),
    ] {
        let pattern =
            Pattern::new(text, Case::Ignored).unwrap_or_else(|error| panic!("{text}: {error}"));
        let found = total(
            &store,
            Condition::Field(Field::FirstName, Lookup::Matches(pattern)),
        );
        assert_eq!(found == 1, matches, "{text}");
    }
}

fn repeated_assertions_are_answered(database: &TestDatabase) {
    let store = database.store().unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();
    for (text, matches) in [
        (r"(?:^)*a", true),
        (r"(?:^|$)+a", true),
        (r"(?:\b)*a(?:\b)+", true),
        (r"(?:\B|d)*a(?:\b)+d", false),
        (r"(?:\B){3}d", true),
        (r"(?:$)*$", true),
        (r"(?m:^){2,90}ada$", true),
        (r"(?:|a)(?:)()b?", true),
        (r"[^\x00-\x{10FFFF}]", false),
        (r"[\x00]?ada", true),
        (r"a\x00*d", true),
    ] {
        let pattern = Pattern::new(text, Case::Sensitive).unwrap();
        let found = total(&store, named(Lookup::Matches(pattern)));
        assert_eq!(found == 1, matches, "{text}");
    }
}

#[test]
fn sqlite_ends_a_selection_that_takes_too_long() {
    let database = TestDatabase::sqlite().unwrap();
    // The rest of a list that has no end, for a limit of one second.
    let rows = "WITH RECURSIVE n (id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM n WHERE id < 3000) \
        INSERT INTO users (id, username, is_active, is_staff, is_superuser, ldap_dn, password, date_joined) \
        SELECT id, id, TRUE, FALSE, FALSE, printf('%.2000c', 'a'), '!', '2015-08-25 01:00:07' FROM n";
    database.execute(rows).unwrap();
    let mut settings = database.settings();
    settings.statement_timeout = 1;
    let store = Store::open(&settings).unwrap();
    let slow = |number: usize| {
        let text = format!("{}{number}", "a".repeat(900));
        let contains = Lookup::Text(TextLookup::Contains, text, Case::Ignored);
        Condition::Not(Box::new(Condition::Field(Field::LdapDn, contains)))
    };

    let condition = Condition::All((0..2000).map(slow).collect());
    let outcome = store.select_users(&select(condition));

    assert!(
        matches!(outcome, Err(RepositoryError::Unavailable(_))),
        "{outcome:?}"
    );
}

#[test]
fn sqlite_ends_an_order_that_takes_too_long() {
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let new = NewOrganization {
        name: "all".to_owned(),
        description: String::new(),
    };
    let all = store.create_organization(&new, operator(1)).unwrap().id;
    for number in 0..8 {
        let member = person(&format!("member{number}"));
        let place = Membership::OrganizationUser(all);
        store.create_user_in(place, &member, operator(1)).unwrap();
    }
    let mut settings = database.settings();
    settings.statement_timeout = 1;
    let store = Store::open(&settings).unwrap();
    // From member to member in all ways that there are, twelve times: more than 10^10.
    let step = [Relation::OrganizationUsers, Relation::UserOrganizations];
    let order = OrderBy {
        path: step.repeat(12).into_iter().map(Step::from).collect(),
        field: Field::Name,
        is_descending: false,
    };
    let selection = Selection {
        order: vec![order],
        ..select(Condition::everything())
    };

    let outcome = store.select_organizations(&selection);

    assert!(
        matches!(outcome, Err(RepositoryError::Unavailable(_))),
        "{outcome:?}"
    );
}

#[test]
fn postgres_writes_lower_case_as_the_service_does() {
    let Some(database) = TestDatabase::postgres("selections::lower_case").unwrap() else {
        return;
    };
    let texts = [
        "ΑΣ",
        "ΑΣ.",
        "ΑΣΑ",
        "Σ",
        "ΑΣ\u{301}",
        "Α.Σ",
        "ÀÇ",
        "ﬀİI",
        "Å",
    ];
    let texts = texts.map(str::to_owned).into_iter();
    let cased = ('\u{1}'..=char::MAX).filter(|c| !c.to_lowercase().eq([*c]) && !is_young(*c));
    let pairs = cased.map(String::from).chain(texts);
    let mut values = String::from("('a', 'a')");
    let mut count = 1;
    for text in pairs {
        write!(values, ", ('{text}', '{}')", text.to_lowercase()).unwrap();
        count += 1;
    }

    let same = format!(
        "(SELECT 1 FROM (VALUES {values}) AS pairs (text, lower) WHERE profiled_lower(text) = lower) AS same"
    );

    assert!(count > 1400);
    assert_eq!(database.count(&same).unwrap(), count);
}

/// Letters that are younger than Unicode 15: the server's library may not know them.
fn is_young(c: char) -> bool {
    matches!(u32::from(c), 0x1C89 | 0xA7CB..=0xA7DC | 0x10D50..=0x10D65 | 0x16EA0..=0x16EB8)
}
