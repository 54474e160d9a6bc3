//! Avatars over TCP, with files in a folder and in a bucket of a real S3 server (attack cases F).

use std::io::{Cursor, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::thread;

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::s3::S3Server;
use acceptance::service::{Backend, Data, Service};
use image::{ImageFormat, RgbImage};

const ME: &str = "/api/users/me/";
const STORED: &str = "media/users/avatars";

/// Makes a test of each function: on both databases with a folder, and with a bucket.
macro_rules! on_each_storage {
    ($($test:ident),+ $(,)?) => {
        mod folder {
            crate::databases::on_both_databases!($($test),+);
            $(fn $test(backend: acceptance::service::Backend) {
                super::$test(&super::start(backend, &[]));
            })+
        }
        mod bucket {
            $(#[test] fn $test() {
                let name = concat!(module_path!(), "::", stringify!($test));
                if let Some(service) = super::start_over_bucket(name) {
                    super::$test(&service);
                }
            })+
        }
    };
}

on_each_storage!(
    an_avatar_lives_from_its_upload_to_a_purge,
    an_avatar_comes_back_by_a_restore,
    f7_failed_change_leaves_no_file,
    of_uploads_at_once_one_file_is_left,
    f1_f4_served_file_is_a_new_picture,
    f2_f3_bombs_and_broken_files_are_refused,
);

crate::databases::on_both_databases!(
    f7_an_upload_that_is_broken_off_leaves_nothing,
    pictures_sent_in_turn_find_names,
    imported_files_stay_as_long_as_a_user_has_them,
    an_erased_user_s_file_goes,
);

fn start(backend: Backend, more: &[String]) -> Service {
    // What a purge finds, it deletes at once.
    let mut settings = vec!["media.sweep_grace=0", "accounts.purge_interval=0"];
    settings.extend(more.iter().map(String::as_str));
    Service::start(backend, Data::Staff, &settings)
}

fn start_over_bucket(test: &str) -> Option<Service> {
    static SERVER: OnceLock<Option<S3Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| S3Server::start(test)).as_ref()?;
    let prefix = test.replace("::", "-");
    Some(start(Backend::Sqlite, &server.settings(&prefix)))
}

fn admin(service: &Service) -> Caller {
    service.client().token("MasterAdmin")
}

pub fn form(name: &str, bytes: &[u8]) -> Request {
    let head = format!(
        "--sample\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"{name}\"\r\n\r\n"
    );
    let form = "multipart/form-data; boundary=sample";
    let mut request = Request::new("PATCH", ME).header("Content-Type", form);
    request.body = Some([head.as_bytes(), bytes, b"\r\n--sample--\r\n"].concat());
    request
}

/// The path of the avatar in an answer of 200.
pub fn avatar(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let url = answer.json()["avatar"].as_str().unwrap().to_owned();
    let at = url.find("/media/").unwrap();
    url[at..].to_owned()
}

