//! No query tells what its viewer may not read (`decisions.md` 24).

use profiled_domain::{
    Condition, Model, NumberedPage, OrderBy, PageNumber, Relation, Selection, SelectionRepository,
    UserId, Viewer,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::data::{Data, IDS, Thing, data};
use super::values::{condition, order};
use super::{MODELS, SELECTIONS, runner, selected};

/// Pairs of databases, each with two viewers.
const PAIRS: u32 = 6;

profiled_store::database_tests!(queries_reveal_no_value_that_the_viewer_may_not_read);

/// What a query is answered with: identifiers, their number, and whether one object is selected.
type Answer = (Vec<i64>, i64, bool);

struct Asked {
    model: Model,
    condition: Condition,
    order: Vec<OrderBy>,
}

impl Data {
    /// The same objects with the same memberships, but what is `hidden` has the values of another set. Texts that
    /// are unique have the identifier behind them.
    fn with_hidden_values_of(&self, other: &Self, hidden: impl Fn(Model, i64) -> bool) -> Self {
        let mut mixed = self.clone();
        for (at, id) in IDS.into_iter().enumerate() {
            if hidden(Model::User, id) {
                let mut person = other.people[at].clone();
                for text in [0, 3] {
                    let own = person.texts[text].take();
                    person.texts[text] = own.map(|own| format!("{own}~{id}"));
                }
                person.is_active = self.people[at].is_active;
                mixed.people[at] = person;
            }
            let things = [
                (
                    Model::Organization,
                    &mut mixed.organizations,
                    &other.organizations,
                ),
                (Model::Team, &mut mixed.teams, &other.teams),
                (Model::ActivityEvent, &mut mixed.events, &other.events),
            ];
            for (model, own, others) in things {
                if hidden(model, id) {
                    let values = others[at].clone();
                    own[at] = Thing {
                        name: format!("{}~{id}", values.name),
                        organization: own[at].organization,
                        created_by: own[at].created_by,
                        modified_by: own[at].modified_by,
                        ..values
                    };
                }
            }
        }
        mixed
    }
}

fn viewers(data: &Data) -> Vec<Viewer> {
    let administers =
        Condition::related(Relation::UserAdminOfOrganizations, Condition::everything());
    let of = |(id, admins_see_all_users): (i64, bool)| Viewer {
        id: UserId(id),
        is_superuser: false,
        is_organization_admin: administers.holds(data, Model::User, id),
        admins_see_all_users,
    };
    let live = data.live(Model::User).into_iter();
    live.flat_map(|id| [(id, true), (id, false)])
        .map(of)
        .collect()
}

fn queries_reveal_no_value_that_the_viewer_may_not_read(database: &TestDatabase) {
    let store = database.store().unwrap();
    let mut runner = runner();
    for _ in 0..PAIRS {
        let [one, other] = [(); 2].map(|()| data().new_tree(&mut runner).unwrap().current());
        let viewers = viewers(&one);
        let Some(viewer) = viewers.get(usize::from(viewers.len() > 3) * 3).copied() else {
            continue;
        };
        let hidden = |model: Model, id| !viewer.may_read(model).holds(&one, model, id);
        let differs = one.with_hidden_values_of(&other, hidden);
        let queries = proptest::sample::select(&MODELS[..])
            .prop_flat_map(|model| (Just(model), condition(model, 2), order(model)));
        let asked: Vec<Asked> = (0..SELECTIONS)
            .map(|_| {
                let tree = queries.new_tree(&mut runner).unwrap();
                let (model, condition, order) = tree.current();
                Asked {
                    model,
                    condition,
                    order,
                }
            })
            .collect();

        let [before, after] = [&one, &differs].map(|data| {
            data.store(database);
            let answers = asked.iter().map(|asked| answer(&store, &viewer, asked));
            answers.collect::<Vec<_>>()
        });

        for ((asked, before), after) in asked.iter().zip(before).zip(after) {
            let query = (asked.model, &asked.condition, &asked.order);
            assert_eq!(before, after, "{viewer:?} {query:?}");
        }
    }
}

/// As lists and details ask.
fn answer(store: &Store, viewer: &Viewer, asked: &Asked) -> Answer {
    let seen = viewer.within_readable(asked.condition.clone());
    let order = asked.order.iter().cloned();
    let selection = Selection {
        condition: Condition::All(vec![viewer.may_read(asked.model), seen.clone()]),
        order: order.map(|key| viewer.order_within_readable(key)).collect(),
        page: NumberedPage {
            number: PageNumber::At(1),
            size: 100,
        },
    };
    let (ids, total) = selected(store, asked.model, &selection);
    // `me/`, where the model fits.
    let held = store.holds(asked.model, viewer.id.0, &[seen]).unwrap();
    let is_me = asked.model == Model::User && held == [true];
    (ids, total, is_me)
}
