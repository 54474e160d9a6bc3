//! Requests as clients really send them, read by real Django and by the service. Where the two differ, the case says
//! what Django makes of it.

use acceptance::client::Caller;
use acceptance::python::Python;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::avatars::png;
use crate::databases::on_both_databases;

on_both_databases!(
    text_of_forms_and_json_is_that_of_django,
    parts_of_forms_are_those_of_django,
);

const PACKAGES: [&str; 2] = ["Django==5.2.8", "djangorestframework==3.16.1"];
pub const ME: &str = "/api/users/me/";
pub const FORM: &str = "application/x-www-form-urlencoded";
pub const MULTIPART: &str = "multipart/form-data; boundary=b";

/// What Django makes of these requests; `None` where it cannot be had.
pub fn django(test: &str, asked: &Value) -> Option<Value> {
    let mut all = json!({"bodies": [], "pages": [], "count": 0, "hosts": [], "allowed": []});
    for (name, value) in asked.as_object().unwrap() {
        all[name] = value.clone();
    }
    let python = Python::with(test, "django-requests", &PACKAGES)?;
    Some(python.run("django_requests.py", &all))
}

pub fn bodies(test: &str, bodies: &[(&str, Vec<u8>)]) -> Option<Vec<Value>> {
    let encode = |(kind, body): &(&str, Vec<u8>)| json!([kind, STANDARD.encode(body)]);
    let asked: Vec<Value> = bodies.iter().map(encode).collect();
    let answer = django(test, &json!({"bodies": asked}))?;
    answer["bodies"].as_array().cloned()
}

pub fn send(caller: &Caller, kind: &str, body: &[u8]) -> Answer {
    let mut request = Request::new("PATCH", ME).header("Content-Type", kind);
    request.body = Some(body.to_vec());
    caller.send(request)
}

