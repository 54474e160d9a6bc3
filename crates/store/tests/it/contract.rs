//! Both databases, and the counters in memory, keep the contract of the repositories; a repository with a fault does not.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use profiled_domain::{Admission, Rate, RepositoryError, ThrottleKey, ThrottleRepository};
use profiled_store::MemoryCounters;
use profiled_store::testing::TestDatabase;
use profiled_store::testing::contract::{COUNTER_RULES, REPOSITORY_RULES, broken};

mod sqlite {
    use profiled_store::testing::TestDatabase;
    use profiled_store::testing::contract::{CounterRule, RepositoryRule};
    use profiled_store::{Store, counter_tests, repository_tests};

    fn store() -> (TestDatabase, Store) {
        let database = TestDatabase::sqlite().unwrap();
        let store = database.store().unwrap();
        (database, store)
    }

    fn keeps(rule: &RepositoryRule) {
        let (_database, store) = store();
        rule.check(&store);
    }

    fn counts(rule: &CounterRule) {
        let (_database, store) = store();
        rule.check(&store);
    }

    repository_tests!(keeps);
    counter_tests!(counts);
}

mod postgres {
    use profiled_store::testing::TestDatabase;
    use profiled_store::testing::contract::{CounterRule, RepositoryRule};
    use profiled_store::{Store, counter_tests, repository_tests};

    fn store(rule: &str) -> Option<(TestDatabase, Store)> {
        let test = format!("{}::{rule}", module_path!());
        let database = TestDatabase::postgres(&test).unwrap()?;
        let store = database.store().unwrap();
        Some((database, store))
    }

    fn keeps(rule: &RepositoryRule) {
        if let Some((_database, store)) = store(rule.name) {
            rule.check(&store);
        }
    }

    fn counts(rule: &CounterRule) {
        if let Some((_database, store)) = store(rule.name) {
            rule.check(&store);
        }
    }

    repository_tests!(keeps);
    counter_tests!(counts);
}

mod memory {
    use profiled_store::testing::contract::CounterRule;
    use profiled_store::{MemoryCounters, counter_tests};

    fn counts(rule: &CounterRule) {
        rule.check(&MemoryCounters::default());
    }

    counter_tests!(counts);
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    names.into_iter().collect()
}

/// Counters that count where they should only look.
#[derive(Default)]
struct Hasty(MemoryCounters);

impl ThrottleRepository for Hasty {
    fn hit(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        self.0.hit(key, rate, now)
    }

    fn peek(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        self.0.hit(key, rate, now)
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

#[test]
fn counters_with_a_fault_break_the_rule_about_it_and_no_other() {
    let found = broken(COUNTER_RULES, |rule| rule.check(&Hasty::default()));

    let found = names(found.iter().map(|rule| rule.name));
    assert_eq!(found, names(["peek_records_no_request"]));
}

#[test]
fn repository_with_a_fault_breaks_the_rules_about_it_and_no_others() {
    let found = broken(REPOSITORY_RULES, |rule| {
        let database = TestDatabase::sqlite().unwrap();
        // Files of avatars that were replaced are never deleted.
        database
            .execute("DROP TRIGGER users_media_sweep_update")
            .unwrap();
        rule.check(&database.store().unwrap());
    });

    let subjects = names(found.iter().map(|rule| rule.subject));
    assert_eq!(subjects, names(["media"]));
}
