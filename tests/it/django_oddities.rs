//! What Django drops without a word, or stores as other letters than were sent, beside real Django.

use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::avatars::png;
use crate::databases::on_both_databases;
use crate::django_requests::{FORM, ME, MULTIPART, bodies, first_name, part, send, stored_name};

on_both_databases!(what_django_drops_or_spoils_is_read_or_refused);

/// Content type, body, and the first name that Django and the service read; nothing where they answer 400 or drop it.
type Case = (String, Vec<u8>, Value, Value);

fn forms() -> Vec<Case> {
    vec![
        (
            format!("{FORM}; charset=us-ascii"),
            "first_name=é".into(),
            json!("Ã©"),
            json!("é"),
        ),
        (
            format!("{FORM}; charset=us-ascii"),
            "first_name=%C3%A9".into(),
            json!("\u{fffd}\u{fffd}"),
            json!("é"),
        ),
        (
            format!("{FORM}; charset=cp932"),
            "first_name=\u{ff}".into(),
            json!("ﾃｿ"),
            json!("ﾃｿ"),
        ),
        (
            format!("{FORM}; charset=cp932"),
            b"first_name=\x82".into(),
            json!("\u{82}"),
            Value::Null,
        ),
        (
            format!("{FORM}; charset=cp437"),
            b"first_name=\x82".into(),
            json!("é"),
            Value::Null,
        ),
        (
            format!("{FORM}; charset=utf-7"),
            b"first_name=%2BAOk-".into(),
            json!("é"),
            Value::Null,
        ),
    ]
}

fn parts() -> Vec<Case> {
    let named = "--b\r\nContent-Disposition: form-data; name=first_name\r\n\r\na\r\n--b";
    let after = |rest: &str| format!("{named}{rest}").into_bytes();
    let quoted = "\r\nContent-Transfer-Encoding: quoted-printable";
    let latin = "\r\nContent-Type: text/plain; charset=iso-8859-1";
    vec![
        (
            MULTIPART.into(),
            part("first_name", quoted, b"Gr=C3=BC=C3=9F=\r\ne"),
            json!("Gr=C3=BC=C3=9F=\r\ne"),
            json!("Grüße"),
        ),
        (
            MULTIPART.into(),
            part("first_name", latin, b"\xe9"),
            json!("\u{fffd}"),
            json!("é"),
        ),
        (
            MULTIPART.into(),
            part(
                "first_name",
                "\r\nContent-Type: text/plain; charset=utf-7",
                b"+AOk-",
            ),
            json!("+AOk-"),
            Value::Null,
        ),
        (
            format!("{MULTIPART}; charset=us-ascii"),
            part("first_name", "", "é".as_bytes()),
            json!("\u{fffd}\u{fffd}"),
            json!("é"),
        ),
        (
            MULTIPART.into(),
            b"--b\nContent-Disposition: form-data; name=first_name\n\na\n--b--\n".into(),
            Value::Null,
            json!("a"),
        ),
        (
            MULTIPART.into(),
            b"--b\r\nContent-Disposition: form-data;\r\n name=first_name\r\n\r\na\r\n--b--".into(),
            Value::Null,
            json!("a"),
        ),
        (
            MULTIPART.into(),
            after("\r\nContent-Disposition: form-data\r\n\r\nb\r\n--b--"),
            json!("a"),
            Value::Null,
        ),
        (
            MULTIPART.into(),
            after("\r\nContent-Type: text/plain\r\n\r\nb\r\n--b--"),
            json!("a"),
            Value::Null,
        ),
        (
            MULTIPART.into(),
            after("\r\nContent-Disposition: form-da"),
            json!("a"),
            Value::Null,
        ),
        (
            MULTIPART.into(),
            after(
                "\r\nContent-Disposition: form-data; name=avatar; filename=\"..\"\r\n\r\nb\r\n--b--",
            ),
            json!("a"),
            Value::Null,
        ),
        // What is around the parts is nobody's.
        (
            MULTIPART.into(),
            after("--\r\nepilogue"),
            json!("a"),
            json!("a"),
        ),
        (
            MULTIPART.into(),
            after("--\r\n--b\r\nContent-Disposition: form-data; name=last_name\r\n\r\nb\r\n--b--"),
            json!("a"),
            json!("a"),
        ),
    ]
}