/// Status and first name, if the request was taken.
pub fn first_name(caller: &Caller, kind: &str, body: &[u8]) -> (u16, Value) {
    let none = send(caller, "application/json", br#"{"first_name": "none"}"#);
    assert_eq!(none.status, 200);
    let answer = send(caller, kind, body);
    let name = match answer.status {
        200 => answer.json()["first_name"].clone(),
        _ => Value::Null,
    };
    let kept = caller.get(ME).json()["first_name"].clone();
    let expected = if answer.status == 200 {
        name.clone()
    } else {
        json!("none")
    };
    assert_eq!(kept, expected, "{kind}");
    (answer.status, name)
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

fn text_of_forms_and_json_is_that_of_django(backend: Backend) {
    let form = |charset: &str| format!("{FORM}; charset={charset}");
    let of_json = |charset: &str| format!("application/json; charset={charset}");
    let name = |bytes: &[u8]| [b"first_name=", bytes].concat();
    let json = |bytes: &[u8]| [b"{\"first_name\": \"", bytes, b"\"}"].concat();
    let bom = |body: Vec<u8>| [&b"\xef\xbb\xbf"[..], &body].concat();
    let cases: Vec<(String, Vec<u8>)> = vec![
        (FORM.into(), name("né".as_bytes())),
        (FORM.into(), name(b"n\xe9")),
        (FORM.into(), name(b"n%E9")),
        (FORM.into(), name(b"n%C3%A9")),
        (FORM.into(), name(b"\xe9%E9%C3%A9")),
        (FORM.into(), name("é%zz%C3%A9+%".as_bytes())),
        (form("utf-8"), name(b"n\xe9")),
        (form("nonsense"), name(b"n\xe9")),
        (form("us-ascii"), name(b"n\xe9")),
        (form("latin-1"), name(b"n\xe9%E9")),
        (form("ISO_8859-1"), name(b"n\xe9")),
        (form("cp1252"), name(b"\x80%80")),
        (form("cp932"), name(b"\x82\xa0%82%a0")),
        (form("utf-8-sig"), bom(name("né".as_bytes()))),
        (form("utf-16-le"), utf_16("first_name=né", u16::to_le_bytes)),
        (form("utf-16-be"), utf_16("first_name=né", u16::to_be_bytes)),
        (
            form("utf-16"),
            utf_16("\u{feff}first_name=né", u16::to_be_bytes),
        ),
        (of_json("utf-8-sig"), bom(json("né".as_bytes()))),
        (of_json("utf-8"), bom(json("né".as_bytes()))),
        (of_json("us-ascii"), json("né".as_bytes())),
        (of_json("us-ascii"), json(b"ne")),
        (of_json("latin1"), json(b"n\xe9")),
        (of_json("L1"), json(b"n\xe9")),
        (of_json("windows-1252"), json(b"\x80")),
        (of_json("cp1252"), json(b"\x81")),
        (of_json("cp932"), json(b"\x82\xa0")),
        (
            of_json("utf-16-le"),
            utf_16("{\"first_name\": \"né\"}", u16::to_le_bytes),
        ),
        (
            of_json("utf-16"),
            utf_16("\u{feff}{\"first_name\": \"né\"}", u16::to_le_bytes),
        ),
        (
            of_json("utf-16"),
            utf_16("{\"first_name\": \"né\"}", u16::to_le_bytes),
        ),
        (of_json("nonsense"), json("né".as_bytes())),
        (of_json("nonsense"), json(b"\xe9")),
    ];
    let test = "text_of_forms_and_json_is_that_of_django";
    let asked: Vec<_> = cases
        .iter()
        .map(|(kind, body)| (kind.as_str(), body.clone()))
        .collect();
    let Some(judged) = bodies(test, &asked) else {
        return;
    };
    let service = Service::start(backend, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");

    for ((kind, body), judged) in cases.iter().zip(judged) {
        let told = format!("{kind} {}", body.escape_ascii());
        let (status, name) = first_name(&caller, kind, body);
        let expected = (
            judged["status"].clone(),
            judged["fields"]["first_name"].clone(),
        );
        // White space at the ends is not for forms to tell.
        let trimmed = expected.1.as_str().map(str::trim);
        assert_eq!(
            (json!(status), name.as_str()),
            (expected.0, trimmed),
            "{told}"
        );
    }
}

/// A multipart form with one part: its head behind the name of the field, and its content.
pub fn part(field: &str, head: &str, content: &[u8]) -> Vec<u8> {
    let start = format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"{head}\r\n\r\n");
    [start.as_bytes(), content, b"\r\n--b--\r\n"].concat()
}

/// The name under which an uploaded file is stored.
pub fn stored_name(answer: &Answer) -> String {
    let avatar = answer.json()["avatar"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let name = avatar.rsplit('/').next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(name).decode_utf8();
    decoded.unwrap().into_owned()
}

fn parts_of_forms_are_those_of_django(backend: Backend) {
    let test = "parts_of_forms_are_those_of_django";
    let (png, base64) = (png(), STANDARD.encode(png()));
    let wrapped: Vec<&[u8]> = base64.as_bytes().chunks(76).collect();
    let wrapped = wrapped.join(&b"\r\n"[..]);
    let encoded = "\r\nContent-Transfer-Encoding: base64";
    let texts = [
        part("first_name", encoded, "R3LDvMOfZQ==".as_bytes()),
        part(
            "first_name",
            "\r\ncontent-transfer-encoding: BASE64",
            b"R3LD\r\nvMOfZQ==",
        ),
        part("first_name", encoded, b"not base64!"),
        part(
            "first_name",
            "\r\nContent-Transfer-Encoding: 8bit",
            "Grüße".as_bytes(),
        ),
        part("first_name", "; filename=\"\"", b"text"),
        part(
            "first_name",
            "\r\nContent-Type: text/plain; charset=utf-8",
            "Grüße".as_bytes(),
        ),
        part("first_name", "", b"\xe9"),
        part("first_name", "", b"&#233;&eacute;"),
    ];
    let files = [
        (r#"; filename="a.png""#, &png[..]),
        (r#"; filename="naïve.png""#, &png),
        ("; filename*=UTF-8''na%C3%AFve-1.png", &png),
        (
            r#"; filename="x.png"; filename*=utf-8'en'na%C3%AFve-2.png"#,
            &png,
        ),
        ("; filename*=iso-8859-1''na%EFve-3.png", &png),
        (r#"; filename="na&iuml;ve-4.png""#, &png),
        (r#"; filename="na&#239;ve-5.png""#, &png),
        (r#"; filename="&#1087;.png""#, &png),
        (r#"; filename="..&#47;b.png""#, &png),
        ("; filename*=UTF-8''..%2F..%2Fc.png", &png),
        ("; filename=\"d\u{202e}e\u{200b}.png\"", &png),
        (r#"; filename="C:\fakepath\f.png""#, &png),
        (
            "; filename=\"g.png\"\r\nContent-Transfer-Encoding: base64",
            base64.as_bytes(),
        ),
        (
            "; filename=\"h.png\"\r\nContent-Transfer-Encoding: base64",
            &wrapped,
        ),
        (
            "; filename=\"i.png\"\r\nContent-Transfer-Encoding: binary",
            &png,
        ),
    ];
    let uploads = files.map(|(head, content)| part("avatar", head, content));
    let all: Vec<_> = texts
        .iter()
        .chain(&uploads)
        .map(|body| (MULTIPART, body.clone()))
        .collect();
    let Some(judged) = bodies(test, &all) else {
        return;
    };
    let (of_texts, of_files) = judged.split_at(texts.len());
    let service = Service::start(backend, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");

    for (body, judged) in texts.iter().zip(of_texts) {
        let (status, name) = first_name(&caller, MULTIPART, body);
        let expected = (&judged["status"], &judged["fields"]["first_name"]);
        assert_eq!((&json!(status), &name), expected, "{}", body.escape_ascii());
    }
    for (body, judged) in uploads.iter().zip(of_files) {
        let told = String::from_utf8_lossy(body.get(..120).unwrap()).into_owned();
        let answer = send(&caller, MULTIPART, body);
        assert_eq!(answer.status, 200, "{told}: {}", answer.text());
        let file = &judged["files"]["avatar"];
        assert_eq!(file[1], STANDARD.encode(&png), "{told}");
        assert_eq!(json!(stored_name(&answer)), file[0], "{told}");
    }
}
