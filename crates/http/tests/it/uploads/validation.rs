//! What is taken and what is refused, in which words.

use image::ImageFormat;

use super::{Uploads, file, form, picture, png, request, text};

const NOT_AN_IMAGE: &str =
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
const NOT_A_FILE: &str = "The submitted data was not a file. Check the encoding type on the form.";

fn refusal(message: &str) -> String {
    serde_json::json!({ "avatar": [message] }).to_string()
}

#[actix_web::test]
async fn first_fault_of_a_file_in_the_order_of_the_framework_is_reported() {
    let uploads = Uploads::new();
    let long = |length: usize| format!("{}.txt", "n".repeat(length - 4));
    let extension = |name: &str| {
        format!(
            "File extension “{name}” is not allowed. Allowed extensions are: \
             apng, avif, bmp, dib, gif, jfif, jpe, jpeg, jpg, png, tif, tiff, webp."
        )
    };
    let long_name = "Ensure this filename has at most 100 characters (it has 101).";
    let cut_name = "Ensure this filename has at most 100 characters (it has 255).";
    let table: [(&str, &[u8], &str); 9] = [
        (&long(101), b"", "The submitted file is empty."),
        (&long(101), b"no picture", long_name),
        (&long(300), b"no picture", cut_name),
        ("a.txt", b"no picture", NOT_AN_IMAGE),
        ("a.png", b"no picture", NOT_AN_IMAGE),
        ("a.TXT", &png(), &extension("txt")),
        ("a", &png(), &extension("")),
        (".png", &png(), &extension("")),
        ("a.svg", &png(), &extension("svg")),
    ];

    for (name, bytes, message) in table {
        let answer = uploads.patch(form(&[file("avatar", name, bytes)])).await;

        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(answer.body, refusal(message), "{name}");
    }
}

#[actix_web::test]
async fn file_beyond_a_limit_is_refused_with_the_limit() {
    let mut uploads = Uploads::new();
    let settings = &mut uploads.app.media_settings;
    (settings.max_width, settings.max_height) = (24, 15);
    let wide = uploads
        .patch(form(&[file("avatar", "a.png", &png())]))
        .await;
    uploads.app.media_settings.max_height = 16;
    uploads.app.media_settings.max_decoded_bytes = 24 * 16 * 3 - 1;
    let heavy = uploads
        .patch(form(&[file("avatar", "a.png", &png())]))
        .await;
    uploads.app.media_settings.max_decoded_bytes = 24 * 16 * 3;
    let fits = uploads
        .patch(form(&[file("avatar", "a.png", &png())]))
        .await;
    uploads.app.media_settings.max_file_bytes = 20;
    let large = uploads
        .patch(form(&[file("avatar", "a.png", &png())]))
        .await;

    let expected = "Ensure this image is at most 24 by 15 pixels (it is 24 by 16).";
    assert_eq!((wide.status, wide.body), (400, refusal(expected)));
    let expected = "Ensure the pixels of this image take at most 1151 bytes (they take 1152).";
    assert_eq!((heavy.status, heavy.body), (400, refusal(expected)));
    assert_eq!(fits.status, 200, "{}", fits.body);
    let expected = format!(
        "Ensure this file has at most 20 bytes (it has {}).",
        png().len()
    );
    assert_eq!((large.status, large.body), (400, refusal(&expected)));
}

#[actix_web::test]
async fn faults_of_all_fields_are_reported_in_the_order_of_the_fields() {
    let uploads = Uploads::new();
    let parts = [
        file("avatar", "a.png", b"no picture"),
        text("gender", "Male"),
        text("email", "nobody"),
        file("first_name", "a.png", &png()),
    ];

    let answer = uploads.patch(form(&parts)).await;

    assert_eq!(
        answer.body,
        format!(
            r#"{{"email":["Enter a valid email address."],"avatar":["{NOT_AN_IMAGE}"],"first_name":["Not a valid string."],"gender":["\"Male\" is not a valid choice."]}}"#
        )
    );
}

