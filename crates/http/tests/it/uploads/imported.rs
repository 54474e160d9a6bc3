//! Files that came with an import: whatever Django called them, and in whatever format.

use std::fs;

use image::ImageFormat;

use super::{Uploads, picture, request};

const AVIF: &[u8] =
    b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B and more of it, which does not matter here";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
const SCRIPT: &[u8] = b"<!doctype html><script>alert(document.domain)</script>";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";

/// A service with imported files, by their names.
fn with_files(files: &[(&str, Vec<u8>)]) -> Uploads {
    let [_, uploads] = Uploads::over_each_storage();
    let folder = uploads.root().unwrap().join("users/avatars");
    fs::create_dir_all(&folder).unwrap();
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
    uploads
}

fn path(name: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("/media/users/avatars/{name}")
}

#[actix_web::test]
async fn imported_pictures_are_shown_by_their_content_whatever_their_names() {
    let of = |format| picture(format, [200, 10, 10]);
    let files = [
        (".png", of(ImageFormat::Png), "image/png"),
        ("..jpg", of(ImageFormat::Jpeg), "image/jpeg"),
        ("\u{1f600}.png", of(ImageFormat::Png), "image/png"),
        ("\u{1f600}", of(ImageFormat::WebP), "image/webp"),
        ("without_extension", of(ImageFormat::Jpeg), "image/jpeg"),
        ("2020-01-01T10:30.png", of(ImageFormat::Png), "image/png"),
        ("lies.png", of(ImageFormat::Jpeg), "image/jpeg"),
        ("lies.txt", of(ImageFormat::Gif), "image/gif"),
        ("a.bmp", of(ImageFormat::Bmp), "image/bmp"),
        ("a.tiff", of(ImageFormat::Tiff), "image/tiff"),
        ("a.avif", AVIF.to_vec(), "image/avif"),
        ("a.heic", HEIC.to_vec(), "image/heic"),
    ];
    let written = files
        .iter()
        .map(|(name, content, _)| (*name, content.clone()));
    let uploads = with_files(&written.collect::<Vec<_>>());

    for (name, content, content_type) in &files {
        let got = uploads.get(&path(name)).await;
        let head = uploads.app.send(request("HEAD", &path(name))).await;
        let part = request("GET", &path(name)).insert_header(("Range", "bytes=3-9"));
        let part = uploads.app.send(part).await;

        assert_eq!(
            (got.status, head.status, part.status),
            (200, 200, 206),
            "{name}"
        );
        assert_eq!(&got.bytes, content, "{name}");
        assert_eq!(part.bytes, content[3..=9], "{name}");
        for answer in [&got, &head, &part] {
            assert_eq!(answer.header("Content-Type"), Some(*content_type), "{name}");
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
            assert_eq!(answer.header("Content-Disposition"), None, "{name}");
        }
    }
}

#[actix_web::test]
async fn imported_files_that_are_no_pictures_are_saved_and_never_shown() {
    let files = [
        ("a.png", SCRIPT.to_vec()),
        ("a.svg", SVG.to_vec()),
        ("a.html", SCRIPT.to_vec()),
        ("empty.jpg", Vec::new()),
        ("without_extension", SVG.to_vec()),
    ];
    let uploads = with_files(&files);

    for (name, content) in &files {
        for method in ["GET", "HEAD"] {
            let answer = uploads.app.send(request(method, &path(name))).await;

            assert_eq!(answer.status, 200, "{name}");
            let is_whole = answer.bytes == *content || method == "HEAD";
            assert!(is_whole, "{name}");
            let octets = Some("application/octet-stream");
            assert_eq!(answer.header("Content-Type"), octets, "{name}");
            assert_eq!(answer.header("Content-Disposition"), Some("attachment"));
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
        }
    }
}

#[actix_web::test]
async fn hidden_files_that_are_no_pictures_are_not_found() {
    let uploads = with_files(&[(".htaccess", SCRIPT.to_vec()), (".env", b"KEY=1".to_vec())]);

    for name in [".htaccess", ".env"] {
        for method in ["GET", "HEAD"] {
            let answer = uploads.app.send(request(method, &path(name))).await;

            assert_eq!(answer.status, 404, "{method} {name}");
        }
    }
}
