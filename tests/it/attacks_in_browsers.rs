//! Attack cases of browsers. Those of forms, stored markup and frames (G2 to G4) are in `pages`, those of
//! the log-in and its cookie by all their parts in `tower_login` of the crate `profiled-http`.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    no_other_origin_may_read_an_answer,
    a_write_by_cookie_needs_its_proof,
    json_is_never_a_script,
    no_shared_cache_mixes_answers_up,
    cookies_stay_with_this_server,
    a_log_in_that_was_ended_is_good_at_no_server,
);

fn tower(backend: Backend, settings: &[&str]) -> Service {
    Service::start(backend, Data::Tower, settings)
}

fn log_in(caller: &Caller, name: &str) -> Answer {
    let fields = format!("username={name}&password=pw-{name}&next=/api/v2/me/");
    let form = Request::new("POST", "/api/login/")
        .header("Content-Type", "application/x-www-form-urlencoded");
    caller.send(form.body(&fields))
}

/// Each `Set-Cookie` of an answer.
fn cookies(answer: &Answer) -> Vec<&str> {
    let headers = answer.headers.iter();
    let set = headers.filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
    set.map(|(_, value)| value.as_str()).collect()
}

/// What a browser sends back after a log-in.
fn sent_back(answer: &Answer) -> String {
    let pairs = cookies(answer).into_iter();
    let pairs: Vec<&str> = pairs
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    pairs.join("; ")
}

/// G1
fn no_other_origin_may_read_an_answer(backend: Backend) {
    let service = tower(backend, &[]);
    let nobody = service.client().anonymous();
    let cookie = sent_back(&log_in(&nobody, "alice"));
    let own = format!("http://{}", service.address());
    let origins = [
        "null".to_owned(),
        "http://evil.example".to_owned(),
        format!("{own}.evil.example"),
        format!("{own}@evil.example"),
        format!("https://{}", service.address()),
        "http://localhost".to_owned(),
    ];

    for origin in origins {
        let read = Request::new("GET", "/api/v2/me/").header("Origin", &origin);
        let preflight = Request::new("OPTIONS", "/api/v2/users/3/")
            .header("Origin", &origin)
            .header("Access-Control-Request-Method", "PATCH")
            .header("Access-Control-Request-Headers", "x-csrftoken");
        let answers = [
            nobody.send(read.header("Cookie", &cookie)),
            nobody.send(preflight),
        ];

        let statuses = answers.each_ref().map(|answer| answer.status);
        assert_eq!(statuses, [200, 401], "{origin}");
        for (name, _) in answers.iter().flat_map(|answer| &answer.headers) {
            let name = name.to_ascii_lowercase();
            assert!(!name.starts_with("access-control-"), "{origin}: {name}");
        }
        assert!(!answers[1].text().contains("alice"), "{origin}");
    }
}

/// G2
fn a_write_by_cookie_needs_its_proof(backend: Backend) {
    let service = tower(backend, &[]);
    let nobody = service.client().anonymous();
    let cookie = sent_back(&log_in(&nobody, "alice"));
    let (_, csrf) = cookie.split_once("csrftoken=").unwrap();
    let write = || {
        let body = r#"{"email": "mallory@example.com"}"#;
        Request::json("PATCH", "/api/v2/users/3/", body).header("Cookie", &cookie)
    };
    let email = || {
        let read = Request::new("GET", "/api/v2/me/").header("Cookie", &cookie);
        nobody.send(read).json()["results"][0]["email"].clone()
    };

    for refused in [
        write(),
        write().header("X-CSRFToken", "x"),
        write()
            .header("X-CSRFToken", csrf)
            .header("X-CSRFToken", csrf),
        write().header("X-CSRFToken", csrf).header("Origin", "null"),
    ] {
        assert_eq!(nobody.send(refused).status, 403);
        assert_eq!(email(), "alice@example.com");
    }
    let own = format!("http://{}", service.address());
    let asked = write().header("X-CSRFToken", csrf).header("Origin", &own);
    assert_eq!(nobody.send(asked).status, 200);
    assert_eq!(email(), "mallory@example.com");
}

