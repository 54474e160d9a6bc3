//! What becomes of a profile and its files.

use profiled_store::testing::defaults;
use std::os::unix::fs::PermissionsExt;

use futures_util::future::join;
use image::ImageFormat;
use profiled_domain::MediaRepository;
use profiled_http::{MediaSettings, MediaStorage, StorageKind};

use super::{ME, Uploads, avatar, file, form, form_for, picture, png, request, text};
use crate::app::get;

#[actix_web::test]
async fn an_avatar_is_stored_with_the_other_fields_and_shown() {
    for uploads in Uploads::over_each_storage() {
        let parts = [
            text("first_name", "Jack"),
            file("avatar", "new.png", &png()),
        ];

        let answer = uploads.patch(form(&parts)).await;

        assert_eq!(avatar(&answer), "/media/users/avatars/new.png");
        assert!(
            answer.body.contains(r#""first_name":"Jack""#),
            "{}",
            answer.body
        );
        let shown = uploads.app.send(get(ME, &uploads.token)).await;
        assert_eq!(shown.body, answer.body);
    }
}

/// Readers see files through the service alone.
#[actix_web::test]
async fn a_stored_file_and_its_folders_are_private() {
    let mut uploads = Uploads::new();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("media");
    uploads.app.keep_files_in(&root);

    let parts = [file("avatar", "new.png", &png())];
    assert_eq!(uploads.patch(form(&parts)).await.status, 200);

    for (path, expected) in [
        ("", 0o700),
        ("users", 0o700),
        ("users/avatars", 0o700),
        ("users/avatars/new.png", 0o600),
    ] {
        let mode = std::fs::metadata(root.join(path)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o7777, expected, "{path}");
    }
}

#[actix_web::test]
async fn each_dialect_has_a_folder_of_its_own() {
    let uploads = Uploads::new();
    let bearer = uploads.app.bearer(uploads.user);
    let form = form_for(
        "/api/profile/1/update/",
        &[file("avatar", "new.png", &png())],
    );

    let answer = uploads
        .app
        .send(form.insert_header(("Authorization", bearer)))
        .await;

    let expected = r#""avatar":"/media/avatars/new.png""#;
    assert!(answer.body.contains(expected), "{}", answer.body);
    assert_eq!(uploads.get("/media/avatars/new.png").await.status, 200);
}

#[actix_web::test]
async fn null_and_an_empty_text_clear_the_avatar() {
    let json = ("Content-Type", "application/json");
    let null = || {
        request("PATCH", ME)
            .insert_header(json)
            .set_payload(r#"{"avatar":null}"#)
    };
    let uploads = Uploads::new();

    for clear in [null(), form(&[text("avatar", "")])] {
        uploads.upload("new.png", &png()).await;
        let answer = uploads.patch(clear).await;

        assert!(answer.body.contains(r#""avatar":null"#), "{}", answer.body);
    }
    uploads.upload("new.png", &png()).await;
    let kept = uploads.patch(form(&[text("first_name", "Jack")])).await;
    assert!(avatar(&kept).starts_with("/media/users/avatars/new_"));
}

#[actix_web::test]
async fn a_taken_name_gets_a_part_of_the_content_and_the_same_picture_keeps_it() {
    for uploads in Uploads::over_each_storage() {
        let (red, blue) = (png(), picture(ImageFormat::Png, [0, 0, 250]));

        let first = uploads.upload("new.png", &red).await;
        let second = uploads.upload("new.png", &red).await;
        let again = uploads.upload("new.png", &red).await;
        let other = uploads.upload("new.png", &blue).await;

        assert_eq!(first, "/media/users/avatars/new.png");
        assert!(second.starts_with("/media/users/avatars/new_"), "{second}");
        assert_eq!(again, second, "the very picture that the user has");
        assert_ne!(other, second);
    }
}

#[actix_web::test]
async fn two_users_with_one_picture_have_a_file_each() {
    let uploads = Uploads::new();
    let bob = uploads.app.staff("bob").id;
    let token = uploads.app.token(bob);
    let send = async |name: &str| {
        let form = form(&[file("avatar", name, &png())]);
        let form = form.insert_header(("Authorization", token.as_str()));
        avatar(&uploads.app.send(form).await)
    };

    let own = uploads.upload("new.png", &png()).await;
    let taken = uploads.upload("new.png", &png()).await;
    let (theirs, theirs_again) = (send("new.png").await, send("new.png").await);

    let all = [&own, &taken, &theirs];
    assert!(
        all.iter()
            .enumerate()
            .all(|(at, path)| !all.iter().skip(at + 1).any(|o| o == path))
    );
    assert_eq!(theirs, theirs_again);
    let cleared = uploads.patch(form(&[text("avatar", "")])).await;
    assert_eq!(cleared.status, 200);
    assert_eq!(uploads.get(&theirs).await.status, 200);
}

#[actix_web::test]
async fn a_refused_request_stores_nothing() {
    for uploads in Uploads::over_each_storage() {
        uploads.app.staff("bob");
        let picture = || file("avatar", "new.png", &png());
        let stale = form(&[picture()]).insert_header(("If-Match", "\"99.0\""));
        let unwanted = form(&[picture()]).insert_header(("If-None-Match", "\"1.0\""));
        let requests = [
            (form(&[picture(), text("username", "bob")]), 400),
            (form(&[picture(), text("gender", "Male")]), 400),
            (form(&[picture(), text("password", "another-word-9")]), 400),
            (stale, 412),
            (unwanted, 412),
        ];

        for (request, status) in requests {
            let answer = uploads.patch(request).await;

            assert_eq!(answer.status, status, "{}", answer.body);
            let path = "/media/users/avatars/new.png";
            assert_eq!(uploads.get(path).await.status, 404);
            let is_free = uploads.app.repository.reserve_file("users/avatars/new.png");
            assert!(is_free.unwrap(), "{}", answer.body);
            uploads
                .app
                .repository
                .unreserve_file("users/avatars/new.png")
                .unwrap();
        }
        if let Some(root) = uploads.root() {
            let avatars = root.join("users/avatars");
            let left = std::fs::read_dir(avatars).into_iter().flatten().count();
            assert_eq!(left, 0);
        }
    }
}

#[actix_web::test]
async fn of_two_uploads_at_once_one_stays_and_both_have_names() {
    for uploads in Uploads::over_each_storage() {
        let (red, blue) = (png(), picture(ImageFormat::Png, [0, 0, 250]));

        let (one, two) = join(
            uploads.upload("new.png", &red),
            uploads.upload("new.png", &blue),
        )
        .await;

        assert_ne!(one, two);
        let stays = avatar(&uploads.app.send(get(ME, &uploads.token)).await);
        assert!([&one, &two].contains(&&stays), "{stays}");
        assert_eq!(uploads.get(&stays).await.status, 200);
    }
}

#[actix_web::test]
async fn f5_no_link_leads_an_upload_out_of_the_folder() {
    let [_, filed] = Uploads::over_each_storage();
    let root = filed.root().unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), root.join("users")).unwrap();

    let answer = filed
        .patch(form(&[file("avatar", "new.png", &png())]))
        .await;

    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    let shown = filed.app.send(get(ME, &filed.token)).await;
    assert!(shown.body.contains(r#""avatar":null"#));
}

#[cfg(feature = "s3")]
#[actix_web::test]
async fn upload_without_storage_is_503_and_other_requests_work() {
    let mut uploads = Uploads::new();
    let mut settings = MediaSettings {
        storage: StorageKind::S3,
        ..defaults("media")
    };
    settings.s3.bucket = "avatars".to_owned();
    settings.s3.endpoint = "http://127.0.0.1:9".to_owned();
    settings.s3.allow_http = true;
    settings.s3.access_key = "id".to_owned().into();
    settings.s3.secret_key = "secret".to_owned().into();
    settings.s3.timeout = 1;
    let folder = tempfile::tempdir().unwrap();
    uploads.app.media = MediaStorage::open(&settings, folder.path()).unwrap();

    let upload = uploads
        .patch(form(&[file("avatar", "new.png", &png())]))
        .await;
    let read = uploads.get("/media/users/avatars/new.png").await;
    let change = uploads.patch(form(&[text("first_name", "Jack")])).await;

    for answer in [upload, read] {
        let expected = r#"{"detail":"Service temporarily unavailable."}"#;
        assert_eq!((answer.status, answer.body.as_str()), (503, expected));
        assert_eq!(answer.header("Retry-After"), Some("1"));
    }
    assert_eq!(change.status, 200);
    assert!(change.body.contains(r#""avatar":null"#), "{}", change.body);
}
