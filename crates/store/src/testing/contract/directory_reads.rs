//! Selections of users, organizations, teams and events, and what is told of each object.

use profiled_domain::{
    Case, Comparison, Condition, Field, FieldValue, Lookup, Membership, Model, NewOrganization,
    NewTeam, NewUser, NumberedPage, ObjectState, OrderBy, OrganizationId, PageNumber, Relation,
    Repository, Selection, TeamId, TextLookup, UserId, WriteContext,
};

use crate::testing::samples::directory::by;
use crate::testing::samples::people::{at, operator, person};

fn select(condition: Condition) -> Selection {
    Selection {
        condition,
        order: Vec::new(),
        page: NumberedPage {
            number: PageNumber::At(1),
            size: 25,
        },
    }
}

fn user(repository: &dyn Repository, name: &str) -> UserId {
    repository
        .create_user(&person(name), operator(1))
        .unwrap()
        .id
}

fn organization(repository: &dyn Repository, name: &str, actor: Option<UserId>) -> OrganizationId {
    let new = NewOrganization {
        name: name.to_owned(),
        description: format!("About {name}"),
    };
    repository
        .create_organization(
            &new,
            WriteContext {
                authority: actor.map(by).as_ref(),
                at: at(2),
            },
        )
        .unwrap()
        .id
}

fn team(repository: &dyn Repository, name: &str, organization: OrganizationId) -> TeamId {
    let new = NewTeam {
        organization,
        name: name.to_owned(),
        description: String::new(),
    };
    repository.create_team(&new, operator(3)).unwrap().id
}

fn text(field: Field, test: TextLookup, wanted: &str, case: Case) -> Condition {
    Condition::Field(field, Lookup::Text(test, wanted.to_owned(), case))
}

pub(super) fn users_come_by_condition_and_order(repository: &dyn Repository) {
    for name in ["anna", "Bert", "Anton", "b_b"] {
        user(repository, name);
    }
    let names = |condition: Condition, key: Option<(Field, bool)>| {
        let mut selection = select(condition);
        selection.order = key
            .into_iter()
            .map(|(field, is_descending)| OrderBy {
                path: Vec::new(),
                field,
                is_descending,
            })
            .collect();
        let page = repository.select_users(&selection).unwrap();
        let names: Vec<String> = page
            .items
            .into_iter()
            .filter_map(|user| user.person.username)
            .collect();
        (names.join(" "), page.total)
    };

    let all = Condition::everything();
    assert_eq!(
        names(all.clone(), None),
        ("anna Bert Anton b_b".to_owned(), 4)
    );
    let by_name = Some((Field::Username, false));
    assert_eq!(
        names(all.clone(), by_name),
        ("Anton Bert anna b_b".to_owned(), 4)
    );
    let backwards = Some((Field::Username, true));
    assert_eq!(names(all, backwards), ("b_b anna Bert Anton".to_owned(), 4));
    for (test, wanted, case, expected) in [
        (TextLookup::StartsWith, "an", Case::Sensitive, "anna"),
        (TextLookup::StartsWith, "an", Case::Ignored, "anna Anton"),
        (TextLookup::Contains, "_", Case::Sensitive, "b_b"),
        (TextLookup::EndsWith, "T", Case::Ignored, "Bert"),
        (TextLookup::Exact, "ANNA", Case::Ignored, "anna"),
    ] {
        let found = names(text(Field::Username, test, wanted, case), None).0;
        assert_eq!(found, expected, "{test:?} {wanted}");
    }
}

pub(super) fn only_live_objects_are_selected_and_shown(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let sleeping = NewUser {
        is_active: false,
        ..person("eve")
    };
    repository.create_user(&sleeping, operator(1)).unwrap();
    let crew = organization(repository, "crew", Some(bob));
    let core = team(repository, "core", crew);
    for member in [ada, bob] {
        repository
            .add_to(Membership::OrganizationUser(crew), member, operator(4))
            .unwrap();
        repository
            .add_to(Membership::TeamUser(core), member, operator(4))
            .unwrap();
    }
    let members = || {
        let members = Condition::related_to(Relation::UserOrganizations, crew.0);
        let page = repository.select_users(&select(members)).unwrap();
        page.items.iter().map(|user| user.id).collect::<Vec<_>>()
    };
    let teams = || {
        repository
            .select_teams(&select(Condition::everything()))
            .unwrap()
            .items
    };
    let crews = || {
        repository
            .select_organizations(&select(Condition::everything()))
            .unwrap()
            .items
    };
    let before = (members(), crews(), teams());

    repository.deactivate(bob).unwrap();
    let after = (members(), crews());
    repository.delete_organization(crew, operator(5)).unwrap();

    assert_eq!(before.0, [ada, bob]);
    let creator = before.1[0].created_by.clone().unwrap();
    assert_eq!(
        (
            creator.id,
            creator.username.as_str(),
            creator.last_name.as_str()
        ),
        (bob, "bob", "")
    );
    assert_eq!(
        (before.1[0].created, before.1[0].description.as_str()),
        (at(2), "About crew")
    );
    let home = before.2[0].organization.clone().unwrap();
    assert_eq!(
        (home.id, home.name.as_str(), before.2[0].created_by.clone()),
        (crew, "crew", None)
    );
    assert_eq!(after.0, [ada]);
    assert_eq!(
        (
            after.1[0].created_by.clone(),
            after.1[0].modified_by.clone()
        ),
        (None, None)
    );
    let by_bob = Condition::related(Relation::OrganizationCreatedBy, Condition::everything());
    assert_eq!(
        repository
            .select_organizations(&select(by_bob))
            .unwrap()
            .total,
        0
    );
    assert_eq!((members(), crews()), (Vec::new(), Vec::new()));
    assert_eq!(teams()[0].organization, None);
}