#[actix_web::test]
async fn f6_text_in_place_of_a_file_is_refused_and_no_url_is_fetched() {
    let uploads = Uploads::new();
    // Whoever asked for it would have to answer.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/a.png", listener.local_addr().unwrap());
    let json = |value: &str| {
        let json = ("Content-Type", "application/json");
        let body = format!(r#"{{"avatar":{value}}}"#);
        request("PATCH", super::ME)
            .insert_header(json)
            .set_payload(body)
    };
    let bodies = [
        json(&format!("{url:?}")),
        json("\"\""),
        json("\"file:///etc/passwd\""),
        json("1"),
        json("[]"),
        json(r#"{"url":"x"}"#),
        form(&[text("avatar", &url)]),
        form(&[file("avatar", "", &png())]),
    ];

    for body in bodies {
        let answer = uploads.patch(body).await;

        assert_eq!((answer.status, answer.body), (400, refusal(NOT_A_FILE)));
    }
    let asked = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(asked, Err(std::io::ErrorKind::WouldBlock));
}

#[actix_web::test]
async fn f8_type_of_a_file_is_decided_by_its_content_alone() {
    let formats = [
        (ImageFormat::Jpeg, "jpg", "image/jpeg"),
        (ImageFormat::Png, "png", "image/png"),
        (ImageFormat::WebP, "webp", "image/webp"),
        (ImageFormat::Gif, "gif", "image/png"),
        (ImageFormat::Bmp, "bmp", "image/png"),
        (ImageFormat::Tiff, "tiff", "image/png"),
    ];
    let uploads = Uploads::new();

    for (format, own, content_type) in formats {
        for (_, extension, _) in formats {
            let name = format!("{own}.{extension}");
            let path = uploads.upload(&name, &picture(format, [9, 9, 200])).await;

            let stored = uploads.get(&path).await;

            assert_eq!(path, format!("/media/users/avatars/{name}"));
            assert_eq!(stored.header("Content-Type"), Some(content_type));
            // The bytes are what the header says.
            let kind = image::guess_format(&stored.bytes).unwrap();
            assert_eq!(kind.to_mime_type(), content_type);
        }
    }
    let html = b"<!doctype html><script>alert(1)</script>";
    let lie = "Content-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n";
    let answer = uploads
        .patch(form(&[[lie.as_bytes(), html].concat()]))
        .await;
    assert_eq!(answer.body, refusal(NOT_AN_IMAGE));
}

#[actix_web::test]
async fn f5_no_name_leads_anywhere_else() {
    for uploads in Uploads::over_each_storage() {
        let names = [
            ("../../etc/x.png", "x.png"),
            ("/etc/y.png", "y.png"),
            ("..\\\\..\\\\z.png", "z.png"),
            ("C:\\\\w.png", "w.png"),
            ("%2e%2e%2fv.png", "2e2e2fv.png"),
            ("%252e%252e%252fu.png", "252e252e252fu.png"),
            (".hidden.png", "hidden.png"),
            ("..png", "avatar.png"),
            ("CON.png", "CON.png"),
            ("nul.png", "nul.png"),
            ("a;b|c&d.png", "abcd.png"),
            ("t\u{202e}gnp.png", "tgnp.png"),
            ("x.png.png", "x.png.png"),
            ("s#1.png", "s1.png"),
        ];

        for (given, expected) in names {
            let path = uploads.upload(given, &png()).await;

            assert_eq!(path, format!("/media/users/avatars/{expected}"), "{given}");
            assert_eq!(uploads.get(&path).await.status, 200, "{path}");
        }
        let nul = uploads.upload("n\0ul.png", &png()).await;
        assert!(nul.starts_with("/media/users/avatars/nul"), "{nul}");
        let overlong = uploads.upload("o\u{fffd}.png", &png()).await;
        assert_eq!(overlong, "/media/users/avatars/o.png");
        if let Some(root) = uploads.root() {
            let top: Vec<_> = std::fs::read_dir(root).unwrap().collect();
            assert_eq!(top.len(), 1, "only the folder of avatars");
        }
    }
}

#[actix_web::test]
async fn f5_the_longest_names_fit_the_column_and_the_file_system() {
    for uploads in Uploads::over_each_storage() {
        for letter in ["n", "ن", "漢", "𝒳"] {
            let name = format!("{}.png", letter.repeat(96));

            let path = uploads.upload(&name, &png()).await;

            let url = percent_encoding::percent_decode_str(&path);
            let key = url.decode_utf8().unwrap().replacen("/media/", "", 1);
            assert!(key.chars().count() <= 100, "{key}");
            assert_eq!(uploads.get(&path).await.status, 200, "{path}");
        }
    }
}
