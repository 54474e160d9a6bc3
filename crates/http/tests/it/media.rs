//! `/media/` hands out files of its folder and nothing else (attack cases F5).

use crate::app::{TestApp, request};

/// What a PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[actix_web::test]
async fn images_are_shown_and_other_files_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("avatars")).unwrap();
    std::fs::write(folder.path().join("avatars/a b.PNG"), PNG).unwrap();
    std::fs::write(folder.path().join("evil.html"), "<script>").unwrap();
    let mut app = TestApp::new();
    app.keep_files_in(folder.path());

    let image = app.send(request("GET", "/media/avatars/a%20b.PNG")).await;
    let html = app.send(request("GET", "/media/evil.html")).await;

    assert_eq!((image.status, image.bytes.as_slice()), (200, PNG));
    assert_eq!(image.header("Content-Type"), Some("image/png"));
    assert_eq!(image.header("X-Content-Type-Options"), Some("nosniff"));
    assert_eq!(
        html.header("Content-Type"),
        Some("application/octet-stream")
    );
    assert_eq!(html.header("Content-Disposition"), Some("attachment"));
}

#[actix_web::test]
async fn names_that_lead_out_of_the_folder_are_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("media");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(folder.path().join("secret.png"), "secret").unwrap();
    std::fs::write(root.join(".hidden.png"), "hidden").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret.png"), root.join("link.png")).unwrap();
    let mut app = TestApp::new();
    app.keep_files_in(&root);
    let absolute = format!("/media/{}/secret.png", folder.path().display());
    let paths = [
        "/media/../secret.png",
        "/media/%2e%2e%2fsecret.png",
        "/media/%252e%252e%252fsecret.png",
        "/media/..%5csecret.png",
        "/media/x/%2e%2e/../secret.png",
        "/media/link.png",
        "/media/.hidden.png",
        "/media/",
        "/media/secret.png%00.png",
        "/media/%c0%ae%c0%ae/secret.png",
        absolute.as_str(),
    ];

    for path in paths {
        let answer = app.send(request("GET", path)).await;

        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
    }
}
