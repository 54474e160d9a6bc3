//! Tokens that users hand out to themselves.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{
    CredentialRef, CredentialsEpoch, Extension, IssueOutcome, NewToken, NewUser, ProfileDepth,
    Repository, RepositoryError, Token, TokenId, TokenUse, UniqueKey, User, UserId,
};

use crate::testing::samples::holders::token_holder;
use crate::testing::samples::people::{at, operator, person, token};

/// How far what is noted may be older than what happened.
const MINUTE: Duration = Duration::minutes(1);

fn ada(repository: &dyn Repository) -> User {
    repository.create_user(&person("ada"), operator(1)).unwrap()
}

fn of_epoch(user: &User, number: u8) -> NewToken {
    NewToken {
        epoch: Some(user.credentials.number),
        ..token(user.id, number)
    }
}

fn reload(repository: &dyn Repository, id: UserId) -> User {
    let profile = repository.find_profile(id, ProfileDepth::Account);
    *profile.unwrap().unwrap().user
}

fn issued(outcome: Result<IssueOutcome, RepositoryError>) -> Token {
    match outcome.unwrap() {
        IssueOutcome::Token(token) => token,
        refused => panic!("{refused:?}"),
    }
}

pub(super) fn issued_token_is_returned_as_stored(repository: &dyn Repository) {
    let ada = ada(repository);
    let wanted = NewToken {
        expires_at: Some(at(9)),
        ..of_epoch(&ada, 1)
    };

    let token = issued(repository.issue_token_within(&wanted, None, operator(0)));

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

pub(super) fn live_tokens_are_limited_and_expired_ones_do_not_count(repository: &dyn Repository) {
    let ada = ada(repository);
    let bob = repository.create_user(&person("bob"), operator(1)).unwrap();
    let ends = |number, second| NewToken {
        expires_at: Some(at(second)),
        ..of_epoch(&ada, number)
    };
    // Tokens are made at second 1: the first one ends then.
    repository.issue_token(&ends(1, 1)).unwrap();
    repository.issue_token(&token(bob.id, 2)).unwrap();

    issued(repository.issue_token_within(&ends(3, 2), Some(2), operator(0)));
    issued(repository.issue_token_within(&of_epoch(&ada, 4), Some(2), operator(0)));
    let third = repository.issue_token_within(&of_epoch(&ada, 5), Some(2), operator(0));
    let of_another = repository.issue_token_within(&of_epoch(&bob, 6), Some(2), operator(0));

    assert_eq!(third.unwrap(), IssueOutcome::LimitReached);
    issued(of_another);
    issued(repository.issue_token_within(&of_epoch(&ada, 7), None, operator(0)));
    assert_eq!(repository.list_tokens(ada.id).unwrap().len(), 4);
}

pub(super) fn inactive_user_gets_no_token(repository: &dyn Repository) {
    let sleeping = NewUser {
        is_active: false,
        ..person("bob")
    };
    let bob = repository.create_user(&sleeping, operator(1)).unwrap();

    let inactive = repository.issue_token_within(&of_epoch(&bob, 1), None, operator(0));
    let nobody = repository.issue_token_within(&token(UserId(99), 2), None, operator(0));

    assert_eq!(inactive.unwrap(), IssueOutcome::Revoked);
    assert_eq!(nobody.unwrap(), IssueOutcome::Revoked);
    assert_eq!(repository.list_tokens(bob.id).unwrap(), []);
}

pub(super) fn token_for_a_former_epoch_is_not_issued(repository: &dyn Repository) {
    let before = ada(repository);
    repository
        .revoke_credentials(before.id, &CredentialRef::None, operator(2))
        .unwrap();
    let after = reload(repository, before.id);

    let late = repository.issue_token_within(&of_epoch(&before, 1), None, operator(0));
    let plain = repository.issue_token(&of_epoch(&before, 2));

    assert_eq!(late.unwrap(), IssueOutcome::Revoked);
    assert!(
        matches!(
            plain,
            Err(RepositoryError::Missing("epoch of the credentials"))
        ),
        "{plain:?}"
    );
    issued(repository.issue_token_within(&of_epoch(&after, 3), None, operator(0)));
    repository.issue_token(&token(before.id, 4)).unwrap();
}

pub(super) fn a_stored_digest_is_not_stored_again(repository: &dyn Repository) {
    let ada = ada(repository);
    issued(repository.issue_token_within(&of_epoch(&ada, 1), None, operator(0)));

    let again = repository.issue_token_within(&of_epoch(&ada, 1), None, operator(0));

    assert!(
        matches!(again, Err(RepositoryError::Conflict(UniqueKey::Token))),
        "{again:?}"
    );
}

pub(super) fn only_own_tokens_are_revoked(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let id = repository.issue_token(&token(ada, 1)).unwrap();

    let revoked = [
        repository.revoke_own_token(bob, id, operator(0)),
        repository.revoke_own_token(ada, id, operator(0)),
        repository.revoke_own_token(ada, id, operator(0)),
    ];

    assert_eq!(revoked.map(Result::unwrap), [false, true, false]);
}

pub(super) fn a_use_is_noted_once_within_its_precision(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let id = repository.issue_token(&token(ada, 1)).unwrap();
    let other = repository.issue_token(&token(ada, 2)).unwrap();
    let noted = |now| {
        repository.record_token_uses(&[used(id, now)]).unwrap();
        let holder = token_holder(repository, 1, ProfileDepth::Account);
        holder.unwrap().token.last_used_at
    };
    let minute = at(100) + MINUTE;

    assert_eq!(noted(at(100)), Some(at(100)));
    assert_eq!(noted(at(101)), Some(at(100)));
    assert_eq!(noted(minute - Duration::microseconds(1)), Some(at(100)));
    assert_eq!(noted(minute), Some(minute));
    assert_eq!(noted(at(100)), Some(minute));
    let tokens = repository.list_tokens(ada).unwrap();
    let unused = tokens.iter().find(|token| token.state.id == other);
    assert_eq!(unused.unwrap().state.last_used_at, None);
}

pub(super) fn uses_of_many_tokens_are_noted_together(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let ids: Vec<_> = (1..=5)
        .map(|number| repository.issue_token(&sliding(ada, number)).unwrap())
        .collect();
    let minute = at(10) + MINUTE;
    let gone = TokenId(ids[4].0 + 1);
    repository.record_token_uses(&[]).unwrap();
    repository
        .record_token_uses(&[used(ids[0], at(10)), used(ids[1], at(11))])
        .unwrap();

    let uses = [
        used(ids[0], minute),
        extended(ids[1], minute, at(150)),
        extended(ids[2], at(99), at(151)),
        extended(ids[3], at(100), at(152)),
        used(gone, minute),
    ];
    repository.record_token_uses(&uses).unwrap();

    let noted = repository.list_tokens(ada).unwrap();
    let noted = noted.iter().map(|token| &token.state);
    let noted: Vec<_> = noted.map(|s| (s.last_used_at, s.expires_at)).collect();
    let expected = [
        (Some(minute), Some(at(100))),
        (Some(at(11)), Some(at(150))),
        (Some(at(99)), Some(at(151))),
        (Some(at(100)), Some(at(100))),
        (None, Some(at(100))),
    ];
    assert_eq!(noted, expected);
}

pub(super) fn only_a_live_sliding_token_is_extended(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let fixed = NewToken {
        is_sliding: false,
        ..sliding(ada, 2)
    };
    let ids = [sliding(ada, 1), fixed, sliding(ada, 3)]
        .map(|token| repository.issue_token(&token).unwrap());
    let uses = [(ids[0], at(99)), (ids[1], at(99)), (ids[2], at(100))]
        .map(|(id, now)| extended(id, now, at(150)));

    for used in uses {
        repository.record_token_uses(&[used]).unwrap();
    }
    let one_by_one = ends(repository, ada);
    repository.record_token_uses(&uses).unwrap();

    let expected = [Some(at(150)), Some(at(100)), Some(at(100))];
    assert_eq!(
        (one_by_one, ends(repository, ada)),
        (expected.to_vec(), expected.to_vec())
    );
}

pub(super) fn an_expiry_moves_back_only_from_where_it_was_read(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let ids =
        [sliding(ada, 1), sliding(ada, 2)].map(|token| repository.issue_token(&token).unwrap());
    let both = |end| ids.map(|id| extended(id, at(1), end));
    let mut seen = Vec::new();

    // What was read first is written last, as by another server; then the lifetime is lowered.
    for end in [at(200), at(150), at(90)] {
        repository.record_token_uses(&both(end)[..1]).unwrap();
        repository.record_token_uses(&both(end)).unwrap();
        seen.push(ends(repository, ada));
    }
    let lowered = ids.map(|token| TokenUse {
        extension: Some(Extension {
            from: at(200),
            to: at(90),
        }),
        ..used(token, at(2))
    });
    repository.record_token_uses(&lowered).unwrap();

    assert_eq!(seen, vec![vec![Some(at(200)); 2]; 3]);
    assert_eq!(ends(repository, ada), [Some(at(90)), Some(at(90))]);
}

fn used(token: TokenId, at: DateTime<Utc>) -> TokenUse {
    TokenUse {
        token,
        at,
        precision: MINUTE,
        extension: None,
    }
}

/// A use of a token that was read with its first expiry.
fn extended(token: TokenId, now: DateTime<Utc>, to: DateTime<Utc>) -> TokenUse {
    TokenUse {
        extension: Some(Extension { from: at(100), to }),
        ..used(token, now)
    }
}

fn sliding(owner: UserId, number: u8) -> NewToken {
    NewToken {
        expires_at: Some(at(100)),
        is_sliding: true,
        ..token(owner, number)
    }
}

fn ends(repository: &dyn Repository, owner: UserId) -> Vec<Option<DateTime<Utc>>> {
    let tokens = repository.list_tokens(owner).unwrap();
    tokens.iter().map(|token| token.state.expires_at).collect()
}

pub(super) fn all_credentials_end_but_the_one_that_is_kept(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let bob = repository
        .create_user(&person("bob"), operator(1))
        .unwrap()
        .id;
    let kept = repository.issue_token(&token(ada, 1)).unwrap();
    repository.issue_token(&token(ada, 2)).unwrap();
    repository.issue_token(&token(bob, 3)).unwrap();
    let revoke = |keep: CredentialRef, second| {
        repository
            .revoke_credentials(ada, &keep, operator(second))
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
        password_digest: None,
    };

    let first = revoke(CredentialRef::Token(kept), 10);
    let second = revoke(CredentialRef::Jwt("jti".to_owned()), 20);
    let earlier = revoke(CredentialRef::None, 15);

    assert_eq!(first, (vec![kept], epoch(1, at(10), None)));
    assert_eq!(second, (Vec::new(), epoch(2, at(20), Some("jti"))));
    assert_eq!(earlier, (Vec::new(), epoch(3, at(20), None)));
    assert_eq!(repository.list_tokens(bob).unwrap().len(), 1);
    let nobody = repository.revoke_credentials(UserId(99), &CredentialRef::None, operator(1));
    assert!(!nobody.unwrap());
}

pub(super) fn tokens_that_have_expired_are_pruned_in_batches(repository: &dyn Repository) {
    let ada = ada(repository).id;
    let issue = |number, end: Option<i64>| {
        let new = NewToken {
            expires_at: end.map(at),
            ..token(ada, number)
        };
        repository.issue_token(&new).unwrap()
    };
    for (number, end) in [(1, 7), (2, 5), (3, 6), (4, 8)] {
        issue(number, Some(end));
    }
    let kept = [issue(5, Some(9)), issue(6, None)];
    // Expired too, but for less long since it was used.
    let extended_later = NewToken {
        expires_at: Some(at(8)),
        ..sliding(ada, 7)
    };
    let extended_later = repository.issue_token(&extended_later).unwrap();
    repository
        .record_token_uses(&[extended(extended_later, at(7), at(20))])
        .unwrap();

    let pruned = [3, 3, 3].map(|limit| repository.prune_tokens(at(8), limit).unwrap());

    assert_eq!(pruned, [3, 1, 0]);
    let left = repository.list_tokens(ada).unwrap();
    let left: Vec<_> = left.iter().map(|token| token.state.id).collect();
    assert_eq!(left, [kept[0], kept[1], extended_later]);
}