/// G5
fn json_is_never_a_script(backend: Backend) {
    let service = tower(backend, &[]);
    let nobody = service.client().anonymous();
    let paths = [
        "/api/",
        "/api/v1/ping/",
        "/api/v1/me/",
        "/api/v2/nope/",
        "/api/login/",
        "/api/users/me/",
    ];

    for path in paths {
        let answer = nobody.send(Request::new("GET", path).header("Accept", "*/*"));

        let headers = ["Content-Type", "X-Content-Type-Options"];
        let told = headers.map(|name| answer.header(name).unwrap_or_default());
        assert_eq!(told, ["application/json", "nosniff"], "{path}");
    }
}

/// G6
fn no_shared_cache_mixes_answers_up(backend: Backend) {
    let service = tower(backend, &[]);
    let nobody = service.client().anonymous();
    let alice = service.client().authorization("Basic YWxpY2U6cHctYWxpY2U=");

    for (caller, path) in [
        (&alice, "/api/v1/me/"),
        (&alice, "/api/v2/me/"),
        (&nobody, "/api/v2/me/"),
        (&nobody, "/api/"),
    ] {
        for accept in ["application/json", "text/html"] {
            let answer = caller.send(Request::new("GET", path).header("Accept", accept));

            let told = ["Cache-Control", "Vary"].map(|name| answer.header(name));
            let told = told.each_ref().map(|value| value.as_deref());
            assert_eq!(told, [Some("private"), Some("Accept, Cookie")], "{path}");
        }
    }
    let pair = r#"{"username": "alice", "password": "pw-alice"}"#;
    let token = nobody.send(Request::json("POST", "/api/v1/authtoken/", pair));
    for answer in [token, log_in(&nobody, "alice")] {
        assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"));
    }
}

/// G7
fn cookies_stay_with_this_server(backend: Backend) {
    let plain = tower(backend, &[]);
    let secure = tower(backend, &["http.public_url=https://api.example.com"]);

    for (service, end) in [(&plain, ""), (&secure, "; Secure")] {
        let nobody = service.client().anonymous();
        let login = log_in(&nobody, "alice");
        let told = cookies(&login);

        assert_eq!((login.status, told.len()), (302, 2));
        let session = format!("; Path=/; SameSite=Lax; HttpOnly{end}");
        assert!(
            told[0].starts_with("sessionid=") && told[0].ends_with(&session),
            "{told:?}"
        );
        assert!(
            told[1].ends_with(&format!("; Path=/; SameSite=Lax{end}")),
            "{told:?}"
        );
        assert!(!told.concat().contains("Domain"), "{told:?}");
    }
}

fn a_log_in_that_was_ended_is_good_at_no_server(backend: Backend) {
    let service = tower(backend, &[]);
    let sibling = service.sibling();
    let callers = [service.client().anonymous(), sibling.client().anonymous()];
    let status = |caller: &Caller, cookie: &str| {
        let me = Request::new("GET", "/api/v2/me/").header("Cookie", cookie);
        caller.send(me).status
    };
    for (method, path, ended) in [
        ("POST", "/api/logout/", 302),
        ("DELETE", "/api/v2/authtoken/", 204),
    ] {
        let [cookie, kept] = [(); 2].map(|()| sent_back(&log_in(&callers[0], "alice")));
        let (_, token) = cookie.rsplit_once('=').unwrap();
        let end = Request::new(method, path).header("Cookie", &cookie);

        assert_eq!(callers[1].send(end.clone()).status, 403, "{path}");
        assert!(callers.iter().all(|caller| status(caller, &cookie) == 200));
        let answer = callers[1].send(end.header("X-CSRFToken", token));

        assert_eq!(answer.status, ended, "{path}");
        let cleared = cookies(&answer);
        assert!(
            cleared.len() == 1 && cleared[0].starts_with("sessionid=; Path=/;"),
            "{cleared:?}"
        );
        assert!(cleared[0].contains("; Max-Age=0"), "{cleared:?}");
        for caller in &callers {
            assert_eq!(status(caller, &cookie), 401, "{path}");
            assert_eq!(status(caller, &kept), 200, "{path}");
        }
    }
}
