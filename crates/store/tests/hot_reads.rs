//! The reads of every request: how many statements, and by which plan.
//!
//! A program of its own: every connection of the process is watched.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::RefCell;

use diesel::connection::{InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::{Connection, RunQueryDsl};
use profiled_domain::{
    BindingRepository, ForeignSubject, GroupRepository, HolderQuery, NumberedPage, PageNumber,
    ProfileDepth, ProfileFilter, ProfileRepository, TokenDigest, TokenRepository, UserId,
    UserLookup, UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use profiled_store::testing::samples::people::{at, group, operator, person, token};

profiled_store::database_tests!(
    a_profile_takes_the_same_statements_however_many_groups_it_has,
    a_batch_takes_as_many_statements_as_it_has_kinds_or_distinct_queries,
    a_page_of_profiles_takes_three_statements_however_many_groups_it_shows,
);

#[test]
fn sqlite_reads_by_index_and_sorts_nothing() {
    watch();
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let id = fill(&store, "ada", 1, 20);

    let subject = ForeignSubject {
        issuer: "https://id.example".to_owned(),
        subject: "s".to_owned(),
    };
    let name = UserLookup::Username("ada".to_owned());
    let user = store.find_user(&name).unwrap().unwrap();
    store.bind(&subject, &user, &name, at(1)).unwrap();
    let batch = [
        HolderQuery::Token(TokenDigest([1; 32])),
        HolderQuery::User(id),
        HolderQuery::Account(name),
        HolderQuery::Account(UserLookup::Email("ada@example.com".to_owned())),
        HolderQuery::Subject(subject),
    ];
    let batch = batch.map(|query| (query, ProfileDepth::Groups));

    let all = statements(|| {
        let answers = store.find_holders(&batch);
        assert!(answers.iter().all(|answer| matches!(answer, Ok(Some(_)))));
    });

    assert_eq!(all.len(), 10, "{all:#?}");
    for statement in all {
        let sql = statement
            .split(" -- binds")
            .next()
            .unwrap()
            .replace('?', "1");
        for step in plan(&database, &sql) {
            let is_probe = step.starts_with("SEARCH") || step.starts_with("LEFT-JOIN");
            assert!(is_probe, "{step}: {sql}");
        }
    }
}

#[test]
fn sqlite_shows_a_user_and_its_groups_as_of_one_moment() {
    watch();
    let database = TestDatabase::sqlite().unwrap();
    let (store, others) = (database.store().unwrap(), database.store().unwrap());
    let id = fill(&store, "ada", 1, 1);
    let group = store.create_group(&group("late"), operator(1)).unwrap();
    let before = store.find_profile(id, ProfileDepth::Groups).unwrap();

    // Between the statement for the user and the one for its groups the user joins another one.
    MEANWHILE.set(Some(Box::new(move || {
        assert!(others.add_member(group.id, id, operator(0)).unwrap());
    })));
    let during = store.find_profile(id, ProfileDepth::Groups).unwrap();
    let after = store.find_profile(id, ProfileDepth::Groups).unwrap();

    assert!(MEANWHILE.take().is_none());
    assert_eq!(during, before);
    assert_eq!(after.unwrap().groups.len(), 2);
}

#[test]
fn postgres_answers_a_batch_by_index() {
    watch();
    let test = "postgres_answers_a_batch_by_index";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let store = database.store().unwrap();
    let id = fill(&store, "ada", 1, 20);
    let queries = [
        HolderQuery::Token(TokenDigest([1; 32])),
        HolderQuery::User(id),
    ];
    let depths = [ProfileDepth::Account, ProfileDepth::Groups];
    let batch: Vec<_> = queries
        .into_iter()
        .flat_map(|query| depths.map(|depth| (query.clone(), depth)))
        .collect();

    let all = statements(|| drop(store.find_holders(&batch)));

    assert_eq!(all.len(), 4, "{all:#?}");
    for statement in all {
        let sql = statement.split(" -- binds").next().unwrap();
        let steps = postgres_plan(&database, &sql.replace("\\\"", "\"").replace("$1", "'{}'"));
        assert!(steps.contains("Index"), "{steps}");
        assert!(!steps.contains("Seq Scan"), "{steps}");
    }
}

#[test]
fn sqlite_counts_and_skips_users_by_index_alone() {
    watch();
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    fill(&store, "ada", 1, 2);

    for number in [PageNumber::At(1), PageNumber::Last] {
        let page = NumberedPage { number, size: 1 };
        let all = ProfileFilter::default();
        for statement in statements(|| drop(store.list_profiles(&all, page).unwrap())) {
            let sql = statement.split(" -- binds").next().unwrap();
            for step in plan(&database, &sql.replace('?', "1")) {
                let is_bounded = !step.starts_with("SCAN")
                    || step.contains("USING COVERING INDEX users_present_idx");
                assert!(is_bounded && !step.contains("TEMP B-TREE"), "{step}: {sql}");
            }
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

fn plan(database: &TestDatabase, sql: &str) -> Vec<String> {
    let file = database.url().trim_start_matches("sqlite://");
    let mut connection = diesel::SqliteConnection::establish(file).unwrap();
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
        .load(&mut connection)
        .unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    #[diesel(column_name = "QUERY PLAN")]
    text: String,
}

fn postgres_plan(database: &TestDatabase, sql: &str) -> String {
    let mut connection = diesel::PgConnection::establish(database.url()).unwrap();
    // The tables are small: the question is whether an index can do.
    connection
        .batch_execute("SET enable_seqscan = off")
        .unwrap();
    let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN {sql}"))
        .load(&mut connection)
        .unwrap();
    lines.into_iter().map(|line| line.text + "\n").collect()
}

/// What happens as soon as a statement for groups begins.
type Meanwhile = Option<Box<dyn FnOnce()>>;

thread_local! {
    static MEANWHILE: RefCell<Meanwhile> = const { RefCell::new(None) };
    /// Statements of this thread: other tests make and migrate databases meanwhile.
    static STATEMENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Every connection made from now on tells its statements, on the thread that runs them.
fn watch() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            // A connection that is made for a read sets its session up first: that is no read.
            if let InstrumentationEvent::StartQuery { query, .. } = event
                && query.to_string().trim_matches('"').starts_with("SELECT")
            {
                let text = query.to_string().trim_matches('"').to_owned();
                let is_of_groups = text.contains("FROM (`user_groups`");
                STATEMENTS.with_borrow_mut(|all| all.push(text));
                if is_of_groups && let Some(meanwhile) = MEANWHILE.take() {
                    meanwhile();
                }
            }
        }))
    })
    .unwrap();
}

