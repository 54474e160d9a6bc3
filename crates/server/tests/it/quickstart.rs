//! `profiled quickstart`: from nothing to three answers.

#![expect(
    clippy::unwrap_used,
    reason = "a line in another form is a failed test"
)]

use profiled_store::testing::defaults;
use std::net::TcpListener;

use profiled_auth::PasswordHasher;
use profiled_domain::PasswordHash;
use serde_json::Value;

use crate::sandbox::{Sandbox, Service};

/// The requests that were printed: method, path, credentials, each as a shell reads it.
fn requests(service: &Service) -> Vec<(String, String, String)> {
    let lines = service
        .greeting
        .lines()
        .filter(|line| line.starts_with("  curl "));
    let request = |line: &str| {
        let method = if line.contains("-X POST") {
            "POST"
        } else {
            "GET"
        };
        let (_, credentials) = line.split_once("Authorization: ").unwrap();
        let (credentials, url) = credentials.rsplit_once(" http://").unwrap();
        let path = url.strip_prefix(&service.address).unwrap();
        let credentials = credentials.trim_end_matches(['\'', '"']);
        (method.to_owned(), path.to_owned(), credentials.to_owned())
    };
    lines.map(request).collect()
}

/// What `$(command)` stands for.
fn substituted(sandbox: &Sandbox, credentials: &str) -> String {
    let (scheme, command) = credentials.split_once(" $(").unwrap();
    let command = command.strip_suffix(')').unwrap();
    let (_program, arguments) = command.split_once(' ').unwrap();
    let arguments: Vec<&str> = arguments.split(' ').collect();
    format!("{scheme} {}", sandbox.done(&arguments).trim_end())
}

