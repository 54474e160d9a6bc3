//! HTML pages over TCP, and the attack cases of browsers.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::databases::on_both_databases;

on_both_databases!(
    stored_markup_is_shown_as_text,
    a_failed_write_shows_nothing_that_reading_would_refuse,
    forms_of_other_sites_change_nothing,
    reading_by_post_never_writes,
    no_page_can_be_framed_or_run_a_script,
    head_has_the_length_of_the_page_and_no_body,
    links_lead_to_this_server_only,
);

const ME: &str = "/api/users/me/";
const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

fn staff(backend: Backend) -> Service {
    Service::start(backend, Data::Staff, &[])
}

fn page(caller: &Caller, method: &str, path: &str) -> Answer {
    caller.send(Request::new(method, path).header("Accept", "text/html"))
}

fn form(caller: &Caller, path: &str, origin: Option<&str>, fields: &str) -> Answer {
    let request = Request::new("POST", path)
        .header("Accept", "text/html")
        .header("Content-Type", "application/x-www-form-urlencoded");
    caller.send(match origin {
        Some(origin) => request.header("Origin", origin).body(fields),
        None => request.body(fields),
    })
}

/// The page without the one script that it may have, which holds nothing of any request.
pub fn without_own_script(answer: &Answer) -> String {
    let text = answer.text();
    let Some((before, rest)) = text.split_once("<script>") else {
        return text;
    };
    let (script, after) = rest.split_once("</script>").unwrap_or((rest, ""));
    let digest = STANDARD.encode(Sha256::digest(script));
    let policy = answer.header("Content-Security-Policy").unwrap_or_default();
    assert!(
        policy.contains(&format!(" script-src 'sha256-{digest}';")),
        "{policy}: {script}"
    );
    [before, after].concat()
}

/// G3
fn stored_markup_is_shown_as_text(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let stored = serde_json::json!({ "first_name": EVIL, "last_name": EVIL }).to_string();
    let refused =
        serde_json::json!({ "gender": EVIL, "email": EVIL, "username": EVIL }).to_string();
    let write = |body: &str| {
        let request = Request::json("PATCH", ME, body).header("Accept", "text/html");
        admin.send(request)
    };
    let path = format!("{ME}?{}", "x=%22%3E%3Cscript%3E");

    let answers = [
        write(&stored),
        write(&refused),
        page(&admin, "GET", &path),
        page(&admin, "GET", "/api/v1/me/"),
        page(&admin, "GET", "/api/v1/me/?%3Cscript%3E=1"),
        page(&service.client().bearer(1), "POST", "/api/profile/"),
    ];

    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 400, 200, 200, 400, 200]);
    for answer in &answers {
        let text = without_own_script(answer);
        assert!(
            !text.contains("<script") && !text.contains("<img"),
            "{text}"
        );
        assert!(!text.contains("\"'>"), "{text}");
        assert!(text.contains("script"), "{text}");
    }
}

/// E7
fn a_failed_write_shows_nothing_that_reading_would_refuse(backend: Backend) {
    let service = staff(backend);
    let plain = service.client().token("plain");

    let read = page(&plain, "GET", ME);
    let written = form(&plain, ME, None, "_method=PATCH&gender=x");

    for answer in [read, written] {
        assert_eq!(answer.status, 403);
        let text = answer.text();
        assert!(
            !text.contains("<textarea") && !text.contains("value=\"PATCH\""),
            "{text}"
        );
    }
}

/// G2
fn forms_of_other_sites_change_nothing(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let own = format!("http://{}", service.address());
    let fields = "_method=PATCH&first_name=Mallory";
    let before = admin.get(ME).json();

    for origin in ["null", "http://evil.example", "https://localhost", ""] {
        let answer = form(&admin, ME, Some(origin), fields);

        assert_eq!(answer.status, 403, "{origin:?}");
        assert!(!answer.text().contains("<textarea"), "{origin:?}");
    }
    assert_eq!(admin.get(ME).json(), before);
    // A form of a page that wants JSON stands for nothing but POST.
    let json = Request::new("POST", ME)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(fields);
    assert_eq!(admin.send(json).status, 405);
    assert_eq!(form(&admin, ME, Some(&own), fields).status, 200);
    assert_eq!(admin.get(ME).json()["first_name"], "Mallory");
}