fn what_django_drops_or_spoils_is_read_or_refused(backend: Backend) {
    let test = "what_django_drops_or_spoils_is_read_or_refused";
    let cases = [forms(), parts()].concat();
    let asked: Vec<_> = cases
        .iter()
        .map(|case| (case.0.as_str(), case.1.clone()))
        .collect();
    let Some(judged) = bodies(test, &asked) else {
        return;
    };
    let service = Service::start(backend, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");

    for ((kind, body, of_django, ours), judged) in cases.iter().zip(judged) {
        let told = format!("{kind} {}", body.escape_ascii());
        let (status, name) = first_name(&caller, kind, body);
        assert_eq!(&judged["fields"]["first_name"], of_django, "{told}");
        assert_eq!(
            (status, &name),
            (if ours.is_null() { 400 } else { 200 }, ours),
            "{told}"
        );
    }
}

/// Django keeps encoded words, which .NET and PowerShell send for names beyond ASCII, as they are.
#[test]
fn encoded_words_and_encoded_files_are_decoded() {
    let png = png();
    let digits = hex::encode_upper(&png);
    let pairs = digits.as_bytes().chunks(2);
    let quoted: Vec<u8> = pairs.flat_map(|pair| [b'=', pair[0], pair[1]]).collect();
    let quoted_head = "; filename=\"q.png\"\r\nContent-Transfer-Encoding: Quoted-Printable";
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");

    for (head, content, name) in [
        (
            r#"; filename="=?utf-8?B?bmHDr3ZlLnBuZw==?=""#,
            &png[..],
            "naïve.png",
        ),
        (
            r#"; filename="=?utf-8?B?eA==?="; filename*=utf-8''na%C3%AFve-1.png"#,
            &png,
            "naïve-1.png",
        ),
        (
            "; filename==?utf-8?Q?na=C3=AFve-2.png?=",
            &png,
            "naïve-2.png",
        ),
        (
            "; filename*0*=utf-8''na%C3%AF; filename*1=ve-3.png",
            &png,
            "naïve-3.png",
        ),
        (quoted_head, &quoted[..], "q.png"),
    ] {
        let answer = send(&caller, MULTIPART, &part("avatar", head, content));

        assert_eq!(answer.status, 200, "{head}: {}", answer.text());
        assert_eq!(stored_name(&answer), name, "{head}");
    }
}

#[test]
fn heads_of_parts_that_lie_are_refused_and_nothing_is_stored() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");
    let before = caller.get(ME).text();
    let png = png();
    let nested = (0..100).fold("x.png".to_owned(), |name, _| {
        format!("=?utf-8?Q?{}?=", name.replace('=', "=3D"))
    });
    let heads = [
        format!("; filename=\"{}.png\"", "a".repeat(10_000)),
        format!("; filename=\"{}.png\"", "&amp;".repeat(3_000)),
        format!("; filename*=UTF-8''{}.png", "%C3%A9".repeat(2_000)),
        format!("; filename=\"{}\"", "=?utf-8?B?YQ==?= ".repeat(900)),
        format!("; filename=\"{}\"", "a".repeat(1_000_000)),
        format!("; filename=\"{nested}\""),
        "; filename=x.png\r\nContent-Transfer-Encoding: base64".to_owned(),
        "; filename=x.png\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Length: 3"
            .to_owned(),
        "; filename=\"..\"".to_owned(),
        "; filename=\"&#46;&#46;\"".to_owned(),
    ];
    for head in heads {
        let content: &[u8] = if head.contains("quoted") {
            b"=FF="
        } else {
            &png
        };
        let answer = send(&caller, MULTIPART, &part("avatar", &head, content));

        let told = head.get(..60).unwrap_or(&head);
        assert_eq!(answer.status, 400, "{told}: {}", answer.text());
    }
    assert_eq!(caller.get(ME).text(), before);
}