pub(super) fn event_lists_its_objects_by_id(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let crew = organization(repository, "crew", Some(bob));
    repository
        .add_to(
            Membership::OrganizationUser(crew),
            ada,
            WriteContext::caller(&by(bob), at(4)),
        )
        .unwrap();

    let of_ada = Condition::related_to(Relation::EventUsers, ada.0);
    let page = repository.select_events(&select(of_ada)).unwrap();

    assert_eq!(page.total, 1);
    let event = &page.items[0];
    assert_eq!(
        (
            event.timestamp,
            event.object1.as_str(),
            event.object2.as_str()
        ),
        (at(4), "organization", "user")
    );
    assert_eq!(event.actor.as_ref().map(|actor| actor.id), Some(bob));
    assert_eq!(
        event.users.iter().map(|user| user.id).collect::<Vec<_>>(),
        [ada]
    );
    assert_eq!(
        event
            .organizations
            .iter()
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>(),
        ["crew"]
    );
    assert_eq!(event.teams, []);
}

pub(super) fn a_page_that_is_not_there_is_empty_but_counted(repository: &dyn Repository) {
    for name in ["a", "b", "c"] {
        user(repository, name);
    }
    let page = |number, size| {
        let selection = Selection {
            page: NumberedPage { number, size },
            ..select(Condition::everything())
        };
        let page = repository.select_users(&selection).unwrap();
        let names: Vec<String> = page
            .items
            .into_iter()
            .filter_map(|user| user.person.username)
            .collect();
        (names.join(""), page.total)
    };

    assert_eq!(page(PageNumber::At(1), 2), ("ab".to_owned(), 3));
    assert_eq!(page(PageNumber::At(2), 2), ("c".to_owned(), 3));
    assert_eq!(page(PageNumber::Last, 1), ("c".to_owned(), 3));
    assert_eq!(page(PageNumber::At(3), 2), (String::new(), 3));
    assert_eq!(page(PageNumber::At(0), 2), (String::new(), 3));
}

pub(super) fn conditions_are_evaluated_for_one_object(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let crew = organization(repository, "crew", None);
    repository
        .add_to(Membership::OrganizationAdmin(crew), ada, operator(4))
        .unwrap();
    let later = Lookup::Compare(Comparison::Greater, FieldValue::Instant(at(1)));
    let conditions = [
        Condition::everything(),
        Condition::nothing(),
        Condition::related_to(Relation::UserAdminOfOrganizations, crew.0),
        Condition::related_to(Relation::UserOrganizations, crew.0),
        Condition::Not(Box::new(Condition::Field(Field::LastLogin, later))),
    ];

    let held = repository.holds(Model::User, ada.0, &conditions).unwrap();
    let nobody = repository
        .holds(Model::User, ada.0 + 1, &conditions)
        .unwrap();
    let many = repository
        .holds(Model::User, ada.0, &vec![Condition::everything(); 100])
        .unwrap();
    repository.deactivate(ada).unwrap();

    assert_eq!(held, [true, false, true, false, true]);
    assert_eq!(nobody, [false; 5]);
    assert_eq!(many, [true; 100]);
    assert_eq!(
        repository.holds(Model::User, ada.0, &conditions).unwrap(),
        [false; 5]
    );
    assert_eq!(repository.holds(Model::Team, 1, &[]).unwrap(), [false; 0]);
}

pub(super) fn deleted_object_is_gone_and_unknown_one_missing(repository: &dyn Repository) {
    use ObjectState::{Gone, Missing, Present};
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let crew = organization(repository, "crew", None);
    let core = team(repository, "core", crew);
    let states = || {
        [
            (Model::User, ada.0),
            (Model::User, bob.0),
            (Model::Organization, crew.0),
            (Model::Team, core.0),
            (Model::ActivityEvent, 1),
        ]
        .map(|(model, id)| repository.object_state(model, id).unwrap())
    };
    let before = states();

    repository.deactivate(ada).unwrap();
    repository.delete_account(bob, operator(5)).unwrap();
    repository.delete_team(core, operator(5)).unwrap();
    repository.delete_organization(crew, operator(5)).unwrap();

    assert_eq!(before, [Present; 5]);
    assert_eq!(states(), [Gone, Gone, Gone, Gone, Present]);
    for model in [
        Model::User,
        Model::Organization,
        Model::Team,
        Model::ActivityEvent,
    ] {
        for id in [99, 0, -1, i64::MAX] {
            assert_eq!(repository.object_state(model, id).unwrap(), Missing);
        }
    }
}

pub(super) fn an_administrator_of_any_organization_is_one(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let crew = organization(repository, "crew", None);
    repository
        .add_to(Membership::OrganizationUser(crew), ada, operator(4))
        .unwrap();
    let before = repository.is_organization_admin(ada).unwrap();
    repository
        .add_to(Membership::OrganizationAdmin(crew), ada, operator(4))
        .unwrap();

    assert!(!before);
    assert!(repository.is_organization_admin(ada).unwrap());
}
