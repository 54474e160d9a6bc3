//! Tokens that users hand out to themselves.

use chrono::Duration;
use profiled_domain::{
    CredentialsEpoch, Detail, Issued, Keep, NewToken, NewUser, Repository, RepositoryError, Token,
    TokenDigest, TokenState, UniqueKey, User, UserId,
};

use crate::people::{at, person, token};

contract!(
    a_user_who_asks_gets_a_token_as_it_is_stored,
    live_tokens_are_limited_and_expired_ones_do_not_count,
    who_may_not_log_in_gets_no_token,
    revoked_credentials_are_good_for_no_new_token,
    a_stored_digest_is_not_stored_again,
    only_own_tokens_are_revoked,
    a_use_is_noted_once_a_minute,
    all_credentials_end_but_the_one_that_is_kept,
);

fn ada(repository: &dyn Repository) -> User {
    repository.create_user(&person("ada"), at(1)).unwrap()
}

fn of_epoch(user: &User, number: u8) -> NewToken {
    NewToken {
        epoch: Some(user.credentials.number),
        ..token(user.id, number)
    }
}

fn reload(repository: &dyn Repository, id: UserId) -> User {
    let profile = repository.find_profile(id, Detail::Account);
    profile.unwrap().unwrap().user
}

fn issued(outcome: Result<Issued, RepositoryError>) -> Token {
    match outcome.unwrap() {
        Issued::Token(token) => token,
        refused => panic!("{refused:?}"),
    }
}

fn a_user_who_asks_gets_a_token_as_it_is_stored(repository: &dyn Repository) {
    let ada = ada(repository);
    let wanted = NewToken {
        expires_at: Some(at(9)),
        ..of_epoch(&ada, 1)
    };

    let token = issued(repository.issue_token_within(&wanted, None));

    assert_eq!(
        repository.list_tokens(ada.id).unwrap(),
        std::slice::from_ref(&token)
    );
    assert_eq!((token.label.as_str(), token.owner), ("laptop", ada.id));
    assert_eq!(
        (token.state.expires_at, token.state.last_used_at),
        (Some(at(9)), None)
    );
}

fn live_tokens_are_limited_and_expired_ones_do_not_count(repository: &dyn Repository) {
    let ada = ada(repository);
    let bob = repository.create_user(&person("bob"), at(1)).unwrap();
    let ends = |number, second| NewToken {
        expires_at: Some(at(second)),
        ..of_epoch(&ada, number)
    };
    // Tokens are made at second 1: the first one ends then.
    repository.issue_token(&ends(1, 1)).unwrap();
    repository.issue_token(&token(bob.id, 2)).unwrap();

    issued(repository.issue_token_within(&ends(3, 2), Some(2)));
    issued(repository.issue_token_within(&of_epoch(&ada, 4), Some(2)));
    let third = repository.issue_token_within(&of_epoch(&ada, 5), Some(2));
    let of_another = repository.issue_token_within(&of_epoch(&bob, 6), Some(2));

    assert_eq!(third.unwrap(), Issued::LimitReached);
    issued(of_another);
    issued(repository.issue_token_within(&of_epoch(&ada, 7), None));
    assert_eq!(repository.list_tokens(ada.id).unwrap().len(), 4);
}

fn who_may_not_log_in_gets_no_token(repository: &dyn Repository) {
    let sleeping = NewUser {
        is_active: false,
        ..person("bob")
    };
    let bob = repository.create_user(&sleeping, at(1)).unwrap();

    let inactive = repository.issue_token_within(&of_epoch(&bob, 1), None);
    let nobody = repository.issue_token_within(&token(UserId(99), 2), None);

    assert_eq!(inactive.unwrap(), Issued::Revoked);
    assert_eq!(nobody.unwrap(), Issued::Revoked);
    assert_eq!(repository.list_tokens(bob.id).unwrap(), []);
}

