//! Both databases select what plain evaluation does.

mod data;
mod hidden;
mod values;

use profiled_domain::{Model, NumberedPage, PageNumber, Selection, SelectionRepository};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use data::data;
use values::{condition, order};

/// Sets of objects, and selections from each.
const SETS: u32 = 6;
const SELECTIONS: u32 = 250;

const MODELS: [Model; 4] = [
    Model::User,
    Model::Organization,
    Model::Team,
    Model::ActivityEvent,
];

profiled_store::database_tests!(random_selections_are_those_of_plain_evaluation);

fn runner() -> TestRunner {
    let config = Config {
        cases: SELECTIONS,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn random_selections_are_those_of_plain_evaluation(database: &TestDatabase) {
    let store = database.store().unwrap();
    let mut runner = runner();
    for _ in 0..SETS {
        let data = data().new_tree(&mut runner).unwrap().current();
        data.store(database);
        let selections = proptest::sample::select(&MODELS[..]).prop_flat_map(|model| {
            let page = (
                prop_oneof![
                    Just(PageNumber::At(1)),
                    Just(PageNumber::Last),
                    Just(PageNumber::At(2))
                ],
                prop_oneof![Just(100_i64), 1..4_i64],
            );
            (Just(model), condition(model, 2), order(model), page)
        });
        runner
            .run(&selections, |(model, condition, order, (number, size))| {
                let page = NumberedPage { number, size };
                let selection = Selection {
                    condition,
                    order,
                    page,
                };
                let all = selection.select(&data, model, &data.live(model));
                let (ids, total) = selected(&store, model, &selection);
                prop_assert_eq!(total, i64::try_from(all.len()).unwrap());
                prop_assert_eq!(ids, on_page(&all, page));
                let id = data::IDS[1];
                let held = store
                    .holds(model, id, std::slice::from_ref(&selection.condition))
                    .unwrap();
                prop_assert_eq!(held, [all.contains(&id)]);
                Ok(())
            })
            .unwrap();
    }
}

fn on_page(all: &[i64], page: NumberedPage) -> Vec<i64> {
    let size = usize::try_from(page.size).unwrap();
    let number = page.resolve(i64::try_from(all.len()).unwrap());
    let number = number.and_then(|number| usize::try_from(number).ok());
    number
        .and_then(|number| all.chunks(size).nth(number - 1))
        .map(<[i64]>::to_vec)
        .unwrap_or_default()
}

fn selected(store: &Store, model: Model, selection: &Selection) -> (Vec<i64>, i64) {
    match model {
        Model::User => {
            let page = store.select_users(selection).unwrap();
            (
                page.items.iter().map(|user| user.id.0).collect(),
                page.total,
            )
        }
        Model::Organization => {
            let page = store.select_organizations(selection).unwrap();
            (page.items.iter().map(|one| one.id.0).collect(), page.total)
        }
        Model::Team => {
            let page = store.select_teams(selection).unwrap();
            (
                page.items.iter().map(|team| team.id.0).collect(),
                page.total,
            )
        }
        Model::ActivityEvent => {
            let page = store.select_events(selection).unwrap();
            (
                page.items.iter().map(|event| event.id.0).collect(),
                page.total,
            )
        }
    }
}
