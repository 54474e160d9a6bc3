//! One log-in for the pages of all dialects, over TCP: attack cases G2 to G4 and G7 with its cookie.

use std::collections::BTreeMap;

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;
use crate::pages::without_own_script;

on_both_databases!(
    a_reader_changes_a_profile_in_each_dialect_is_told_and_leaves,
    no_other_page_can_write_with_the_cookie,
    the_cookie_is_no_credential_for_json_but_on_the_second_mount,
    no_page_of_a_reader_can_be_framed_or_runs_stored_markup,
    a_log_in_leads_to_this_server_only,
    a_log_in_that_was_ended_opens_no_page_of_any_server,
);

const EVIL: &str = "%22'%3E%3Cscript%3Ealert(1)%3C/script%3E";
const ME: &str = "/api/users/me/";

/// A browser as far as cookies go.
struct Browser {
    caller: Caller,
    own: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(service: &Service) -> Self {
        Self {
            caller: service.client().anonymous(),
            own: format!("http://{}", service.address()),
            cookies: BTreeMap::new(),
        }
    }

    /// With the log-in of the first user of `staff`.
    fn of_admin(service: &Service) -> Self {
        let mut browser = Self::new(service);
        let entered = browser.enter("");
        assert_eq!(entered.status, 302);
        browser
    }