#[test]
fn the_printed_requests_show_the_demo_user_in_three_dialects() {
    let sandbox = Sandbox::new();
    let service = sandbox.start(&["quickstart"]);

    let requests = requests(&service);
    let answers: Vec<_> = requests
        .iter()
        .map(|(method, path, credentials)| service.send(method, path, credentials))
        .collect();

    let paths: Vec<&str> = requests.iter().map(|(_, path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/api/users/me/", "/api/profile/", "/api/v1/me/"]);
    for (status, body) in &answers {
        let body: Value = serde_json::from_str(body).unwrap();
        let user = if body["results"].is_array() {
            &body["results"][0]
        } else {
            &body
        };
        assert_eq!(
            (*status, &user["username"]),
            (200, &"demo".into()),
            "{body}"
        );
    }
}

#[test]
fn the_address_of_the_front_page_is_shown_if_there_are_pages() {
    let sandbox = Sandbox::new();
    for arguments in [&["quickstart"][..], &["quickstart"]] {
        let service = sandbox.start(arguments);
        let line = format!("Open http://{}/ in a browser", service.address);
        assert!(service.greeting.contains(&line), "{}", service.greeting);
    }
    let service = sandbox.start(&["--set", "http.browsable=false", "quickstart"]);
    assert!(
        !service.greeting.contains("browser"),
        "{}",
        service.greeting
    );
}

#[test]
fn the_demo_user_has_a_complete_profile_and_two_groups() {
    let sandbox = Sandbox::new();
    let service = sandbox.start(&["quickstart"]);
    let (method, path, credentials) = requests(&service).swap_remove(0);

    let (_, me) = service.send(&method, &path, &credentials);

    let me: Value = serde_json::from_str(&me).unwrap();
    assert_eq!(me["is_profile_completed"], true);
    assert_eq!(me["groups"].as_array().map(Vec::len), Some(2));
}

#[test]
fn passwords_that_are_shown_are_those_of_the_users() {
    let sandbox = Sandbox::new();

    let service = sandbox.start(&["--json", "quickstart"]);

    let shown: Value = serde_json::from_str(&service.greeting).unwrap();
    let hasher = PasswordHasher::new(&defaults("auth.password")).unwrap();
    for name in ["admin", "demo"] {
        let users = shown["created"].as_array().unwrap();
        let user = users.iter().find(|user| user["username"] == name).unwrap();
        let stored = PasswordHash::from_encoded(sandbox.password(name));

        assert!(
            hasher.verify(user["password"].as_str().unwrap(), &stored),
            "{name}"
        );
    }
}

#[test]
fn where_users_log_in_by_address_their_addresses_are_shown() {
    let sandbox = Sandbox::new();

    let settings = [
        "--set",
        "auth.username_field=email",
        "--set",
        "auth.jwt.user_id_field=external_id",
    ];
    let service = sandbox.start(&[&settings[..], &["quickstart"]].concat());

    let shown = [
        "  admin@example.com password ",
        "  demo@example.com password ",
    ];
    for line in shown {
        assert!(service.greeting.contains(line), "{}", service.greeting);
    }
    for (method, path, credentials) in requests(&service) {
        let (status, body) = service.send(&method, &path, &credentials);
        assert_eq!(status, 200, "{path}: {body}");
    }
    drop(service);
    let json = Sandbox::new();
    let service = json.start(&[&settings[..], &["--json", "quickstart"]].concat());
    let shown: Value = serde_json::from_str(&service.greeting).unwrap();
    assert_eq!(shown["created"][1]["email"], "demo@example.com");
}

#[test]
fn a_second_start_keeps_the_users_and_shows_no_credentials_again() {
    let sandbox = Sandbox::new();
    let first = sandbox.start(&["quickstart"]);
    let key = requests(&first).swap_remove(0).2.replace("Token ", "");
    drop(first);

    let second = sandbox.start(&["quickstart"]);

    assert!(!second.greeting.contains(&key), "{}", second.greeting);
    assert!(
        second.greeting.starts_with("There are users already."),
        "{}",
        second.greeting
    );
    assert_eq!(
        second
            .send("GET", "/api/users/me/", &format!("Token {key}"))
            .0,
        200
    );
    assert_eq!(
        sandbox.json(&["user", "list"]).as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn the_requests_of_a_second_start_make_their_own_credentials() {
    let sandbox = Sandbox::new();
    drop(sandbox.start(&["quickstart"]));
    let second = sandbox.start(&["quickstart"]);

    for (method, path, credentials) in requests(&second) {
        let credentials = substituted(&sandbox, &credentials);

        assert_eq!(second.send(&method, &path, &credentials).0, 200, "{path}");
    }
}

#[test]
fn quickstart_on_a_port_in_use_creates_no_users() {
    let sandbox = Sandbox::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("http.bind={}", other.local_addr().unwrap());

    let failed = sandbox.run(&["quickstart", "--set", &taken]);
    let started = sandbox.start(&["quickstart"]);

    assert_eq!((failed.code, failed.out.as_str()), (Some(1), ""));
    assert_eq!(requests(&started).len(), 3, "{}", started.greeting);
}

#[test]
fn quickstart_in_production_is_refused() {
    let sandbox = Sandbox::new();
    let hosts = "http.allowed_hosts=api.example.com";

    let ended = sandbox.run(&["quickstart", "--profile", "production", "--set", hosts]);

    assert_eq!(ended.code, Some(3));
    assert_eq!(
        ended.err,
        "profiled: quickstart is for development: use migrate, user create and serve\n"
    );
    assert!(!sandbox.path().join("data").exists());
}

#[test]
fn only_dialects_that_are_on_are_shown_and_each_line_works() {
    let cases: [(&[&str], &str, &str, &[&str]); 3] = [
        (
            &["drf"],
            "Try the two dialects (",
            "These lines make",
            &["/api/profile/", "/api/v1/me/"],
        ),
        (
            &["drf", "jwt"],
            "Try the dialect:",
            "This line makes",
            &["/api/v1/me/"],
        ),
        (&["drf", "jwt", "tower"], "", "", &[]),
    ];
    for (off, told, again, expected) in cases {
        let sandbox = Sandbox::new();
        let off: Vec<String> = off
            .iter()
            .flat_map(|name| ["--set".to_owned(), format!("dialects.{name}.enabled=false")])
            .collect();
        let arguments: Vec<&str> = off.iter().map(String::as_str).collect();
        let arguments = [&arguments[..], &["quickstart"]].concat();

        for told in [told, again] {
            let service = sandbox.start(&arguments);
            let requests = requests(&service);

            let paths: Vec<&str> = requests.iter().map(|(_, path, _)| path.as_str()).collect();
            assert_eq!(paths, expected, "{}", service.greeting);
            assert!(service.greeting.contains(told), "{}", service.greeting);
            for (method, path, credentials) in &requests {
                let credentials = if credentials.contains("$(") {
                    substituted(&sandbox, credentials)
                } else {
                    credentials.clone()
                };
                assert_eq!(service.send(method, path, &credentials).0, 200, "{path}");
            }
        }
    }
}

#[test]
fn behind_a_proxy_the_page_is_at_the_public_address_and_requests_go_straight() {
    let sandbox = Sandbox::new();
    let public = ["--set", "http.public_url=http://127.0.0.1:18110/people/"];

    for _ in 0..2 {
        let service = sandbox.start(&[&public[..], &["quickstart"]].concat());

        let greeting = &service.greeting;
        let page = "Open http://127.0.0.1:18110/people/ in a browser";
        assert!(greeting.contains(page), "{greeting}");
        let requests = requests(&service);
        assert_eq!(requests.len(), 3, "{greeting}");
        for (method, path, credentials) in requests {
            if !credentials.contains("$(") {
                assert_eq!(service.send(&method, &path, &credentials).0, 200, "{path}");
            }
        }
    }
}

#[test]
fn a_second_start_tells_the_way_to_a_password() {
    let sandbox = Sandbox::new();
    drop(sandbox.start(&["quickstart"]));
    let second = sandbox.start(&["quickstart"]);

    let shown = second.greeting.split('`');
    let command = shown.into_iter().find(|text| text.contains("set-password"));
    let words: Vec<&str> = command.unwrap().split(' ').skip(1).collect();
    let set = sandbox.run_with_input(&words, "a long new password");

    assert_eq!(set.code, Some(0), "{set:?}");
    let hasher = PasswordHasher::new(&defaults("auth.password")).unwrap();
    let stored = PasswordHash::from_encoded(sandbox.password("demo"));
    assert!(hasher.verify("a long new password", &stored));
}
