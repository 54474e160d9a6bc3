//! `/media/` over every storage.

use super::{Uploads, png, request};
use crate::app::Response;

const PATH: &str = "/media/users/avatars/new.png";

async fn ask(uploads: &Uploads, method: &str, headers: &[(&str, &str)]) -> Response {
    let mut asked = request(method, PATH);
    for header in headers {
        asked = asked.insert_header(*header);
    }
    uploads.app.send(asked).await
}

#[actix_web::test]
async fn an_upload_is_served_as_a_picture_and_nothing_else() {
    for uploads in Uploads::over_each_storage() {
        uploads.upload("new.png", &png()).await;

        let got = ask(&uploads, "GET", &[]).await;
        let head = ask(&uploads, "HEAD", &[]).await;

        assert_eq!(got.status, 200);
        image::load_from_memory(&got.bytes).unwrap();
        for answer in [&got, &head] {
            let headers = [
                ("Content-Type", "image/png"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("Cross-Origin-Resource-Policy", "cross-origin"),
                ("Cache-Control", "public, max-age=2592000, immutable"),
                ("Accept-Ranges", "bytes"),
            ];
            for (name, value) in headers {
                assert_eq!(answer.header(name), Some(value), "{name}");
            }
        }
        assert_eq!(head.header("ETag"), got.header("ETag"));
        assert_eq!(head.header("Last-Modified"), got.header("Last-Modified"));
    }
}

#[actix_web::test]
async fn only_reads_are_allowed() {
    let uploads = Uploads::new();
    uploads.upload("new.png", &png()).await;

    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        let answer = ask(&uploads, method, &[]).await;

        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("Allow"), Some("GET, HEAD"));
    }
    assert_eq!(ask(&uploads, "GET", &[]).await.status, 200);
}

#[actix_web::test]
async fn file_known_to_the_client_is_not_sent_again() {
    for uploads in Uploads::over_each_storage() {
        uploads.upload("new.png", &png()).await;
        let first = ask(&uploads, "GET", &[]).await;
        let (tag, date) = (
            first.header("ETag").unwrap(),
            first.header("Last-Modified").unwrap(),
        );
        let (weak, list) = (format!("W/{tag}"), format!("\"x\", {tag}"));
        let (old, new) = (
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Fri, 01 Jan 2100 00:00:00 GMT",
        );
        let table: [(&[(&str, &str)], u16); 12] = [
            (&[("If-None-Match", tag)], 304),
            (&[("If-None-Match", &weak)], 304),
            (&[("If-None-Match", &list)], 304),
            (&[("If-None-Match", "\"x\"")], 200),
            (&[("If-Modified-Since", date)], 304),
            (&[("If-Modified-Since", new)], 304),
            (&[("If-Modified-Since", old)], 200),
            (
                &[("If-None-Match", "\"x\""), ("If-Modified-Since", new)],
                200,
            ),
            (&[("If-Match", tag)], 200),
            (&[("If-Match", "*")], 200),
            (&[("If-Match", "\"x\"")], 412),
            (&[("If-Unmodified-Since", old)], 412),
        ];

        for (headers, status) in table {
            for method in ["GET", "HEAD"] {
                let answer = ask(&uploads, method, headers).await;

                assert_eq!(answer.status, status, "{method} {headers:?}");
                assert_eq!(answer.header("ETag"), Some(tag));
                assert!(status == 200 || answer.bytes.is_empty());
            }
        }
    }
}

#[actix_web::test]
async fn parts_are_sent_on_request() {
    for uploads in Uploads::over_each_storage() {
        uploads.upload("new.png", &png()).await;
        let whole = ask(&uploads, "GET", &[]).await;
        let size = whole.bytes.len();
        let part = |from: usize, to: usize| {
            let range = format!("bytes {from}-{to}/{size}");
            (206, Some(range), whole.bytes[from..=to].to_vec())
        };
        let all = || (200, None, whole.bytes.clone());
        let nothing = || (416, Some(format!("bytes */{size}")), Vec::new());
        let tag = whole.header("ETag").unwrap();
        let table: [(&[(&str, &str)], _); 10] = [
            (&[("Range", "bytes=0-9")], part(0, 9)),
            (&[("Range", "bytes=10-")], part(10, size - 1)),
            (&[("Range", "bytes=-5")], part(size - 5, size - 1)),
            (&[("Range", "bytes=5-99999999")], part(5, size - 1)),
            (&[("Range", "bytes=99999999-")], nothing()),
            (&[("Range", "bytes=-0")], nothing()),
            (&[("Range", "bytes=0-1,3-4")], all()),
            (&[("Range", "pages=1-2")], all()),
            (&[("Range", "bytes=0-9"), ("If-Range", tag)], part(0, 9)),
            (&[("Range", "bytes=0-9"), ("If-Range", "\"x\"")], all()),
        ];

        for (headers, (status, range, bytes)) in table {
            let answer = ask(&uploads, "GET", headers).await;

            let told = answer.header("Content-Range").map(str::to_owned);
            assert_eq!((answer.status, told), (status, range), "{headers:?}");
            assert_eq!(answer.bytes, bytes, "{headers:?}");
        }
    }
}