    fn enter(&mut self, next: &str) -> Answer {
        let pair = format!("username=MasterAdmin&password=Correct-Horse-9&next={next}");
        self.post("/login/", &pair)
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn send(&mut self, request: Request) -> Answer {
        let request = request.header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let answer = self.caller.send(request.header("Cookie", &self.cookie()));
        let headers = answer.headers.iter();
        for (_, value) in headers.filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie")) {
            let (pair, attributes) = value.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    fn get(&mut self, path: &str) -> Answer {
        self.send(Request::new("GET", path))
    }

    fn post(&mut self, path: &str, fields: &str) -> Answer {
        let form = Request::new("POST", path)
            .header("Origin", &self.own)
            .header("Content-Type", "application/x-www-form-urlencoded");
        self.send(form.body(fields))
    }

    /// A form of a page that this browser has.
    fn submit(&mut self, path: &str, fields: &str) -> Answer {
        let proof = &self.cookies["csrftoken"];
        let fields = format!("csrfmiddlewaretoken={proof}&{fields}");
        self.post(path, &fields)
    }

    /// Where an answer leads, on this server.
    fn led(&self, answer: &Answer) -> String {
        let location = answer.header("Location").unwrap_or_default();
        let path = location.strip_prefix(&self.own);
        path.unwrap_or_else(|| panic!("leads to {location:?}"))
            .to_owned()
    }
}

fn staff(backend: Backend) -> Service {
    Service::start(backend, Data::Staff, &[])
}

/// The writes of each dialect that change the first name: where the form is, and where it leads.
fn writes(name: &str) -> [(&'static str, &'static str, String); 4] {
    let fields = format!("_method=PATCH&first_name={name}");
    let raw = format!(
        "_method=PATCH&_content_type=application/json&_content=%7B%22first_name%22:%22{name}%22%7D"
    );
    [
        (ME, ME, fields.clone()),
        ("/api/profile/1/update/", "/api/profile/", fields),
        ("/api/v1/users/1/", "/api/v1/users/1/", raw.clone()),
        ("/api/v2/users/1/", "/api/v2/users/1/", raw),
    ]
}

fn a_reader_changes_a_profile_in_each_dialect_is_told_and_leaves(backend: Backend) {
    let service = staff(backend);
    let mut browser = Browser::new(&service);
    let entered = browser.enter("");
    assert_eq!((entered.status, browser.led(&entered).as_str()), (302, ME));

    for (at, name) in ["Ada", "Grace", "Joan", "Mary"].into_iter().enumerate() {
        let (path, next, fields) = writes(name).into_iter().nth(at).unwrap();
        let offered = browser.get(path).text();
        assert!(offered.contains("name=\"csrfmiddlewaretoken\""), "{path}");
        let sent = browser.submit(path, &fields);

        assert_eq!((sent.status, sent.body.len()), (303, 0), "{path}");
        assert_eq!(browser.led(&sent), next);
        let shown = browser.get(next);
        assert_eq!(shown.status, 200, "{next}");
        assert!(shown.text().contains("role=\"status\">Saved.<"), "{next}");
        assert!(shown.text().contains(name), "{next}");
        let again = browser.get(next);
        assert!(!again.text().contains("role=\"status\""), "{next}");
        let me = service.client().token("MasterAdmin").get(ME).json();
        assert_eq!(me["first_name"], name);
    }
    let left = browser.submit("/logout/", "");
    assert_eq!((left.status, browser.led(&left).as_str()), (302, "/"));
    assert!(!browser.cookies.contains_key("sessionid"));
    assert!(browser.get("/").text().contains("You are logged out."));
    assert_eq!(browser.get(ME).status, 401);
}

/// G2
fn no_other_page_can_write_with_the_cookie(backend: Backend) {
    let service = staff(backend);
    let mut browser = Browser::of_admin(&service);
    let admin = service.client().token("MasterAdmin");
    let before = admin.get(ME).json();
    let proof = browser.cookies["csrftoken"].clone();

    for (path, _, fields) in writes("Mallory") {
        for wrong in ["", "csrfmiddlewaretoken=&", "csrfmiddlewaretoken=x&"] {
            let refused = browser.post(path, &format!("{wrong}{fields}"));
            assert_eq!(refused.status, 403, "{path} {wrong}");
        }
        for origin in ["null", "http://evil.example", "https://localhost"] {
            let form = Request::new("POST", path)
                .header("Origin", origin)
                .header("Content-Type", "application/x-www-form-urlencoded");
            let fields = format!("csrfmiddlewaretoken={proof}&{fields}");
            let refused = browser.send(form.body(&fields));
            assert_eq!(refused.status, 403, "{path} {origin}");
        }
    }
    for path in ["/api/profile/1/delete/", "/api/auth/logoutall/"] {
        let method = if path.contains("delete") {
            "DELETE"
        } else {
            "POST"
        };
        assert_eq!(browser.post(path, &format!("_method={method}")).status, 403);
    }
    assert_eq!(admin.get(ME).json(), before);
    assert_eq!(browser.get(ME).status, 200);
}

fn the_cookie_is_no_credential_for_json_but_on_the_second_mount(backend: Backend) {
    let service = staff(backend);
    let browser = Browser::of_admin(&service);
    let nobody = service.client().anonymous();

    for (method, path, status) in [
        ("GET", ME, 401),
        ("PATCH", ME, 401),
        ("GET", "/api/groups/", 401),
        ("POST", "/api/profile/", 401),
        ("GET", "/api/profile/", 401),
        ("GET", "/api/v1/me/", 401),
        ("GET", "/api/v2/me/", 200),
    ] {
        for accept in ["application/json", "*/*"] {
            let request = Request::new(method, path).header("Accept", accept);
            let answer = nobody.send(request.header("Cookie", &browser.cookie()));

            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!(answer.header("Set-Cookie"), None, "{method} {path}");
        }
    }
}

/// G3, G4
fn no_page_of_a_reader_can_be_framed_or_runs_stored_markup(backend: Backend) {
    let service = staff(backend);
    let mut browser = Browser::of_admin(&service);
    let stored = format!("_method=PATCH&first_name={EVIL}&username={EVIL}");
    let sent = browser.submit("/api/profile/1/update/", &stored);
    assert_eq!(sent.status, 400, "no username may be like that");
    let stored = format!("_method=PATCH&first_name={EVIL}");
    assert_eq!(
        browser.submit("/api/profile/1/update/", &stored).status,
        303
    );
    browser
        .cookies
        .insert("notice".to_owned(), "<script>".to_owned());

    for path in [
        ME,
        "/api/profile/",
        "/api/v1/me/",
        "/",
        "/login/?next=%22%3E%3Cscript%3E",
        "/logout/",
        "/nowhere/%3Cscript%3E/",
    ] {
        let page = browser.get(path);

        let text = without_own_script(&page);
        assert!(!text.contains("<script"), "{path}: {text}");
        assert!(!page.text().contains("role=\"status\""), "{path}");
        let policy = page.header("Content-Security-Policy").unwrap_or_default();
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("; script-src 'sha256-"), "{policy}");
        assert_eq!(
            page.header("X-Frame-Options").as_deref(),
            Some("DENY"),
            "{path}"
        );
    }
}

fn a_log_in_leads_to_this_server_only(backend: Backend) {
    let service = staff(backend);

    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "http://evil.example/",
        "%2F%09%2Fevil.example",
        "/a%0D%0ASet-Cookie:%20a=b",
        "javascript:alert(1)",
    ] {
        let mut browser = Browser::new(&service);
        let entered = browser.enter(next);
        assert_eq!(browser.led(&entered), ME, "{next}");
        // Nor does the page after a form.
        let target = format!("{ME}?next=//evil.example");
        let sent = browser.submit(&target, "_method=PATCH&first_name=Ada");
        assert_eq!(browser.led(&sent), target, "{next}");
    }
    let foreign = Request::new("POST", "/login/")
        .header("Origin", "http://evil.example")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("username=MasterAdmin&password=Correct-Horse-9");
    let refused = service.client().anonymous().send(foreign);
    assert_eq!((refused.status, refused.header("Set-Cookie")), (403, None));
}

fn a_log_in_that_was_ended_opens_no_page_of_any_server(backend: Backend) {
    let service = staff(backend);
    let sibling = service.sibling();
    for end in ["log-out", "all", "inactive"] {
        let mut browser = Browser::of_admin(&service);
        let cookies = browser.cookies.clone();
        let statuses = || {
            [&service, &sibling].map(|server| {
                let mut copy = Browser::new(server);
                copy.cookies = cookies.clone();
                [ME, "/api/profile/", "/api/v1/me/"].map(|path| copy.get(path).status)
            })
        };
        assert_eq!(statuses(), [[200; 3]; 2], "{end}");
        match end {
            "log-out" => drop(browser.submit("/logout/", "")),
            "all" => {
                let left = browser.submit("/api/auth/logoutall/", "_method=POST");
                assert_eq!((left.status, browser.led(&left).as_str()), (303, "/"));
            }
            _ => service.run(&["user", "deactivate", "MasterAdmin"]),
        }

        assert_eq!(statuses(), [[401; 3]; 2], "{end}");
    }
}
