//! Files that no user needs go, and no others.

use std::sync::Arc;

use actix_web::web;
use chrono::TimeDelta;
use profiled_domain::{
    MediaRepository, NewUser, Patch, Precondition, ProfileChange, UserRepository,
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
async fn the_old_file_goes_when_its_time_is_over() {
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
        if let Some(folder) = &uploads.folder {
            let avatars = folder.path().join("users/avatars");
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
        if let Some(folder) = &uploads.folder {
            let left = std::fs::read_dir(folder.path().join("users/avatars")).unwrap();
            let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
            left.sort();
            assert_eq!(left, ["killed.png#x", "other.png"]);
        }
    }
}

#[actix_web::test]
async fn f7_an_upload_that_is_swept_while_it_lasts_is_told_to_come_again() {
    let uploads = Uploads::new();
    let repository = &uploads.app.repository;
    let user = repository
        .create_user(&NewUser::default(), now())
        .unwrap()
        .id;
    repository.reserve_file("slow.png").unwrap();
    sweep_all(&uploads).await;

    let change = ProfileChange {
        avatar: Patch::Set("slow.png".to_owned()),
        ..ProfileChange::default()
    };
    let late = repository.update_profile(user, &change, &Precondition::None);

    assert!(late.is_err(), "{late:?}");
}

#[actix_web::test]
async fn an_upload_whose_change_fails_is_left_to_the_sweep() {
    for uploads in Uploads::over_each_storage() {
        let first = uploads.upload("first.png", &png()).await;
        // Nobody can tell whether the change came through.
        uploads.app.repository.lose_profile_changes();

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
    let uploads = Uploads::over_each_storage();
    let [_, filed] = &uploads;
    let folder = filed.folder.as_ref().unwrap();
    let outside = folder.path().join("../profiled-outside.png");
    std::fs::write(&outside, "precious").unwrap();
    std::fs::write(folder.path().join(".hidden"), "precious").unwrap();
    for key in [
        "../profiled-outside.png",
        ".hidden",
        "/etc/hostname",
        "a/../.hidden",
    ] {
        filed.app.repository.reserve_file(key).unwrap();
    }

    sweep_all(filed).await;

    assert!(outside.exists());
    assert!(folder.path().join(".hidden").exists());
    std::fs::remove_file(outside).unwrap();
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
