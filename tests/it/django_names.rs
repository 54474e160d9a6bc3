//! Names of character sets, numbers and hosts, read by real Django and by the service.

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use profiled::{Settings, Sources};
use serde_json::{Value, json};

use crate::django_requests::{ME, django, first_name};

/// Each name of a codec in Python.
#[test]
fn text_in_each_codec_of_python_is_understood_or_refused() {
    let test = "text_in_each_codec_of_python_is_understood_or_refused";
    let Some(judged) = django(test, &json!({})) else {
        return;
    };
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");
    let (mut understood, mut wrong) = (0, Vec::new());
    let codecs = judged["codecs"].as_array().unwrap();
    for codec in codecs {
        let name = codec[0].as_str().unwrap();
        let body = codec[1]
            .as_str()
            .map_or_else(|| "{}".into(), |body| STANDARD.decode(body).unwrap());
        let (status, read) =
            first_name(&caller, &format!("application/json; charset={name}"), &body);
        match status {
            200 if read == codec[2] && codec[1].is_string() => understood += 1,
            400 => {}
            _ => wrong.push(format!("{name}: {status} {read} for {}", codec[2])),
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        understood > 160 && codecs.len() > 300,
        "{understood} of {}",
        codecs.len()
    );
}

#[test]
fn digits_of_any_script_number_pages_as_in_django() {
    let test = "digits_of_any_script_number_pages_as_in_django";
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");
    let all = caller.get("/api/users/").json();
    let ids: Vec<&Value> = all["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["id"])
        .collect();
    let asked = json!({"count": ids.len(), "pages": [
        "2", "۲", "٣", "१", "２", "𝟚", "۰۰۲", "0۲", " ۲\u{a0}", "+۲", "٠_٢", "۰", "-۲", "²", "②", "Ⅱ", "二", "۲۲", "x", "۲.۰", "_۲", "۲_",
        "\u{1c}2", "last",
    ]});
    let Some(judged) = django(test, &asked) else {
        return;
    };
    let escape = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let pages = asked["pages"]
        .as_array()
        .unwrap()
        .iter()
        .zip(judged["pages"].as_array().unwrap());
    let two = json!(2);
    let twos = judged["digits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|digit| (digit, &two));

    for (text, number) in pages.chain(twos) {
        let page = escape(text.as_str().unwrap());
        let answer = caller.get(&format!("/api/users/?page_size=1&page={page}"));
        let Some(number) = number.as_u64() else {
            assert_eq!(answer.status, 404, "{text}");
            continue;
        };
        let index = usize::try_from(number).unwrap() - 1;
        assert_eq!(&answer.json()["results"][0]["id"], ids[index], "{text}");
    }
    for size in ["٢", "２"] {
        let page = caller
            .get(&format!("/api/users/?page_size={}", escape(size)))
            .json();
        assert_eq!(page["results"].as_array().unwrap().len(), 2, "{size}");
    }
}

/// The hosts of the profile `development` are those of Django with `DEBUG` and no `ALLOWED_HOSTS`.
#[test]
fn hosts_of_development_are_those_of_django() {
    let test = "hosts_of_development_are_those_of_django";
    let hosts = [
        "localhost",
        "localhost:8000",
        "localhost:1",
        "LOCALHOST:65535",
        "localhost.",
        "app.localhost",
        "a.b.localhost:3000",
        "127.0.0.1",
        "127.0.0.1:5173",
        "[::1]:9",
        "[::1]",
        "localhost.example",
        "notlocalhost",
        "127.0.0.2",
        "localhost:x",
        "example.com",
    ];
    let development = Settings::load(&Sources::default())
        .unwrap()
        .http
        .allowed_hosts;
    let asked = json!({"hosts": hosts, "allowed": [".localhost", "127.0.0.1", "[::1]"]});
    let Some(judged) = django(test, &asked) else {
        return;
    };
    let setting = format!("http.allowed_hosts={}", development.join(","));
    let service = Service::start(Backend::Sqlite, Data::Staff, &[&setting]);

    for (host, is_allowed) in hosts.iter().zip(judged["hosts"].as_array().unwrap()) {
        let request = Request::new("GET", ME).header("Host", host);
        let answer = service.client().anonymous().send(request);
        let expected = if is_allowed == &json!(true) { 401 } else { 400 };
        assert_eq!(answer.status, expected, "{host}");
    }
}
