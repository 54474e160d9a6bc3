//! Two servers, in processes of their own, behind a balancer: each request meets another one than the request before.

use std::path::Path;
use std::process::{Command, Stdio};

use acceptance::client::{Caller, Client};
use acceptance::process::Process;
use acceptance::proxy::Proxy;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

const ME: &str = "/api/users/me/";
const PASSWORD: &str = "Correct-Horse-9";
/// An even number of requests meets both.
const BOTH: usize = 2;

struct Site {
    proxy: Proxy,
    servers: [Process; 2],
    /// Holds the database, and is not asked.
    service: Service,
}

impl Site {
    fn start(test: &str, settings: &[&str]) -> Option<Self> {
        let test = format!("balancer::{test}");
        if !Backend::has_postgres(&test) {
            return None;
        }
        // What is to be right must not be told to come again on a busy machine.
        let settings = [&["database.deadline=30"], settings].concat();
        let service = Service::start(Backend::Postgres, Data::Staff, &settings);
        let (one, first) = Process::serve(program(), service.overrides());
        let (other, second) = Process::serve(program(), service.overrides());
        Some(Self {
            proxy: Proxy::among(vec![first, second]).unwrap(),
            servers: [one, other],
            service,
        })
    }

    fn client(&self) -> Client {
        self.service.client_at(self.proxy.address())
    }

    /// What an operator's command says, in JSON.
    fn command(&self, command: &[&str]) -> Command {
        let mut all = Command::new(program());
        all.env_clear().args(["--quiet", "--json"]);
        for setting in self.service.overrides() {
            all.args(["--set", setting]);
        }
        all.args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        all
    }
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"))
}

fn send(caller: &Caller, method: &str, path: &str, body: &Value) -> Answer {
    caller.send(Request::json(method, path, &body.to_string()))
}

/// The statuses of a request that is repeated until both servers have had it.
fn at_both(caller: &Caller, method: &str, path: &str) -> [u16; BOTH] {
    [(), ()].map(|()| caller.send(Request::new(method, path)).status)
}

#[test]
fn what_one_server_has_written_the_next_one_shows_and_goes_on_from() {
    let test = "what_one_server_has_written_the_next_one_shows_and_goes_on_from";
    let Some(site) = Site::start(test, &[]) else {
        return;
    };
    let caller = site.client().token("MasterAdmin");
    let mut stale = None;

    for round in 0..10 {
        let read = caller.get(ME);
        let tag = read.header("ETag").unwrap();
        let name = format!("n{round}");
        let body = json!({ "first_name": name }).to_string();
        let change = |tag: &str| Request::json("PATCH", ME, &body).header("If-Match", tag);

        assert_eq!(caller.send(change(&tag)).status, 200, "{round}");
        assert_eq!(caller.get(ME).json()["first_name"], name, "{round}");
        let old = stale.replace(tag);
        let refused = old.map(|tag| caller.send(change(&tag)).status);
        assert!(refused.is_none_or(|status| status == 412), "{refused:?}");
    }
}

#[test]
fn credentials_of_one_server_are_those_of_the_other_and_end_at_both() {
    let settings = [
        "auth.jwt.rotate_refresh_tokens=true",
        "auth.jwt.blacklist_after_rotation=true",
        "auth.jwt.rotation_grace=0",
    ];
    let test = "credentials_of_one_server_are_those_of_the_other_and_end_at_both";
    let Some(site) = Site::start(test, &settings) else {
        return;
    };
    let (client, nobody) = (site.client(), site.client().anonymous());
    let log_in = json!({ "username": "MasterAdmin", "password": PASSWORD });

    let token = send(&nobody, "POST", "/api/auth/token/", &log_in).json();
    let token = client.authorization(&format!("Token {}", token["token"].as_str().unwrap()));
    assert_eq!(at_both(&token, "GET", ME), [200, 200]);
    assert_eq!(token.post("/api/auth/logout/").status, 204);
    assert_eq!(at_both(&token, "GET", ME), [401, 401]);

    let pair = send(&nobody, "POST", "/api/token/", &log_in).json();
    let access = client.authorization(&format!("Bearer {}", pair["access"].as_str().unwrap()));
    assert_eq!(at_both(&access, "POST", "/api/profile/"), [200, 200]);
    let refresh = json!({ "refresh": pair["refresh"] });
    let refreshed = send(&nobody, "POST", "/api/token/refresh/", &refresh);
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    let again = [(), ()].map(|()| send(&nobody, "POST", "/api/token/refresh/", &refresh).status);
    assert_eq!(again, [401, 401]);

    let ends = site
        .command(&["user", "deactivate", "MasterAdmin"])
        .status();
    assert!(ends.unwrap().success());
    assert_eq!(at_both(&access, "POST", "/api/profile/"), [401, 401]);
}