fn clear(caller: &Caller) {
    let cleared = caller.send(Request::json("PATCH", ME, r#"{"avatar":null}"#));
    assert_eq!(cleared.json()["avatar"], serde_json::Value::Null);
}

fn picture(format: ImageFormat, colour: [u8; 3]) -> Vec<u8> {
    let picture = RgbImage::from_pixel(40, 20, image::Rgb(colour));
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

pub fn png() -> Vec<u8> {
    picture(ImageFormat::Png, [200, 0, 0])
}

fn an_avatar_lives_from_its_upload_to_a_purge(service: &Service) {
    let (admin, anybody) = (admin(service), service.client().anonymous());
    let path = avatar(&admin.send(form("new.png", &png())));
    assert_eq!(path, "/media/users/avatars/new.png");

    let got = anybody.get(&path);
    let head = anybody.send(Request::new("HEAD", &path));
    let tag = got.header("ETag").unwrap();
    let known = anybody.send(Request::new("GET", &path).header("If-None-Match", &tag));
    let part = anybody.send(Request::new("GET", &path).header("Range", "bytes=1-3"));
    let elsewhere = service.sibling().client().anonymous().get(&path);

    image::load_from_memory(&got.body).unwrap();
    assert_eq!(got.header("Content-Type").as_deref(), Some("image/png"));
    let length = got.body.len().to_string();
    assert_eq!(head.header("Content-Length"), Some(length));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!((known.status, known.body.len()), (304, 0));
    assert_eq!((part.status, part.body.as_slice()), (206, &b"PNG"[..]));
    assert_eq!(elsewhere.body, got.body);

    let second = avatar(&admin.send(form("second.png", &png())));
    assert_eq!(anybody.get(&path).status, 200, "until a purge");
    service.run(&["purge", "--yes"]);
    assert_eq!(anybody.get(&path).status, 404);
    assert_eq!(anybody.get(&second).status, 200);
    clear(&admin);
    service.run(&["purge", "--yes"]);
    assert_eq!(anybody.get(&second).status, 404);
}

fn an_avatar_comes_back_by_a_restore(service: &Service) {
    let (admin, anybody) = (admin(service), service.client().anonymous());
    let path = avatar(&admin.send(form("kept.png", &png())));
    let before = anybody.get(&path).body;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("backup.tar.gz");
    let archive = archive.to_str().unwrap();
    service.run(&["backup", archive]);
    clear(&admin);
    service.run(&["purge", "--yes"]);
    assert_eq!(anybody.get(&path).status, 404);

    // Another database, since this one is in use, over the same files.
    let elsewhere = folder.path().join("restored.sqlite3");
    let elsewhere = format!("database.url=sqlite://{}", elsewhere.display());
    service.run(&["restore", archive, "--yes", "--set", &elsewhere]);

    let after = anybody.get(&path);
    assert_eq!((after.status, after.body), (200, before));
}

fn f7_failed_change_leaves_no_file(service: &Service) {
    let (admin, anybody) = (admin(service), service.client().anonymous());
    let before = avatar(&admin.get(ME));
    let postgres = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
                    $$ BEGIN RAISE EXCEPTION 'no'; END $$; \
                    CREATE TRIGGER fail BEFORE UPDATE OF avatar ON users \
                    FOR EACH ROW EXECUTE FUNCTION fail()";
    let sqlite = "CREATE TRIGGER fail BEFORE UPDATE OF avatar ON users \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    service.execute(match service.backend() {
        Backend::Sqlite => sqlite,
        Backend::Postgres => postgres,
    });

    let failed = admin.send(form("new.png", &png()));

    assert_eq!(failed.status, 500, "{}", failed.text());
    let path = "/media/users/avatars/new.png";
    assert_eq!(anybody.get(path).status, 200, "stored, and nobody's");
    service.run(&["purge", "--yes"]);
    assert_eq!(anybody.get(path).status, 404);
    assert_eq!(avatar(&admin.get(ME)), before);
}

fn of_uploads_at_once_one_file_is_left(service: &Service) {
    let admin = admin(service);
    let colours: Vec<[u8; 3]> = (0..6).map(|n| [n * 40, 0, 0]).collect();

    let paths: Vec<String> = thread::scope(|scope| {
        let uploads = colours.iter().map(|colour| {
            let bytes = picture(ImageFormat::Png, *colour);
            let admin = &admin;
            scope.spawn(move || avatar(&admin.send(form("new.png", &bytes))))
        });
        let uploads: Vec<_> = uploads.collect();
        uploads
            .into_iter()
            .map(|upload| upload.join().unwrap())
            .collect()
    });

    service.run(&["purge", "--yes"]);
    let stays = avatar(&admin.get(ME));
    let anybody = service.client().anonymous();
    for path in paths {
        let expected = if path == stays { 200 } else { 404 };
        assert_eq!(anybody.get(&path).status, expected, "{path}");
    }
    // An answer may show the file of another upload that came in between: they are counted, too.
    let left = service.files(STORED);
    assert!(left.len() <= 1, "{left:?}");
}

fn f1_f4_served_file_is_a_new_picture(service: &Service) {
    let admin = admin(service);
    let mut jpeg = picture(ImageFormat::Jpeg, [0, 0, 200]);
    // Turned by 90 degrees, and with a note of the place.
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPS-SECRET";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    jpeg.splice(2..2, [&b"\xff\xe1"[..], &length, exif].concat());
    jpeg.extend_from_slice(b"<script>alert(document.domain)</script>");

    let path = avatar(&admin.send(form("evil.html.jpg", &jpeg)));
    let got = service.client().anonymous().get(&path);

    let text = String::from_utf8_lossy(&got.body);
    assert!(!text.contains("SECRET") && !text.contains("script"));
    let stored = image::load_from_memory(&got.body).unwrap();
    assert_eq!((stored.width(), stored.height()), (20, 40));
    let headers = [
        ("Content-Type", "image/jpeg"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ];
    for (name, value) in headers {
        assert_eq!(got.header(name).as_deref(), Some(value));
    }
}

fn f2_f3_bombs_and_broken_files_are_refused(service: &Service) {
    let admin = admin(service);
    let before = avatar(&admin.get(ME));
    let header = |size: u32| {
        let size = size.to_be_bytes();
        [
            &b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..],
            &size,
            &size,
            b"\x08\x02\0\0\0",
        ]
        .concat()
    };
    let frame = b",\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
    let frames = [&head[..], &frame.repeat(10_000), b";"].concat();
    let whole = png();
    let mut files = vec![header(20_000), header(1), frames, vec![0; 9 * 1024 * 1024]];
    files.extend(
        (1..whole.len() - 12)
            .step_by(7)
            .map(|cut| whole[..cut].to_vec()),
    );

    for file in files {
        let answer = admin.send(form("a.png", &file));

        assert_eq!(
            answer.status,
            400,
            "{} bytes: {}",
            file.len(),
            answer.text()
        );
        assert!(answer.json()["avatar"].is_array());
    }
    assert_eq!(avatar(&admin.get(ME)), before);
    assert_eq!(service.files(STORED), Vec::<String>::new());
}

fn f7_an_upload_that_is_broken_off_leaves_nothing(backend: Backend) {
    let service = start(backend, &[]);
    let admin = admin(&service);
    let before = avatar(&admin.get(ME));
    let request = form("new.png", &png());
    let body = request.body.as_ref().unwrap();
    let head = format!(
        "PATCH {ME} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\n\
         Content-Type: multipart/form-data; boundary=sample\r\nContent-Length: {}\r\n\r\n",
        admin.credentials(),
        body.len()
    );

    for length in [0, body.len() / 2, body.len() - 1] {
        let mut connection = TcpStream::connect(service.address()).unwrap();
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(&body[..length]).unwrap();
        drop(connection);
    }

    // An upload that is not broken off finds the name free.
    let path = avatar(&admin.send(request));
    assert_eq!(path, "/media/users/avatars/new.png");
    assert_ne!(path, before);
    assert_eq!(service.files(STORED), ["new.png"]);
}

fn pictures_sent_in_turn_find_names(backend: Backend) {
    let service = start(backend, &[]);
    let admin = admin(&service);
    let pictures = [[200, 0, 0], [0, 0, 200]].map(|colour| picture(ImageFormat::Png, colour));

    let sent = pictures.iter().cycle().take(30);
    let paths = sent.map(|bytes| avatar(&admin.send(form("new.png", bytes))));
    let mut paths: Vec<_> = paths.collect();

    let last = paths.last().cloned();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), 30);
    assert_eq!(Some(avatar(&admin.get(ME))), last);
}

