//! Avatars that are uploaded (contract `drf.md`, section 9; attack cases F).

mod change;
mod crowd;
mod imported;
mod serve;
mod sweep;
mod validation;

use std::path::PathBuf;

use actix_web::test::TestRequest;
use image::{ImageFormat, RgbImage};
use profiled_domain::UserId;
use tempfile::TempDir;

use crate::app::{Response, TestApp, request};

const ME: &str = "/api/users/me/";

/// A service with one user, and where it keeps files.
struct Uploads {
    app: TestApp,
    user: UserId,
    token: String,
    /// Where the folder of files is, if it is one.
    folder: Option<TempDir>,
}

impl Uploads {
    /// One over each storage that needs no server.
    fn over_each_storage() -> [Self; 2] {
        let folder = tempfile::tempdir().unwrap();
        let mut filed = Self::new();
        filed.app.keep_files_in(&folder.path().join("media"));
        filed.folder = Some(folder);
        [Self::new(), filed]
    }

    fn new() -> Self {
        let mut app = TestApp::new();
        app.http.max_upload_bytes = 35_651_584;
        let user = app.staff("ada").id;
        Self {
            token: app.token(user),
            app,
            user,
            folder: None,
        }
    }

    async fn patch(&self, form: TestRequest) -> Response {
        let form = form.insert_header(("Authorization", self.token.as_str()));
        self.app.send(form).await
    }

    /// Uploads a file, and returns the path of its URL.
    async fn upload(&self, name: &str, bytes: &[u8]) -> String {
        let answer = self.patch(form(&[file("avatar", name, bytes)])).await;
        avatar(&answer)
    }

    /// The folder of files, if it is one.
    fn root(&self) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.path().join("media"))
    }

    /// Uploads pictures at the same time, each under a name of its own.
    async fn upload_together(&self, pictures: usize, bytes: &[u8]) -> Vec<Response> {
        let forms = (0..pictures).map(|number| {
            let form = form(&[file("avatar", &format!("{number}.jpg"), bytes)]);
            form.insert_header(("Authorization", self.token.as_str()))
        });
        self.app.send_together(forms.collect()).await
    }

    async fn get(&self, path: &str) -> Response {
        self.app.send(request("GET", path)).await
    }
}

/// The path of the avatar's URL in an answer of 200.
fn avatar(answer: &Response) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (_, rest) = answer
        .body
        .split_once(r#""avatar":"http://localhost:8000"#)
        .unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A part of a form: a file.
fn file(field: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes].concat()
}

/// A part of a form: text.
fn text(field: &str, value: &str) -> Vec<u8> {
    format!("Content-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}").into_bytes()
}

/// A form for the profile of `drf`.
fn form(parts: &[Vec<u8>]) -> TestRequest {
    form_for(ME, parts)
}

fn form_for(path: &str, parts: &[Vec<u8>]) -> TestRequest {
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(b"--sample\r\n");
        body.extend_from_slice(part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--sample--\r\n");
    let form = ("Content-Type", "multipart/form-data; boundary=sample");
    request("PATCH", path).insert_header(form).set_payload(body)
}

/// A picture of one colour.
fn picture(format: ImageFormat, colour: [u8; 3]) -> Vec<u8> {
    let picture = RgbImage::from_pixel(24, 16, image::Rgb(colour));
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn png() -> Vec<u8> {
    picture(ImageFormat::Png, [200, 10, 10])
}