fn revoked_credentials_are_good_for_no_new_token(repository: &dyn Repository) {
    let before = ada(repository);
    repository
        .revoke_credentials(before.id, &Keep::Nothing, at(2))
        .unwrap();
    let after = reload(repository, before.id);

    let late = repository.issue_token_within(&of_epoch(&before, 1), None);
    let plain = repository.issue_token(&of_epoch(&before, 2));

    assert_eq!(late.unwrap(), Issued::Revoked);
    assert!(
        matches!(
            plain,
            Err(RepositoryError::Missing("epoch of the credentials"))
        ),
        "{plain:?}"
    );
    issued(repository.issue_token_within(&of_epoch(&after, 3), None));
    repository.issue_token(&token(before.id, 4)).unwrap();
}

fn a_stored_digest_is_not_stored_again(repository: &dyn Repository) {
    let ada = ada(repository);
    issued(repository.issue_token_within(&of_epoch(&ada, 1), None));

    let again = repository.issue_token_within(&of_epoch(&ada, 1), None);

    assert!(
        matches!(again, Err(RepositoryError::Conflict(UniqueKey::Token))),
        "{again:?}"
    );
}

fn only_own_tokens_are_revoked(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let bob = repository.create_user(&person("bob"), at(1)).unwrap().id;
    let id = repository.issue_token(&token(ada, 1)).unwrap();

    let revoked = [
        repository.revoke_own_token(bob, id),
        repository.revoke_own_token(ada, id),
        repository.revoke_own_token(ada, id),
    ];

    assert_eq!(revoked.map(Result::unwrap), [false, true, false]);
}

fn a_use_is_noted_once_a_minute(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let id = repository.issue_token(&token(ada, 1)).unwrap();
    let other = repository.issue_token(&token(ada, 2)).unwrap();
    let noted = |now| {
        repository.note_token_use(id, now).unwrap();
        let holder = repository.find_token(&TokenDigest([1; 32]), Detail::Account);
        holder.unwrap().unwrap().token.last_used_at
    };
    let minute = at(100) + TokenState::USE_PRECISION;

    assert_eq!(noted(at(100)), Some(at(100)));
    assert_eq!(noted(at(101)), Some(at(100)));
    assert_eq!(noted(minute - Duration::microseconds(1)), Some(at(100)));
    assert_eq!(noted(minute), Some(minute));
    assert_eq!(noted(at(100)), Some(minute));
    let tokens = repository.list_tokens(ada).unwrap();
    let unused = tokens.iter().find(|token| token.state.id == other);
    assert_eq!(unused.unwrap().state.last_used_at, None);
}

fn all_credentials_end_but_the_one_that_is_kept(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let bob = repository.create_user(&person("bob"), at(1)).unwrap().id;
    let kept = repository.issue_token(&token(ada, 1)).unwrap();
    repository.issue_token(&token(ada, 2)).unwrap();
    repository.issue_token(&token(bob, 3)).unwrap();
    let revoke = |keep: Keep, second| {
        repository
            .revoke_credentials(ada, &keep, at(second))
            .unwrap();
        let left: Vec<_> = repository
            .list_tokens(ada)
            .unwrap()
            .iter()
            .map(|token| token.state.id)
            .collect();
        (left, reload(repository, ada).credentials)
    };
    let epoch = |number, changed_at, kept_jti: Option<&str>| CredentialsEpoch {
        number,
        changed_at: Some(changed_at),
        kept_jti: kept_jti.map(str::to_owned),
    };

    let first = revoke(Keep::Token(kept), 10);
    let second = revoke(Keep::Jwt("jti".to_owned()), 20);
    let earlier = revoke(Keep::Nothing, 15);

    assert_eq!(first, (vec![kept], epoch(1, at(10), None)));
    assert_eq!(second, (Vec::new(), epoch(2, at(20), Some("jti"))));
    assert_eq!(earlier, (Vec::new(), epoch(3, at(20), None)));
    assert_eq!(repository.list_tokens(bob).unwrap().len(), 1);
    let nobody = repository.revoke_credentials(UserId(99), &Keep::Nothing, at(1));
    assert!(!nobody.unwrap());
}