/// G2
fn reading_by_post_never_writes(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().bearer(1);
    let before = admin.post("/api/profile/").json();

    let fields = "first_name=Mallory&_content_type=application/json&_content={\"first_name\":1}";
    let read = form(&admin, "/api/profile/", None, fields);
    let overridden = ["PUT", "PATCH", "DELETE"].map(|method| {
        let fields = format!("_method={method}&first_name=Mallory");
        form(&admin, "/api/profile/", None, &fields).status
    });

    assert_eq!((read.status, overridden), (200, [405, 405, 405]));
    assert_eq!(admin.post("/api/profile/").json(), before);
}

/// G4
fn no_page_can_be_framed_or_run_a_script(backend: Backend) {
    let service = staff(backend);
    let (admin, nobody) = (
        service.client().token("MasterAdmin"),
        service.client().anonymous(),
    );

    for (caller, path) in [
        (&admin, ME),
        (&nobody, ME),
        (&nobody, "/api/v1/"),
        (&admin, "/api/v1/me/"),
    ] {
        let answer = page(caller, "GET", path);
        let policy = answer.header("Content-Security-Policy").unwrap_or_default();

        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(
            policy.ends_with("frame-ancestors 'none'; base-uri 'none'"),
            "{policy}"
        );
        // The one script is named by its digest: nothing that was stored or sent runs.
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(policy.matches("script").count(), 1, "{policy}");
        let scripts = policy.split_once(" script-src ").unwrap().1;
        let (scripts, _) = scripts.split_once(';').unwrap();
        assert!(
            scripts.starts_with("'sha256-") && !scripts.contains(' '),
            "{policy}"
        );
        let rest = without_own_script(&answer);
        let lower = rest.to_ascii_lowercase();
        for other in [
            "<script",
            "javascript:",
            " onclick=",
            " onload=",
            " onerror=",
        ] {
            assert!(!lower.contains(other), "{other} in {rest}");
        }
        assert_eq!(answer.header("X-Frame-Options").as_deref(), Some("DENY"));
        assert_eq!(
            answer.header("X-Content-Type-Options").as_deref(),
            Some("nosniff")
        );
    }
}

fn head_has_the_length_of_the_page_and_no_body(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");

    let (get, head) = (page(&admin, "GET", ME), page(&admin, "HEAD", ME));

    assert_eq!((get.status, head.status), (200, 200));
    assert_eq!(head.header("Content-Length"), get.header("Content-Length"));
    assert_eq!(
        get.header("Content-Length"),
        Some(get.body.len().to_string())
    );
    assert!(head.body.is_empty() && head.surplus.is_empty());
    assert_eq!(head.header("Content-Type"), get.header("Content-Type"));
}

fn links_lead_to_this_server_only(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let names = r#"{"first_name": "javascript:alert(1)", "last_name": "http://evil.example/api/"}"#;

    let answer = admin.send(Request::json("PATCH", ME, names).header("Accept", "text/html"));

    let text = answer.text();
    let targets = text.split("href=\"").skip(1);
    let targets: Vec<&str> = targets.filter_map(|rest| rest.split('"').next()).collect();
    let avatar = format!(
        "http://{}/media/users/avatars/photo22132188258.jpg",
        service.address()
    );
    assert!(targets.contains(&avatar.as_str()), "{targets:?}");
    for target in targets {
        let is_own = target.starts_with("/api/") || target.starts_with('?') || target == avatar;
        let is_own = is_own || ["/", "/favicon.svg"].contains(&target);
        assert!(is_own, "{target}");
    }
}