fn imported_files_stay_as_long_as_a_user_has_them(backend: Backend) {
    let service = start(backend, &[]);
    let admin = admin(&service);
    let imported = avatar(&admin.get(ME));
    service.write_file(&imported[1..], b"as it was before the import");

    service.run(&["purge", "--yes"]);
    let kept = service.client().anonymous().get(&imported);
    avatar(&admin.send(form("new.png", &png())));
    service.run(&["purge", "--yes"]);
    let replaced = service.client().anonymous().get(&imported);

    assert_eq!(
        (kept.status, kept.text().as_str()),
        (200, "as it was before the import")
    );
    assert_eq!(replaced.status, 404);
    assert_eq!(service.files(STORED), ["new.png"]);
}

fn an_erased_user_s_file_goes(backend: Backend) {
    let service = start(backend, &["accounts.deletion_grace=0".to_owned()]);
    let admin = admin(&service);
    let path = avatar(&admin.send(form("new.png", &png())));
    service.run(&["user", "create", "--username", "root", "--superuser"]);

    service.run(&["user", "delete", "MasterAdmin", "--yes"]);
    assert_eq!(service.client().anonymous().get(&path).status, 200);
    service.run(&["purge", "--yes"]);

    assert_eq!(service.client().anonymous().get(&path).status, 404);
    assert_eq!(service.files(STORED), Vec::<String>::new());
}
