//! What is left of a user who was erased: nothing.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use profiled_domain::{
    AccountChangeOutcome, AccountRepository, GroupRepository, Membership, MembershipRepository,
    NewOrganization, NewTeam, NewToken, NewUser, OrganizationRepository, PasswordHash, Person,
    RefreshToken, RefreshTokenRepository, Rotation, TeamRepository, TokenClient, TokenRepository,
    UserId, UserRepository, WriteContext,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::directory::by;
use crate::people::{at, group, operator, person, token};

profiled_store::database_tests!(
    nothing_of_an_erased_user_is_stored,
    log_with_a_reader_is_emptied_later,
);

const MARKS: [&str; 8] = [
    "marked-name",
    "marked@erased.example",
    "0912345678",
    "0812345679",
    "Marked-first",
    "Marked-last",
    "marked-hash",
    "avatars/marked-picture.png",
];
const TRACES: [&str; 3] = ["marked label", "192.0.2.77", "marked-agent"];

fn has(database: &TestDatabase, text: &str) -> bool {
    let dump = database.dump().unwrap();
    dump.windows(text.len()).any(|part| part == text.as_bytes())
}

/// A user with a value in every column.
fn marked(store: &Store) -> UserId {
    let [name, email, mobile, _, first, last, hash, _] = MARKS;
    let new = NewUser {
        person: Person {
            username: Some(name.to_owned()),
            email: Some(email.to_owned()),
            mobile_number: Some(mobile.to_owned()),
            first_name: Some(first.to_owned()),
            last_name: Some(last.to_owned()),
            ..Person::default()
        },
        password: Some(PasswordHash::from_encoded(hash)),
        ..NewUser::default()
    };
    store.create_user(&new, operator(1)).unwrap().id
}

fn nothing_of_an_erased_user_is_stored(database: &TestDatabase) {
    let store = database.store().unwrap();
    for number in 0..50 {
        let name = format!("user{number}");
        store.create_user(&person(&name), operator(1)).unwrap();
    }
    let user = marked(&store);
    let [_, _, _, phone, .., picture] = MARKS;
    let set = format!(
        "UPDATE users SET avatar = '{picture}', number_phone = '{phone}' WHERE id = {}",
        user.0
    );
    database.execute(&set).unwrap();
    let team_of_people = store.create_group(&group("group"), operator(1)).unwrap();
    store
        .add_member(team_of_people.id, user, operator(0))
        .unwrap();
    let organization = NewOrganization {
        name: "Org".to_owned(),
        description: String::new(),
    };
    let organization = store
        .create_organization(&organization, WriteContext::caller(&by(user), at(1)))
        .unwrap()
        .id;
    let team = NewTeam {
        organization,
        name: "Team".to_owned(),
        description: String::new(),
    };
    let team = store
        .create_team(&team, WriteContext::caller(&by(user), at(1)))
        .unwrap()
        .id;
    for membership in [
        Membership::OrganizationUser(organization),
        Membership::OrganizationAdmin(organization),
        Membership::TeamUser(team),
    ] {
        store
            .add_to(membership, user, WriteContext::caller(&by(user), at(1)))
            .unwrap();
    }
    let [label, address, agent] = TRACES;
    let token = NewToken {
        label: label.to_owned(),
        binding: Some(TokenClient {
            address: address.to_owned(),
            user_agent: Some(agent.to_owned()),
        }),
        ..token(user, 1)
    };
    store.issue_token(&token).unwrap();
    let refresh = |jti: &str| RefreshToken {
        jti: jti.to_owned(),
        expires_at: at(1000),
    };
    let rotation = Rotation {
        old: refresh("marked-jti"),
        new: refresh("marked-next"),
        user: Some(user),
        grace: TimeDelta::zero(),
        blacklists: false,
    };
    store.rotate_refresh_token(&rotation, at(1)).unwrap();
    for text in MARKS.into_iter().chain(TRACES) {
        assert!(has(database, text), "{text} was never stored");
    }

    assert_eq!(
        store.delete_account(user, operator(2)).unwrap(),
        AccountChangeOutcome::Done
    );
    assert_eq!(store.erase_accounts(at(2), 10).unwrap(), [user]);
    assert!(store.truncate_log().unwrap());

    let [texts @ .., picture] = MARKS;
    for text in texts.into_iter().chain(TRACES).chain(["marked-jti"]) {
        assert!(!has(database, text), "{text}");
    }
    // Its name waits for the sweep of the file.
    assert!(has(database, picture));
    assert!(has(database, "user0"));
}

fn log_with_a_reader_is_emptied_later(database: &TestDatabase) {
    let store = database.store().unwrap();
    let Some(file) = database.url().strip_prefix("sqlite://") else {
        assert!(store.truncate_log().unwrap(), "there is no log to empty");
        return;
    };
    let log = || std::fs::metadata(format!("{file}-wal")).unwrap().len();
    let mut reader = SqliteConnection::establish(file).unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();
    reader
        .batch_execute("BEGIN; SELECT count(*) FROM users")
        .unwrap();
    store.create_user(&person("bob"), operator(1)).unwrap();

    assert!(!store.truncate_log().unwrap());
    assert!(log() > 0);
    // Nobody else is held up for longer.
    store.create_user(&person("eve"), operator(1)).unwrap();
    reader.batch_execute("COMMIT").unwrap();

    assert!(store.truncate_log().unwrap());
    assert_eq!(log(), 0);
}
