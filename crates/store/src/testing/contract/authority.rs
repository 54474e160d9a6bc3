//! Writes of callers whose right has ended since it was found (`decisions.md` 22).

use profiled_domain::{
    Authority, Condition, CredentialRef, Field, GroupChange, Lapse, Membership, Model,
    NewOrganization, OrganizationChange, OrganizationId, Patch, Precondition, ProfileChange,
    Relation, Repository, RepositoryError, Right, TeamChange, TeamId, UserId, UserLookup, Viewer,
    WriteContext,
};

use crate::testing::samples::directory::{by, new_team, organization, team, user};
use crate::testing::samples::people::{at, group, operator, person, token};

/// What is there to be written, and by whom.
struct Site {
    actor: UserId,
    other: UserId,
    home: OrganizationId,
    team: TeamId,
}

fn site(repository: &dyn Repository) -> Site {
    let home = organization(repository, "Home").id;
    Site {
        actor: user(repository, "ada"),
        other: user(repository, "bob"),
        home,
        team: team(repository, home, "Team").id,
    }
}

fn renamed(name: &str) -> ProfileChange {
    ProfileChange {
        first_name: Patch::Set(name.to_owned()),
        ..ProfileChange::default()
    }
}

type Write = fn(&dyn Repository, &Site, WriteContext<'_>) -> Result<(), RepositoryError>;

/// Every write that a caller can ask for.
fn writes() -> Vec<(&'static str, Write)> {
    vec![
        ("create_user", |r, _, by| {
            r.create_user(&person("new"), by).map(drop)
        }),
        ("update_profile", |r, site, by| {
            let change = renamed("new");
            let none = Precondition::None;
            r.update_profile(site.actor, &change, &none, by).map(drop)
        }),
        ("change_account", |r, site, by| {
            let change = renamed("new");
            r.change_account(site.other, &change, None, by).map(drop)
        }),
        ("delete_account", |r, site, by| {
            r.delete_account(site.other, by).map(drop)
        }),
        ("revoke_credentials", |r, site, by| {
            r.revoke_credentials(site.other, &CredentialRef::None, by)
                .map(drop)
        }),
        ("issue_token_within", |r, site, by| {
            r.issue_token_within(&token(site.actor, 200), None, by)
                .map(drop)
        }),
        ("revoke_own_token", |r, site, by| {
            let held = r.list_tokens(site.other)?;
            r.revoke_own_token(site.other, held[0].state.id, by)
                .map(drop)
        }),
        ("create_group", |r, _, by| {
            r.create_group(&group("new"), by).map(drop)
        }),
        ("update_group", |r, _, by| {
            let change = GroupChange {
                name: Some("new".to_owned()),
                ..GroupChange::default()
            };
            let id = r.find_group("old")?.unwrap().id;
            r.update_group(id, &change, by).map(drop)
        }),
        ("delete_group", |r, _, by| {
            let id = r.find_group("old")?.unwrap().id;
            r.delete_group(id, by).map(drop)
        }),
        ("add_member", |r, site, by| {
            let id = r.find_group("old")?.unwrap().id;
            r.add_member(id, site.other, by).map(drop)
        }),
        ("remove_member", |r, site, by| {
            let id = r.find_group("old")?.unwrap().id;
            r.remove_member(id, site.other, by).map(drop)
        }),
        ("create_organization", |r, _, by| {
            let new = NewOrganization {
                name: "new".to_owned(),
                description: String::new(),
            };
            r.create_organization(&new, by).map(drop)
        }),
        ("update_organization", |r, site, by| {
            let change = OrganizationChange::default();
            r.update_organization(site.home, &change, by).map(drop)
        }),
        ("delete_organization", |r, site, by| {
            r.delete_organization(site.home, by).map(drop)
        }),
        ("create_team", |r, site, by| {
            r.create_team(&new_team(site.home, "new"), by).map(drop)
        }),
        ("update_team", |r, site, by| {
            r.update_team(site.team, &TeamChange::default(), by)
                .map(drop)
        }),
        ("delete_team", |r, site, by| {
            r.delete_team(site.team, by).map(drop)
        }),
        ("add_to", |r, site, by| {
            let place = Membership::OrganizationUser(site.home);
            r.add_to(place, site.other, by).map(drop)
        }),
        ("remove_from", |r, site, by| {
            let place = Membership::TeamUser(site.team);
            r.remove_from(place, site.other, by).map(drop)
        }),
        ("create_user_in", |r, site, by| {
            let place = Membership::TeamUser(site.team);
            r.create_user_in(place, &person("new"), by).map(drop)
        }),
    ]
}

fn prepared(repository: &dyn Repository) -> Site {
    let site = site(repository);
    repository.create_group(&group("old"), operator(1)).unwrap();
    repository.issue_token(&token(site.other, 100)).unwrap();
    site
}

/// All of them fail for one and the same reason.
fn check_all(repository: &dyn Repository, site: &Site, by: &Authority, lapse: Lapse) {
    for (name, write) in writes() {
        let outcome = write(repository, site, WriteContext::caller(by, at(5)));
        assert!(
            matches!(&outcome, Err(RepositoryError::Lapsed(ended)) if *ended == lapse),
            "{name}: {outcome:?}"
        );
    }
    // Nothing was stored.
    let names = ["new", "bob"].map(|name| {
        let key = UserLookup::Username(name.to_owned());
        repository.find_user(&key).unwrap().is_some()
    });
    assert_eq!(names, [false, true]);
    assert!(repository.find_group("old").unwrap().is_some());
    assert_eq!(repository.list_tokens(site.other).unwrap().len(), 1);
    let is_there = [Condition::everything()];
    for (model, id) in [
        (Model::Organization, site.home.0),
        (Model::Team, site.team.0),
    ] {
        assert_eq!(repository.holds(model, id, &is_there).unwrap(), [true]);
    }
}

pub(super) fn no_write_is_done_with_a_credential_that_has_ended(repository: &dyn Repository) {
    let site = prepared(repository);
    let before = by(site.actor);
    let revoked = repository.revoke_credentials(site.actor, &CredentialRef::None, operator(4));
    assert!(revoked.unwrap());

    check_all(repository, &site, &before, Lapse::Credential);
    let jwt = Authority {
        credential: CredentialRef::Jwt("jti".to_owned()),
        ..before
    };
    check_all(repository, &site, &jwt, Lapse::Credential);
}

pub(super) fn no_write_is_done_for_a_caller_who_may_not_log_in(repository: &dyn Repository) {
    let site = prepared(repository);
    repository.deactivate(site.actor).unwrap();

    check_all(repository, &site, &by(site.actor), Lapse::Account);
    repository.delete_account(site.actor, operator(4)).unwrap();
    check_all(repository, &site, &by(site.actor), Lapse::Account);
    check_all(repository, &site, &by(UserId(999)), Lapse::Account);
}

pub(super) fn kept_credential_still_permits_writes(repository: &dyn Repository) {
    let site = prepared(repository);
    let own = repository.issue_token(&token(site.actor, 1)).unwrap();
    let other = repository.issue_token(&token(site.actor, 2)).unwrap();
    for (keep, lost) in [
        (CredentialRef::Token(own), CredentialRef::Token(other)),
        (
            CredentialRef::Jwt("kept".to_owned()),
            CredentialRef::Jwt("lost".to_owned()),
        ),
    ] {
        let revoked = repository.revoke_credentials(site.actor, &keep, operator(4));
        assert!(revoked.unwrap());
        let write = |credential| {
            let by = Authority {
                credential,
                ..by(site.actor)
            };
            let none = Precondition::None;
            repository.update_profile(
                site.actor,
                &renamed("new"),
                &none,
                WriteContext::caller(&by, at(0)),
            )
        };

        assert!(write(keep).unwrap().is_some());
        let outcome = write(lost);
        assert!(matches!(
            outcome,
            Err(RepositoryError::Lapsed(Lapse::Credential))
        ));
    }
}

pub(super) fn a_revoked_token_writes_nothing_whatever_the_epoch(repository: &dyn Repository) {
    let site = prepared(repository);
    let own = repository.issue_token(&token(site.actor, 1)).unwrap();
    let by = Authority {
        credential: CredentialRef::Token(own),
        ..by(site.actor)
    };
    let change = renamed("first");
    let none = Precondition::None;
    let outcome =
        repository.update_profile(site.actor, &change, &none, WriteContext::caller(&by, at(0)));
    assert!(outcome.unwrap().is_some());

    assert!(repository.revoke_token(own).unwrap());
    check_all(repository, &site, &by, Lapse::Credential);
}

pub(super) fn no_write_is_done_once_the_right_to_it_has_ended(repository: &dyn Repository) {
    let site = prepared(repository);
    let admins = Membership::OrganizationAdmin(site.home);
    repository.add_to(admins, site.actor, operator(2)).unwrap();
    let viewer = Viewer {
        id: site.actor,
        is_superuser: false,
        is_organization_admin: true,
        admins_see_all_users: true,
    };
    let allowed = |right| Authority {
        rights: vec![right],
        ..by(site.actor)
    };
    let of_home = allowed(viewer.right_to_change(Model::Organization, site.home.0));
    let of_team = allowed(viewer.right_to_change(Model::Team, site.team.0));
    let creation = allowed(viewer.right_to_create_users());
    let flag = allowed(Right::superuser(site.actor));
    let touched = repository.update_organization(
        site.home,
        &OrganizationChange::default(),
        WriteContext::caller(&of_home, at(3)),
    );
    assert!(touched.unwrap().is_some());

    repository
        .remove_from(admins, site.actor, operator(3))
        .unwrap();

    for authority in [&of_home, &of_team, &creation, &flag] {
        check_all(repository, &site, authority, Lapse::Right);
    }
}

pub(super) fn right_over_a_user_ends_when_the_user_leaves_its_condition(
    repository: &dyn Repository,
) {
    let site = prepared(repository);
    let elsewhere = organization(repository, "Elsewhere").id;
    let (admins, users) = (
        Membership::OrganizationAdmin(site.home),
        Membership::OrganizationUser(site.home),
    );
    repository.add_to(admins, site.actor, operator(2)).unwrap();
    repository.add_to(users, site.other, operator(2)).unwrap();
    let viewer = Viewer {
        id: site.actor,
        is_superuser: false,
        is_organization_admin: true,
        admins_see_all_users: true,
    };
    let by = Authority {
        rights: vec![viewer.right_to_change(Model::User, site.other.0)],
        ..by(site.actor)
    };
    let write = || {
        repository.change_account(
            site.other,
            &renamed("x"),
            None,
            WriteContext::caller(&by, at(0)),
        )
    };
    // Of everybody's staff: `person` is.
    assert!(matches!(
        write(),
        Err(RepositoryError::Lapsed(Lapse::Right))
    ));
    let of_user = |condition| Authority {
        rights: vec![Right {
            model: Model::User,
            id: site.other.0,
            condition,
        }],
        ..by.clone()
    };
    let administered = Condition::related(
        Relation::UserOrganizations,
        Condition::negated(Condition::related_to(
            Relation::OrganizationAdmins,
            site.actor.0,
        )),
    );
    let only_here = of_user(Condition::negated(administered));
    let plain = of_user(Condition::negated(Condition::is_set(Field::IsSuperuser)));
    let write = |by: &Authority| {
        repository
            .change_account(
                site.other,
                &renamed("x"),
                None,
                WriteContext::caller(by, at(0)),
            )
            .map(drop)
    };
    write(&only_here).unwrap();
    write(&plain).unwrap();

    let there = Membership::OrganizationUser(elsewhere);
    repository.add_to(there, site.other, operator(4)).unwrap();
    let flag = repository.change_account(site.other, &renamed("x"), Some(true), operator(0));
    flag.unwrap();

    for by in [&only_here, &plain] {
        assert!(matches!(
            write(by),
            Err(RepositoryError::Lapsed(Lapse::Right))
        ));
    }
}

pub(super) fn write_to_an_unknown_object_is_reported_missing(repository: &dyn Repository) {
    let site = prepared(repository);
    let by = Authority {
        rights: vec![Right {
            model: Model::Organization,
            id: 999,
            condition: Condition::nothing(),
        }],
        ..by(site.actor)
    };

    let change = OrganizationChange::default();
    let outcome = repository.update_organization(
        OrganizationId(999),
        &change,
        WriteContext::caller(&by, at(3)),
    );
    assert_eq!(outcome.unwrap(), None);
}
