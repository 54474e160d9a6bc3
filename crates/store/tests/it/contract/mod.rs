//! What the repositories do, on every database.

/// Makes tests of functions that take a repository: on SQLite and on PostgreSQL.
macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod databases {
            use profiled_store::testing::TestDatabase;

            $(
                fn $name(database: &TestDatabase) {
                    super::$name(&database.store().unwrap());
                }
            )*

            profiled_store::database_tests!($($name),*);
        }
    };
}

mod accounts;
mod authority;
mod bindings;
mod credentials;
mod directory_reads;
mod directory_writes;
mod groups;
mod lists;
mod media;
mod memberships;
mod refresh;
mod retention;
mod revocation;
mod throttle;
mod tokens;
mod users;
mod versions;