fn statements(work: impl FnOnce()) -> Vec<String> {
    STATEMENTS.with_borrow_mut(Vec::clear);
    work();
    STATEMENTS.take()
}

fn fill(store: &Store, name: &str, number: u8, groups: usize) -> UserId {
    let id = store.create_user(&person(name), operator(1)).unwrap().id;
    store.issue_token(&token(id, number)).unwrap();
    for n in 0..groups {
        let group = store
            .create_group(&group(&format!("{name} {n}")), operator(1))
            .unwrap();
        store.add_member(group.id, id, operator(0)).unwrap();
    }
    id
}

/// Statements of a look-up with groups, whatever their number: SQLite reads them by one of their own.
fn per_profile(database: &TestDatabase) -> usize {
    if database.url().starts_with("sqlite") {
        2
    } else {
        1
    }
}

fn a_profile_takes_the_same_statements_however_many_groups_it_has(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    let expected = per_profile(database);
    let subject = ForeignSubject {
        issuer: "https://id.example".to_owned(),
        subject: "s".to_owned(),
    };

    for (number, groups) in [(1, 0), (2, 2), (3, 60)] {
        let id = fill(&store, &format!("user{number}"), number, groups);
        let name = UserLookup::Username(format!("user{number}"));
        let user = store.find_user(&name).unwrap().unwrap();
        store.bind(&subject, &user, &name, at(1)).unwrap();
        let queries = [
            HolderQuery::Token(TokenDigest([number; 32])),
            HolderQuery::User(id),
            HolderQuery::Account(name),
            HolderQuery::Subject(subject.clone()),
        ];

        for query in queries {
            let whole = statements(|| {
                let found = store.find_holder(query.clone(), ProfileDepth::Groups);
                assert_eq!(found.unwrap().unwrap().profile.groups.len(), groups);
            });
            let account = statements(|| {
                let found = store.find_holder(query.clone(), ProfileDepth::Account);
                assert_eq!(found.unwrap().unwrap().profile.groups.len(), 0);
            });

            assert_eq!(whole.len(), expected, "{groups} groups: {whole:#?}");
            assert_eq!(account.len(), 1, "{account:#?}");
        }
        store.unbind(&subject).unwrap();
    }
}

fn a_batch_takes_as_many_statements_as_it_has_kinds_or_distinct_queries(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    let ids = [1, 2, 3].map(|number| fill(&store, &format!("user{number}"), number, 3));
    let tokens = [1, 2, 3].map(|number| HolderQuery::Token(TokenDigest([number; 32])));
    let users = ids.map(HolderQuery::User);
    // Each of them four times, and one that is unknown.
    let mut queries: Vec<_> = (0..4)
        .flat_map(|_| tokens.iter().chain(&users).cloned())
        .map(|query| (query, ProfileDepth::Groups))
        .collect();
    queries.push((HolderQuery::User(UserId(0)), ProfileDepth::Groups));

    let all = statements(|| {
        let answers = store.find_holders(&queries);
        let found = answers
            .iter()
            .filter(|answer| matches!(answer, Ok(Some(_))));
        assert_eq!(found.count(), 24);
    });

    let of_kinds = 2;
    let of_queries = 6 * per_profile(database) + 1;
    let is_sqlite = database.url().starts_with("sqlite");
    assert_eq!(
        all.len(),
        if is_sqlite { of_queries } else { of_kinds },
        "{all:#?}"
    );
}

fn a_page_of_profiles_takes_three_statements_however_many_groups_it_shows(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    for number in 1..=20 {
        fill(
            &store,
            &format!("user{number}"),
            number,
            usize::from(number),
        );
    }

    for number in [PageNumber::At(1), PageNumber::At(2), PageNumber::Last] {
        let page = NumberedPage { number, size: 10 };
        let all = statements(|| {
            let page = store
                .list_profiles(&ProfileFilter::default(), page)
                .unwrap();
            assert_eq!(page.items.len(), 10);
        });
        assert_eq!(all.len(), 3, "{all:#?}");
    }
}
