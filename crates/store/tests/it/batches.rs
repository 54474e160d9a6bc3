//! Look-ups that are answered together.

use std::error::Error;

use profiled_domain::{
    BindingRepository, ForeignSubject, Holder, HolderQuery, NewToken, ProfileDepth,
    ProfileRepository, RepositoryError, TokenClient, TokenDigest, TokenRepository, UserId,
    UserLookup, UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::people::{at, operator, person, token};

/// Sets of users, and batches about each.
const SETS: u8 = 4;
const BATCHES: u32 = 40;

const GROUPS: i64 = 300;

profiled_store::database_tests!(
    random_batches_are_answered_as_their_queries_are_one_by_one,
    a_user_in_ten_thousand_groups_is_answered_beside_others,
    a_row_against_a_rule_fails_its_own_queries_alone,
    a_row_that_cannot_be_read_fails_its_own_queries_alone,
    an_empty_batch_has_no_answers,
);

type Query = (HolderQuery, ProfileDepth);

/// Who an answer has to show: the user, its groups, whether there is a token and a password.
type Expected = Option<(UserId, Vec<i64>, bool, bool)>;

#[derive(Clone, Debug)]
struct Someone {
    /// The first of its groups, and how many.
    groups: (i64, i64),
    tokens: Vec<(Option<i64>, bool, bool)>,
    is_active: bool,
    is_deleted: bool,
    is_bound: bool,
}

fn someone() -> impl Strategy<Value = Someone> {
    let count = prop_oneof![6 => 0..=3_i64, 4 => 0..=20_i64, 1 => Just(GROUPS)];
    let groups = count.prop_flat_map(|count| (1..=GROUPS - count + 1, Just(count)));
    let tokens = vec(
        (proptest::option::of(1..9_i64), any::<bool>(), any::<bool>()),
        0..3,
    );
    let states = (any::<bool>(), any::<bool>(), any::<bool>());
    (groups, tokens, states).prop_map(|(groups, tokens, (is_active, is_deleted, is_bound))| {
        Someone {
            groups,
            tokens,
            is_active,
            is_deleted,
            is_bound,
        }
    })
}

fn runner() -> TestRunner {
    let config = Config {
        cases: BATCHES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Groups with identifiers from 1.
fn create_groups(database: &TestDatabase, count: i64) {
    let groups = format!(
        "INSERT INTO groups (id, name, created_at, updated_at) \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         SELECT i, 'group ' || i, '2025-11-22 13:07:28.186722', '2025-11-22 13:07:28' FROM n"
    );
    database.execute(&groups).unwrap();
}

fn join_groups(database: &TestDatabase, id: UserId, (first, count): (i64, i64)) {
    let (id, end) = (id.0, first + count);
    let members = format!(
        "INSERT INTO user_groups SELECT {id}, id FROM groups WHERE id >= {first} AND id < {end}"
    );
    database.execute(&members).unwrap();
}

fn subject(name: &str) -> ForeignSubject {
    ForeignSubject {
        issuer: "https://id.example".to_owned(),
        subject: name.to_owned(),
    }
}

/// Stores someone; the queries for it at both depths, and what they find.
fn store_one(
    database: &TestDatabase,
    store: &Store,
    name: &str,
    someone: &Someone,
    next_token: &mut u8,
) -> Vec<(Query, Expected)> {
    let user = store.create_user(&person(name), operator(1)).unwrap();
    let lookup = UserLookup::Username(name.to_owned());
    let mut queries = vec![
        (HolderQuery::User(user.id), false, false),
        (HolderQuery::Account(UserLookup::Id(user.id)), false, true),
        (HolderQuery::Account(lookup.clone()), false, true),
        (
            HolderQuery::Account(UserLookup::Email(format!("{name}@example.com"))),
            false,
            true,
        ),
    ];
    if someone.is_bound {
        store.bind(&subject(name), &user, &lookup, at(5)).unwrap();
        queries.push((HolderQuery::Subject(subject(name)), false, false));
    }
    for (expires, is_sliding, is_bound) in &someone.tokens {
        let binding = is_bound.then(|| TokenClient {
            address: "192.0.2.7".to_owned(),
            user_agent: is_sliding.then(|| "curl".to_owned()),
        });
        let new = NewToken {
            expires_at: expires.map(at),
            is_sliding: *is_sliding,
            binding,
            ..token(user.id, *next_token)
        };
        *next_token += 1;
        store.issue_token(&new).unwrap();
        queries.push((HolderQuery::Token(new.digest), true, false));
    }
    join_groups(database, user.id, someone.groups);
    let (id, is_active, deleted) = (
        user.id.0,
        someone.is_active,
        if someone.is_deleted {
            "'2025-11-22 13:07:28'"
        } else {
            "NULL"
        },
    );
    let state =
        format!("UPDATE users SET is_active = {is_active}, deleted_at = {deleted} WHERE id = {id}");
    database.execute(&state).unwrap();
    let groups: Vec<i64> = (someone.groups.0..someone.groups.0 + someone.groups.1).collect();
    let at_depths = queries.into_iter().flat_map(|(query, token, password)| {
        let expected = |groups| Some((user.id, groups, token, password));
        [
            ((query.clone(), ProfileDepth::Account), expected(Vec::new())),
            ((query, ProfileDepth::Groups), expected(groups.clone())),
        ]
    });
    at_depths.collect()
}

fn unknown() -> Vec<(Query, Expected)> {
    let queries = [
        HolderQuery::Token(TokenDigest([255; 32])),
        HolderQuery::Token(TokenDigest([254; 32])),
        HolderQuery::User(UserId(0)),
        HolderQuery::User(UserId(i64::MAX)),
        HolderQuery::Account(UserLookup::Username("nobody".to_owned())),
        HolderQuery::Account(UserLookup::ExternalId("nobody".to_owned())),
        HolderQuery::Subject(subject("nobody")),
    ];
    let depths = [ProfileDepth::Account, ProfileDepth::Groups];
    let each = queries
        .into_iter()
        .flat_map(|query| depths.map(|depth| ((query.clone(), depth), None)));
    each.collect()
}

fn shown(holder: &Holder) -> (UserId, Vec<i64>, bool, bool) {
    let groups = holder.profile.groups.iter();
    (
        holder.profile.user.id,
        groups.map(|group| group.id.0).collect(),
        holder.token.is_some(),
        holder.password.is_some(),
    )
}

fn random_batches_are_answered_as_their_queries_are_one_by_one(database: &TestDatabase) {
    let store = database.store().unwrap();
    let mut runner = runner();
    create_groups(database, GROUPS);
    let (mut known, mut next_token) = (unknown(), 0);
    for set in 0..SETS {
        let people = vec(someone(), 1..12)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        for (number, someone) in people.iter().enumerate() {
            let name = format!("user{set}x{number}");
            known.extend(store_one(database, &store, &name, someone, &mut next_token));
        }
        let alone: Vec<_> = known
            .iter()
            .map(|((query, depth), expected)| {
                let holder = store.find_holder(query.clone(), *depth).unwrap();
                assert_eq!(holder.as_ref().map(shown), *expected, "{query:?}");
                ((query.clone(), *depth), holder)
            })
            .collect();
        runner
            .run(&vec(select(alone), 0..=200), |wanted| {
                let (queries, expected): (Vec<Query>, Vec<Option<Holder>>) =
                    wanted.into_iter().unzip();
                let answers: Result<Vec<_>, _> = store.find_holders(&queries).into_iter().collect();
                prop_assert_eq!(answers.unwrap(), expected);
                Ok(())
            })
            .unwrap();
    }
}

/// Three users with tokens, in three groups each, and the queries for them.
fn three(database: &TestDatabase) -> (Store, [UserId; 3]) {
    let store = database.store().unwrap();
    let mut number = 0;
    let ids = ["ada", "bob", "eve"].map(|name| {
        number += 1;
        let id = store.create_user(&person(name), operator(1)).unwrap().id;
        store.issue_token(&token(id, number)).unwrap();
        join_groups(database, id, (1, 3));
        id
    });
    (store, ids)
}

fn by_token(number: u8) -> Query {
    (
        HolderQuery::Token(TokenDigest([number; 32])),
        ProfileDepth::Groups,
    )
}

fn by_id(id: UserId) -> Query {
    (HolderQuery::User(id), ProfileDepth::Groups)
}

fn a_user_in_ten_thousand_groups_is_answered_beside_others(database: &TestDatabase) {
    create_groups(database, 10_000);
    let (store, [ada, bob, eve]) = three(database);
    join_groups(database, bob, (4, 10_000));
    let queries = [
        by_token(1),
        by_token(2),
        by_id(bob),
        by_token(3),
        by_id(eve),
    ];

    let answers = store.find_holders(&queries);

    let answers = answers.into_iter().map(|answer| {
        let profile = answer.unwrap().unwrap().profile;
        let ids: Vec<i64> = profile.groups.iter().map(|group| group.id.0).collect();
        assert!(ids.is_sorted());
        (profile.user.id, ids.len())
    });
    let expected = [(ada, 3), (bob, 10_000), (bob, 10_000), (eve, 3), (eve, 3)];
    assert_eq!(answers.collect::<Vec<_>>(), expected);
}

/// What the queries for bob are told; the others are answered.
fn faults_of_bob(store: &Store, [ada, bob, eve]: [UserId; 3]) -> Vec<RepositoryError> {
    let queries = [
        by_token(1),
        by_token(2),
        by_id(ada),
        by_token(3),
        by_token(2),
        by_id(bob),
        by_id(eve),
    ];
    let mut answers = store.find_holders(&queries);
    let bobs = [5, 4, 1].map(|place| answers.remove(place).unwrap_err());
    let users = answers
        .into_iter()
        .map(|answer| answer.unwrap().unwrap().profile.user.id);
    assert_eq!(users.collect::<Vec<_>>(), [ada, ada, eve, eve]);
    bobs.into()
}

fn a_row_against_a_rule_fails_its_own_queries_alone(database: &TestDatabase) {
    create_groups(database, 3);
    let (store, ids) = three(database);
    let spoil = format!("UPDATE users SET gender = 'green' WHERE id = {}", ids[1].0);
    database.execute(&spoil).unwrap();
    let alone = store
        .find_profile(ids[1], ProfileDepth::Account)
        .unwrap_err();

    for error in faults_of_bob(&store, ids) {
        assert!(
            matches!(&error, RepositoryError::Inconsistent { entity: "user", id, .. } if *id == ids[1].0),
            "{error:?}"
        );
        assert_eq!(
            error.source().unwrap().to_string(),
            alone.source().unwrap().to_string()
        );
    }
}

fn a_row_that_cannot_be_read_fails_its_own_queries_alone(database: &TestDatabase) {
    create_groups(database, 3);
    let (store, ids) = three(database);
    let is_sqlite = database.url().starts_with("sqlite");
    let instant = if is_sqlite { "never" } else { "infinity" };
    let spoil = format!(
        "UPDATE users SET last_login = '{instant}' WHERE id = {}",
        ids[1].0
    );
    database.execute(&spoil).unwrap();

    for error in faults_of_bob(&store, ids) {
        assert!(matches!(error, RepositoryError::Failed(_)), "{error:?}");
    }
}

fn an_empty_batch_has_no_answers(database: &TestDatabase) {
    assert!(database.store().unwrap().find_holders(&[]).is_empty());
}

#[test]
fn an_outage_is_told_to_every_member() {
    let store = TestDatabase::vanished().unwrap();

    let answers = store.find_holders(&[by_token(1), by_token(2), by_token(1), by_id(UserId(1))]);

    let texts = answers.into_iter().map(|answer| match answer {
        Err(RepositoryError::Unavailable(cause)) => cause.to_string(),
        other => panic!("{other:?}"),
    });
    let mut texts: Vec<String> = texts.collect();
    assert_eq!(texts.len(), 4);
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[test]
fn a_batch_survives_a_connection_that_was_cut() {
    let test = "batches::a_batch_survives_a_connection_that_was_cut";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    create_groups(&database, 3);
    let (store, [ada, bob, _]) = three(&database);
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";

    database.execute(cut).unwrap();
    let answers = store.find_holders(&[by_token(1), by_id(bob), by_token(9)]);

    let ids = answers
        .into_iter()
        .map(|answer| Some(answer.unwrap()?.profile.user.id));
    assert_eq!(ids.collect::<Vec<_>>(), [Some(ada), Some(bob), None]);
}
