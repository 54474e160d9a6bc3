//! Every behaviour on every database.

/// Makes a test on SQLite and one on PostgreSQL of each function.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            use acceptance::service::Backend;
            $(#[test] fn $test() { super::$test(Backend::Sqlite); })+
        }
        mod postgres {
            use acceptance::service::Backend;
            $(#[test] fn $test() {
                if Backend::has_postgres(concat!(module_path!(), "::", stringify!($test))) {
                    super::$test(Backend::Postgres);
                }
            })+
        }
    };
}

pub(crate) use on_both_databases;
