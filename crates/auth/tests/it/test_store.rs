//! What is stored, and storage that fails.

use std::ops::Deref;

use profiled_store::Store;
use profiled_store::testing::TestDatabase;

/// An embedded database, which fails on demand.
pub struct TestStore {
    database: TestDatabase,
    store: Store,
}

impl TestStore {
    pub fn new() -> Self {
        let database = TestDatabase::sqlite().unwrap();
        let store = database.store().unwrap();
        Self { database, store }
    }

    pub fn execute(&self, sql: &str) {
        self.database.execute(sql).unwrap();
    }

    /// From now on every read of a user, a token or a counter fails.
    pub fn go_down(&self) {
        self.execute(
            "ALTER TABLE users RENAME TO lost_users; ALTER TABLE tokens RENAME TO lost_tokens; \
             ALTER TABLE throttle_hits RENAME TO lost_throttle_hits",
        );
    }

    /// From now on no user is changed, and no subject bound.
    pub fn refuse_writes(&self) {
        for event in ["UPDATE ON users", "INSERT ON bindings"] {
            let name = event.replace(' ', "_");
            self.execute(&format!(
                "CREATE TRIGGER refuse_{name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            ));
        }
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}