#[test]
fn servers_that_count_in_the_database_count_together() {
    let settings = [
        "throttle.store=database",
        "throttle.user=5/day",
        "throttle.login=4/day",
    ];
    let test = "servers_that_count_in_the_database_count_together";
    let Some(site) = Site::start(test, &settings) else {
        return;
    };
    let caller = site.client().token("MasterAdmin");
    let wrong = json!({ "username": "plain", "password": "wrong" });
    let nobody = site.client().anonymous();

    let asked: Vec<_> = (0..8).map(|_| caller.get(ME).status).collect();
    let failed = (0..6).map(|_| send(&nobody, "POST", "/api/auth/token/", &wrong).status);

    assert_eq!(asked, [200, 200, 200, 200, 200, 429, 429, 429]);
    assert_eq!(failed.collect::<Vec<_>>(), [400, 400, 400, 400, 429, 429]);
}

#[test]
fn a_use_that_both_servers_have_seen_is_noted_once() {
    let Some(mut site) = Site::start("a_use_that_both_servers_have_seen_is_noted_once", &[]) else {
        return;
    };
    let noted = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'tokens'";
    let value = |site: &Site| -> u32 {
        site.service
            .session()
            .value(noted)
            .unwrap()
            .parse()
            .unwrap()
    };
    let before = value(&site);
    let caller = site.client().token("MasterAdmin");

    for _ in 0..5 {
        assert_eq!(at_both(&caller, "GET", ME), [200, 200]);
    }
    // Each notes what it knows before it ends, and its sessions then tell what they did.
    for server in &mut site.servers {
        server.signal("TERM");
        assert_eq!(server.end(), Some(0));
    }

    let used = "SELECT count(*) FROM tokens WHERE last_used_at IS NOT NULL";
    assert_eq!(site.service.session().value(used).unwrap(), "1");
    assert_eq!(value(&site) - before, 1);
}

#[test]
fn of_two_purges_at_once_each_account_is_erased_by_one() {
    let settings = ["accounts.deletion_grace=0"];
    let Some(site) = Site::start(
        "of_two_purges_at_once_each_account_is_erased_by_one",
        &settings,
    ) else {
        return;
    };
    let users = "INSERT INTO users (username, is_active, is_staff, is_superuser, ldap_dn, password, date_joined, \
                 deleted_at) SELECT NULL, FALSE, FALSE, FALSE, '', '!', '2026-01-01', '2026-01-01' \
                 FROM generate_series(1, 2000)";
    site.service.execute(users);

    let purges = [(), ()].map(|()| site.command(&["purge", "--yes"]).spawn().unwrap());
    let erased = purges.map(|purge| {
        let ended = purge.wait_with_output().unwrap();
        assert!(ended.status.success());
        let cleared: Value = serde_json::from_slice(&ended.stdout).unwrap();
        cleared["accounts"].as_u64().unwrap()
    });

    assert_eq!(erased.iter().sum::<u64>(), 2000, "{erased:?}");
    let left = "SELECT count(*) FROM users WHERE deleted_at IS NOT NULL";
    assert_eq!(site.service.session().value(left).unwrap(), "0");
}
