//! Subjects of foreign issuers, and whom they stand for.

use profiled_domain::{
    AccountChangeOutcome, BindOutcome, Binding, CredentialRef, ForeignSubject, PageRequest, Patch,
    Precondition, ProfileChange, Repository, User, UserLookup,
};

use crate::testing::samples::holders::bound;
use crate::testing::samples::people::{at, operator, person};

const ALL: PageRequest = PageRequest {
    offset: 0,
    limit: 100,
};

fn subject(issuer: &str, subject: &str) -> ForeignSubject {
    ForeignSubject {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
    }
}

fn user(repository: &dyn Repository, name: &str) -> User {
    repository.create_user(&person(name), operator(1)).unwrap()
}

fn bind(repository: &dyn Repository, to: &ForeignSubject, user: &User) -> BindOutcome {
    let name = UserLookup::Username(user.person.username.clone().unwrap());
    repository.bind(to, user, &name, at(5)).unwrap()
}

pub(super) fn a_subject_is_bound_once_and_found(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let wanted = subject("idp", "s");

    assert_eq!(bound(repository, &wanted), None);
    assert_eq!(bind(repository, &wanted, &ada), BindOutcome::To(ada.id));
    assert_eq!(bind(repository, &wanted, &ada), BindOutcome::To(ada.id));
    assert_eq!(bind(repository, &wanted, &bob), BindOutcome::To(ada.id));
    assert_eq!(bound(repository, &wanted), Some(ada.id));
    let after = repository.find_user(&UserLookup::Id(ada.id)).unwrap();
    assert_eq!(after.unwrap().version, ada.version);
}

pub(super) fn a_user_has_one_subject_of_an_issuer(repository: &dyn Repository) {
    let ada = user(repository, "ada");

    assert_eq!(
        bind(repository, &subject("idp", "s"), &ada),
        BindOutcome::To(ada.id)
    );
    assert_eq!(
        bind(repository, &subject("idp", "t"), &ada),
        BindOutcome::Occupied
    );
    assert_eq!(
        bind(repository, &subject("other", "t"), &ada),
        BindOutcome::To(ada.id)
    );

    assert_eq!(bound(repository, &subject("idp", "t")), None);
}

pub(super) fn issuers_and_subjects_are_compared_character_by_character(
    repository: &dyn Repository,
) {
    let names = ["u1", "u2", "u3", "u4", "u5"];
    let users = names.map(|name| user(repository, name));
    let subjects = [
        subject("idp", "s"),
        subject("idp", "S"),
        subject("idp", "s "),
        subject("IDP", "s"),
        subject("idp", "\u{e9}"),
    ];

    for (subject, user) in subjects.iter().zip(&users) {
        assert_eq!(bind(repository, subject, user), BindOutcome::To(user.id));
    }

    for (subject, user) in subjects.iter().zip(&users) {
        assert_eq!(bound(repository, subject), Some(user.id));
    }
    let decomposed = subject("idp", "e\u{301}");
    assert_eq!(bound(repository, &decomposed), None);
}

pub(super) fn a_user_who_has_changed_is_not_bound(repository: &dyn Repository) {
    let rename = ProfileChange {
        username: Patch::Set("renamed".to_owned()),
        ..ProfileChange::default()
    };
    let [ada, bob, cy, di, eve] =
        ["ada", "bob", "cy", "di", "eve"].map(|name| user(repository, name));

    let renamed = repository.update_profile(ada.id, &rename, &Precondition::None, operator(0));
    let inactive = repository.deactivate(bob.id);
    let deleted = repository.delete_account(cy.id, operator(2));
    let revoked = repository.revoke_credentials(di.id, &CredentialRef::None, operator(2));

    assert!(renamed.unwrap().is_some() && revoked.unwrap());
    assert_eq!(inactive.unwrap(), AccountChangeOutcome::Done);
    assert_eq!(deleted.unwrap(), AccountChangeOutcome::Done);
    for read in [&ada, &bob, &cy, &di] {
        let wanted = subject("idp", &read.id.to_string());
        assert_eq!(
            bind(repository, &wanted, read),
            BindOutcome::Changed,
            "{read:?}"
        );
        assert_eq!(bound(repository, &wanted), None);
    }
    let email = UserLookup::Email("eve@elsewhere.example".to_owned());
    let bound = repository.bind(&subject("idp", "eve"), &eve, &email, at(5));
    assert_eq!(bound.unwrap(), BindOutcome::Changed);
}

pub(super) fn bindings_are_listed_by_issuer_and_subject(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let listed = [
        (subject("B", "z"), &ada),
        (subject("a", "b"), &bob),
        (subject("a", "c"), &ada),
    ];
    for (subject, user) in listed.iter().rev() {
        bind(repository, subject, user);
    }
    let expected = listed.map(|(subject, user)| Binding {
        subject,
        user: user.id,
        created_at: at(5),
    });

    let all = repository.list_bindings(None, ALL).unwrap();
    let hers = repository.list_bindings(Some(ada.id), ALL).unwrap();
    let page = PageRequest {
        offset: 1,
        limit: 1,
    };
    let second = repository.list_bindings(None, page).unwrap();

    assert_eq!((all.items.as_slice(), all.total), (&expected[..], 3));
    assert_eq!(hers.items, [expected[0].clone(), expected[2].clone()]);
    assert_eq!(hers.total, 2);
    assert_eq!(
        (second.items.as_slice(), second.total),
        (&expected[1..2], 3)
    );
}

pub(super) fn a_binding_can_be_removed(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let (first, second) = (subject("idp", "s"), subject("idp", "t"));
    bind(repository, &first, &ada);

    assert!(!repository.unbind(&second).unwrap());
    assert!(repository.unbind(&first).unwrap());
    assert!(!repository.unbind(&first).unwrap());
    assert_eq!(bind(repository, &second, &ada), BindOutcome::To(ada.id));
}

pub(super) fn a_binding_goes_with_its_user_when_that_is_erased(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let wanted = subject("idp", "s");
    bind(repository, &wanted, &ada);

    repository.delete_account(ada.id, operator(2)).unwrap();
    assert_eq!(bound(repository, &wanted), Some(ada.id));
    repository.erase_accounts(at(2), 10).unwrap();

    assert_eq!(bound(repository, &wanted), None);
    assert_eq!(repository.list_bindings(None, ALL).unwrap().total, 0);
}
