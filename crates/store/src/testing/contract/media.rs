//! Files on their way in and out.

use chrono::Duration;
use profiled_domain::{
    Patch, Precondition, ProfileChange, Repository, RepositoryError, SweepRule, User, UserId,
};

use crate::testing::samples::people::{at, operator, person};

const GRACE: i64 = 100;
const RETENTION: i64 = 1000;

fn sweep(repository: &dyn Repository, seconds: i64) -> Vec<String> {
    let rule = SweepRule {
        now: at(seconds),
        grace: Duration::seconds(GRACE),
        retention: Duration::seconds(RETENTION),
        limit: 10,
    };
    let mut claimed = repository.claim_files(&rule).unwrap();
    claimed.sort();
    claimed
}

fn set(
    repository: &dyn Repository,
    user: UserId,
    avatar: Patch<String>,
) -> Result<Option<String>, RepositoryError> {
    let change = ProfileChange {
        avatar,
        ..ProfileChange::default()
    };
    let profile = repository.update_profile(user, &change, &Precondition::None, operator(0))?;
    Ok(profile.unwrap().user.person.avatar)
}

/// Gives a user a new file.
fn give(repository: &dyn Repository, user: UserId, key: &str) {
    assert!(repository.reserve_file(key).unwrap(), "{key}");
    let stored = set(repository, user, Patch::Set(key.to_owned())).unwrap();
    assert_eq!(stored.as_deref(), Some(key));
}

fn ada(repository: &dyn Repository) -> User {
    repository.create_user(&person("ada"), operator(1)).unwrap()
}

pub(super) fn a_reserved_key_is_taken_until_it_is_given_back(repository: &dyn Repository) {
    assert!(repository.reserve_file("avatars/a.png").unwrap());
    assert!(!repository.reserve_file("avatars/a.png").unwrap());
    assert!(repository.reserve_file("avatars/A.png").unwrap());

    repository.unreserve_file("avatars/a.png").unwrap();

    assert!(repository.reserve_file("avatars/a.png").unwrap());
}

pub(super) fn the_key_of_a_user_is_taken(repository: &dyn Repository) {
    let ada = ada(repository);
    give(repository, ada.id, "a.png");

    assert!(!repository.reserve_file("a.png").unwrap());
    // Nothing is left of the attempt.
    sweep(repository, 10);
    assert_eq!(sweep(repository, 10 + GRACE), Vec::<String>::new());
}

pub(super) fn an_avatar_needs_a_reservation(repository: &dyn Repository) {
    let ada = ada(repository);

    let refused = set(repository, ada.id, Patch::Set("a.png".to_owned()));

    assert!(
        matches!(refused, Err(RepositoryError::Missing("file"))),
        "{refused:?}"
    );
    assert_eq!(set(repository, ada.id, Patch::Keep).unwrap(), None);
}

pub(super) fn a_refused_change_keeps_the_reservation(repository: &dyn Repository) {
    let ada = ada(repository);
    repository.create_user(&person("bob"), operator(1)).unwrap();
    repository.reserve_file("a.png").unwrap();
    let change = ProfileChange {
        username: Patch::Set("bob".to_owned()),
        avatar: Patch::Set("a.png".to_owned()),
        ..ProfileChange::default()
    };

    let refused = repository.update_profile(ada.id, &change, &Precondition::None, operator(0));

    assert!(matches!(refused, Err(RepositoryError::Conflict(_))));
    assert!(!repository.reserve_file("a.png").unwrap());
    let nobody = repository.update_profile(UserId(99), &change, &Precondition::None, operator(0));
    assert_eq!(nobody.unwrap(), None);
    assert!(!repository.reserve_file("a.png").unwrap());
}

pub(super) fn a_file_is_claimed_once_and_its_key_is_free_much_later(repository: &dyn Repository) {
    repository.reserve_file("a.png").unwrap();

    assert_eq!(sweep(repository, 1000), Vec::<String>::new(), "found now");
    assert_eq!(sweep(repository, 1000 + GRACE - 1), Vec::<String>::new());
    assert_eq!(sweep(repository, 1000 + GRACE), ["a.png"]);
    assert_eq!(sweep(repository, 1001 + GRACE), Vec::<String>::new());
    repository.record_deleted_file("a.png", at(2000)).unwrap();

    sweep(repository, 2000 + RETENTION - 1);
    assert!(!repository.reserve_file("a.png").unwrap());
    assert_eq!(
        sweep(repository, 2000 + RETENTION),
        Vec::<String>::new(),
        "it is gone"
    );
    assert!(repository.reserve_file("a.png").unwrap());
}

pub(super) fn old_and_abandoned_files_wait_and_the_new_one_does_not(repository: &dyn Repository) {
    let ada = ada(repository);
    give(repository, ada.id, "one.png");
    give(repository, ada.id, "two.png");
    repository.reserve_file("abandoned.png").unwrap();
    let bob = repository.create_user(&person("bob"), operator(1)).unwrap();
    give(repository, bob.id, "cleared.png");
    set(repository, bob.id, Patch::Clear).unwrap();

    sweep(repository, 10);
    let claimed = sweep(repository, 10 + GRACE);

    assert_eq!(claimed, ["abandoned.png", "cleared.png", "one.png"]);
}

pub(super) fn claimed_file_is_given_to_no_user(repository: &dyn Repository) {
    let ada = ada(repository);
    repository.reserve_file("slow.png").unwrap();
    sweep(repository, 10);
    sweep(repository, 10 + GRACE);

    let late = set(repository, ada.id, Patch::Set("slow.png".to_owned()));

    assert!(matches!(late, Err(RepositoryError::Missing("file"))));
    assert!(!repository.reserve_file("slow.png").unwrap());
}

pub(super) fn interrupted_sweep_is_repeated(repository: &dyn Repository) {
    repository.reserve_file("a.png").unwrap();
    sweep(repository, 10);
    assert_eq!(sweep(repository, 10 + GRACE), ["a.png"]);

    assert_eq!(sweep(repository, 10 + 2 * GRACE), ["a.png"]);
}

pub(super) fn sweeps_are_bounded(repository: &dyn Repository) {
    for number in 0..5 {
        repository.reserve_file(&format!("{number}.png")).unwrap();
    }
    let rule = SweepRule {
        now: at(10),
        grace: Duration::zero(),
        retention: Duration::zero(),
        limit: 2,
    };

    // Found and claimed at once: nothing is left alone for any time.
    let first = repository.claim_files(&rule).unwrap();

    assert_eq!(first.len(), 2);
}

pub(super) fn a_deleted_user_has_the_file_until_erased(repository: &dyn Repository) {
    let ada = ada(repository);
    give(repository, ada.id, "a.png");

    repository.delete_account(ada.id, operator(5)).unwrap();
    sweep(repository, 10);
    let deleted = sweep(repository, 10 + GRACE);
    repository.erase_accounts(at(20), 10).unwrap();
    sweep(repository, 20);
    let erased = sweep(repository, 20 + GRACE);

    assert_eq!((deleted, erased), (Vec::new(), vec!["a.png".to_owned()]));
}
