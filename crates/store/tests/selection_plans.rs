//! Selections: how many statements, and by which plan.
//!
//! A program of its own: every connection of the process is watched.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::RefCell;

use diesel::connection::{InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::{Connection, RunQueryDsl};
use profiled_domain::{
    Case, Condition, Field, FieldValue, Lookup, Model, NumberedPage, OrderBy, PageNumber,
    ProfileFilter, Relation, Selection, SelectionRepository, TextLookup, UserId, UserRepository,
    Viewer,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use profiled_store::testing::samples::people::{operator, person};

profiled_store::database_tests!(
    a_selection_takes_two_statements_however_many_filters_it_has,
    filters_that_find_few_users_read_few,
    a_search_of_profiles_takes_three_statements_and_sorts_nothing_but_its_page,
);

fn select(condition: Condition, order: Vec<OrderBy>, number: PageNumber) -> Selection {
    let page = NumberedPage { number, size: 1 };
    Selection {
        condition,
        order,
        page,
    }
}

fn username(test: Lookup) -> Condition {
    Condition::Field(Field::Username, test)
}

fn viewer(id: UserId) -> Viewer {
    Viewer {
        id,
        is_superuser: false,
        is_organization_admin: true,
        admins_see_all_users: false,
    }
}

fn fill(store: &Store) -> UserId {
    store.create_user(&person("bob"), operator(1)).unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap().id
}

fn a_selection_takes_two_statements_however_many_filters_it_has(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    let ada = fill(&store);
    let contains = Lookup::Text(TextLookup::Contains, "a".to_owned(), Case::Ignored);
    let filters = vec![username(contains); 20];
    let condition = Condition::All(vec![
        viewer(ada).may_read(Model::User),
        Condition::All(filters),
    ]);

    let selection = select(condition, Vec::new(), PageNumber::At(1));
    let all = statements(|| assert_eq!(store.select_users(&selection).unwrap().total, 1));

    assert_eq!(all.len(), 2, "{all:#?}");
}

fn filters_that_find_few_users_read_few(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    let ada = fill(&store);
    let text = |test| Lookup::Text(test, "ada".to_owned(), Case::Sensitive);
    let by_name = |is_descending| OrderBy {
        path: Vec::new(),
        field: Field::Username,
        is_descending,
    };
    let selections = [
        (Condition::everything(), Vec::new()),
        (Condition::everything(), vec![by_name(false)]),
        (Condition::everything(), vec![by_name(true)]),
        (Condition::has_id(ada.0), Vec::new()),
        (username(text(TextLookup::Exact)), Vec::new()),
        (username(text(TextLookup::StartsWith)), Vec::new()),
        (
            username(Lookup::In(vec![FieldValue::Text("ada".to_owned())])),
            Vec::new(),
        ),
        (
            Condition::Field(Field::Id, Lookup::In(vec![FieldValue::Integer(ada.0)])),
            Vec::new(),
        ),
        (
            Condition::related_to(Relation::UserOrganizations, 1),
            Vec::new(),
        ),
        (viewer(ada).may_read(Model::User), Vec::new()),
    ];

    for (condition, order) in selections {
        for number in [PageNumber::At(1), PageNumber::Last] {
            let selection = select(condition.clone(), order.clone(), number);
            for statement in statements(|| drop(store.select_users(&selection).unwrap())) {
                let sql = statement.split(" -- binds").next().unwrap();
                let steps = plan(database, sql);
                let reads_all = steps.iter().any(|step| is_scan(step));
                assert!(!reads_all, "{steps:#?}: {sql}");
            }
        }
    }
}

fn a_search_of_profiles_takes_three_statements_and_sorts_nothing_but_its_page(
    database: &TestDatabase,
) {
    watch();
    let store = database.store().unwrap();
    fill(&store);
    let filter = ProfileFilter {
        words: ["a", "example"].map(str::to_owned).into(),
        is_active: Some(true),
        is_staff: Some(false),
    };
    for number in [PageNumber::At(1), PageNumber::Last] {
        let page = NumberedPage { number, size: 1 };

        let all = statements(|| drop(store.list_profiles(&filter, page).unwrap()));

        assert_eq!(all.len(), 3, "{all:#?}");
        let users = all.get(1).unwrap();
        let steps = plan(database, users.split(" -- binds").next().unwrap());
        let sorts = steps.iter().filter(|step| {
            step.contains("TEMP B-TREE FOR ORDER BY") || step.trim().starts_with("->  Sort")
        });
        assert!(sorts.count() <= 1, "{steps:#?}");
    }
}

/// Whether a step reads all rows of the table. An index is read as far as a page needs it.
fn is_scan(step: &str) -> bool {
    let step = step.trim_start_matches([' ', '-', '>']);
    let of_sqlite =
        step.starts_with("SCAN") && !step.contains("USING") && !step.contains("json_each");
    let is_counter = step.contains("active_users_count");
    (of_sqlite || step.starts_with("Seq Scan on users")) && !is_counter
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    #[diesel(column_name = "QUERY PLAN")]
    text: String,
}

/// Steps of a plan, for any values.
fn plan(database: &TestDatabase, sql: &str) -> Vec<String> {
    let Some(file) = database.url().strip_prefix("sqlite://") else {
        // Beginning with the last one: $1 begins $10, too.
        let sql = (1..=99)
            .rev()
            .fold(sql.replace("\\\"", "\""), |sql, number| {
                sql.replace(&format!("${number}"), "'1'")
            });
        let mut connection = diesel::PgConnection::establish(database.url()).unwrap();
        // The table is small: the question is whether an index can do.
        connection
            .batch_execute("SET enable_seqscan = off")
            .unwrap();
        let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN {sql}"))
            .load(&mut connection)
            .unwrap();
        return lines.into_iter().map(|line| line.text).collect();
    };
    let mut connection = diesel::SqliteConnection::establish(file).unwrap();
    // The functions of the service are not known to this connection, and say nothing of the plan.
    let sql = sql.replace("profiled_in_time", "likely");
    let sql = sql.replace("profiled_lower", "lower").replace('?', "1");
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
        .load(&mut connection)
        .unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

thread_local! {
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
                STATEMENTS.with_borrow_mut(|all| all.push(text));
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
