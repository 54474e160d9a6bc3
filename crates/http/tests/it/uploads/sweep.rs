//! Files that no user needs go, and no others.

use std::sync::Arc;

use actix_web::web;
use chrono::TimeDelta;
use profiled_domain::{
    MediaRepository, NewUser, Patch, Precondition, ProfileChange, UserRepository, WriteContext,
};
use profiled_http::sweep;

use super::{Uploads, avatar, file, form, png, text};
use crate::app::now;

/// Sweeps when a sweep has found what there is, and the grace is over; returns how many files went.
async fn sweep_all(uploads: &Uploads) -> u64 {
    let repository = Arc::clone(&uploads.app.repository);
    let (storage, settings) = (
        uploads.app.media.clone(),
        uploads.app.media_settings.clone(),
    );
    let swept = web::block(move || {
        let late = now() + TimeDelta::seconds(settings.sweep_grace.into());
        let first = sweep(&*repository, &storage, &settings, now()).unwrap();
        first + sweep(&*repository, &storage, &settings, late).unwrap()
    });
    swept.await.unwrap()
}

#[actix_web::test]
async fn old_file_is_deleted_after_the_grace() {
    for uploads in Uploads::over_each_storage() {
        let old = uploads.upload("old.png", &png()).await;
        let new = uploads.upload("new.png", &png()).await;
        assert_eq!(
            uploads.get(&old).await.status,
            200,
            "somebody may be reading it"
        );

        assert_eq!(sweep_all(&uploads).await, 1);

        assert_eq!(uploads.get(&old).await.status, 404);
        assert_eq!(uploads.get(&new).await.status, 200);
        // Caches may still show the old picture under the old name.
        let other = uploads.upload("old.png", &png()).await;
        assert!(other.starts_with("/media/users/avatars/old_"), "{other}");
    }
}

#[actix_web::test]
async fn f7_an_upload_that_was_killed_leaves_nothing() {
    for uploads in Uploads::over_each_storage() {
        // Everything up to the change of the profile.
        let repository = &uploads.app.repository;
        let key = "users/avatars/killed.png";
        assert!(repository.reserve_file(key).unwrap());
        let path = uploads.upload("other.png", &png()).await;
        if let Some(root) = uploads.root() {
            let avatars = root.join("users/avatars");
            std::fs::write(avatars.join("killed.png"), "put").unwrap();
            std::fs::write(avatars.join("killed.png#1"), "half-written").unwrap();
            std::fs::write(avatars.join("killed.png#x"), "somebody else's").unwrap();
        }

        assert_eq!(sweep_all(&uploads).await, 1);

        assert_eq!(
            uploads.get("/media/users/avatars/killed.png").await.status,
            404
        );
        assert_eq!(uploads.get(&path).await.status, 200);
        if let Some(root) = uploads.root() {
            let left = std::fs::read_dir(root.join("users/avatars")).unwrap();
            let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
            left.sort();
            assert_eq!(left, ["killed.png#x", "other.png"]);
        }
    }
}

#[actix_web::test]
async fn f7_upload_swept_before_its_end_is_refused() {
    let uploads = Uploads::new();
    let repository = &uploads.app.repository;
    let user = repository
        .create_user(&NewUser::default(), WriteContext::operator(now()))
        .unwrap()
        .id;
    repository.reserve_file("slow.png").unwrap();
    sweep_all(&uploads).await;

    let change = ProfileChange {
        avatar: Patch::Set("slow.png".to_owned()),
        ..ProfileChange::default()
    };
    let late = repository.update_profile(
        user,
        &change,
        &Precondition::None,
        WriteContext::operator(now()),
    );

    assert!(late.is_err(), "{late:?}");
}

#[actix_web::test]
async fn an_upload_whose_change_fails_is_left_to_the_sweep() {
    for uploads in Uploads::over_each_storage() {
        let first = uploads.upload("first.png", &png()).await;
        // Nobody can tell whether the change came through.
        uploads.app.database.refuse_changes_of("users").unwrap();

        let failed = uploads
            .patch(form(&[file("avatar", "second.png", &png())]))
            .await;

        assert_eq!(failed.status, 503, "{}", failed.body);
        let path = "/media/users/avatars/second.png";
        assert_eq!(uploads.get(path).await.status, 200);
        assert_eq!(sweep_all(&uploads).await, 1);
        assert_eq!(uploads.get(path).await.status, 404);
        assert_eq!(uploads.get(&first).await.status, 200);
    }
}

#[actix_web::test]
async fn nothing_outside_of_the_storage_is_ever_deleted() {
    let [_, filed] = Uploads::over_each_storage();
    let root = filed.root().unwrap();
    let outside = root.join("../outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::create_dir(root.join("folder")).unwrap();
    let precious = [
        root.join("../precious.png"),
        outside.join("x.png"),
        outside.join("x.png#1"),
        root.join(".hidden"),
    ];
    for file in &precious {
        std::fs::write(file, "precious").unwrap();
    }
    std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.join("x.png"), root.join("x.png")).unwrap();
    let keys = [
        "../precious.png",
        "/etc/hostname",
        "a/../.hidden",
        ".hidden",
        "folder",
        "link/x.png",
        "link",
        "x.png",
    ];
    for key in keys {
        filed.app.repository.reserve_file(key).unwrap();
    }

    // None of them withstands: they are no files of ours.
    assert_eq!(sweep_all(&filed).await, 8);

    for file in precious {
        assert!(file.exists(), "{}", file.display());
    }
    assert!(root.join("folder").exists());
}

#[actix_web::test]
async fn a_file_that_is_gone_already_does_no_harm() {
    let [_, filed] = Uploads::over_each_storage();
    let root = filed.root().unwrap();
    let first = filed.upload("a.png", &png()).await;
    let second = filed.upload("b.png", &png()).await;
    filed.patch(form(&[text("avatar", "")])).await;
    std::fs::remove_file(root.join("users/avatars/a.png")).unwrap();

    assert_eq!(sweep_all(&filed).await, 2);

    for path in [first, second] {
        assert_eq!(filed.get(&path).await.status, 404);
    }
}

#[actix_web::test]
async fn a_cleared_avatar_goes_and_a_second_sweep_finds_nothing() {
    for uploads in Uploads::over_each_storage() {
        let path = avatar(
            &uploads
                .patch(form(&[file("avatar", "a.png", &png())]))
                .await,
        );
        uploads.patch(form(&[text("avatar", "")])).await;

        assert_eq!(sweep_all(&uploads).await, 1);
        assert_eq!(sweep_all(&uploads).await, 0);
        assert_eq!(uploads.get(&path).await.status, 404);
    }
}
