//! What is changed step by step, and what its answers show at each step.

use std::net::SocketAddr;

use acceptance::client::{Caller, Client};
use acceptance::connection::contains;
use acceptance::replay::wire::{Request, send};
use serde_json::{Value, json};

/// All rights, and the one whose name and groups change.
const ADMIN: i64 = 1;
const PASSWORD: &str = "pw-exact";
/// Of `PASSWORD`, after one round.
const HASH: &str = "pbkdf2_sha256$1$salt$EVGefvOHfVPsNE9fFS/AftLHY55nsYUneSOnifUNIpc=";
/// The first of those who log out, of those who log out everywhere, and of those who delete their accounts.
const USERS: [i64; 3] = [1000, 2000, 3000];
const ME: &str = "/api/users/me/";

/// Something that goes through its states, one for each change.
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// The requests that lead to the next state.
    pub(super) changes: Vec<Vec<u8>>,
    /// What to ask: always the same, or at each state something else.
    probes: Vec<Vec<Probe>>,
}

/// Whether an answer shows a state.
type Shows = Box<dyn Fn(&[u8], u64) -> bool + Sync>;

/// A request, and whether an answer to it shows a state.
pub(super) struct Probe {
    pub(super) request: Vec<u8>,
    pub(super) shows: Shows,
}

impl Subject {
    /// What to ask at a state: of what the last change, the one before or the next one is about.
    pub(super) fn probe(&self, turn: usize, state: u64) -> &Probe {
        let state = usize::try_from(state).unwrap().saturating_sub(turn % 3);
        let asked = &self.probes[state.min(self.probes.len() - 1)];
        &asked[turn / 3 % asked.len()]
    }
}

/// A dump of Django with everybody whom [`subjects`] of as many changes need.
pub(super) fn dump(changes: u64) -> String {
    let group = |id: i64, name: &str| {
        let fields = json!({ "name": name, "permissions": [] });
        json!({ "model": "auth.group", "pk": id, "fields": fields })
    };
    let mut records = vec![group(1, "g0"), group(2, "team")];
    records.extend(user(ADMIN));
    for first in USERS {
        let each = (first..).take(usize::try_from(changes).unwrap());
        records.extend(each.flat_map(user));
    }
    Value::from(records).to_string()
}

/// A user and a token.
fn user(id: i64) -> [Value; 2] {
    let is_admin = id == ADMIN;
    let groups = if is_admin { vec![1] } else { Vec::new() };
    let fields = json!({
        "password": HASH, "last_login": null, "is_superuser": is_admin, "is_staff": true,
        "is_active": true, "username": username(id), "first_name": "n0", "last_name": "", "email": "",
        "date_joined": "2025-11-22T13:15:20Z", "groups": groups, "user_permissions": [],
    });
    let token = json!({ "user": id, "created": "2025-11-22T13:15:20Z" });
    [
        json!({ "model": "auth.user", "pk": id, "fields": fields }),
        json!({ "model": "authtoken.token", "pk": format!("{id:040}"), "fields": token }),
    ]
}

fn username(id: i64) -> String {
    format!("user{id}")
}

/// All of them, each with as many changes. Logs in at `address`.
pub(super) fn subjects(client: &Client, address: SocketAddr, changes: u64) -> Vec<Subject> {
    let maker = Maker {
        client,
        address,
        changes,
    };
    vec![
        maker.name(),
        maker.group_name(),
        maker.membership(),
        maker.tokens(),
        maker.everything_at_once(),
        maker.accounts(),
        maker.sessions(),
    ]
}

struct Maker<'a> {
    client: &'a Client,
    address: SocketAddr,
    changes: u64,
}

impl Maker<'_> {
    fn admin(&self) -> Caller {
        self.client.token(&username(ADMIN))
    }

    /// Once more after each change: `shows` looks at the body for what a state writes there.
    fn about_admin(
        &self,
        name: &'static str,
        change: impl Fn(u64) -> Request,
        probes: Vec<Probe>,
    ) -> Subject {
        let admin = self.admin();
        let changes = (1..=self.changes).map(|state| bytes(&admin, change(state)));
        Subject {
            name,
            changes: changes.collect(),
            probes: vec![probes],
        }
    }

    fn name(&self) -> Subject {
        let change = |state| {
            let body = format!(r#"{{"first_name": "n{state}"}}"#);
            Request::json("PATCH", ME, &body)
        };
        let shows = |caller: &Caller, method, path, colon| Probe {
            request: bytes(caller, Request::new(method, path)),
            shows: Box::new(move |answer, state| {
                let part = format!("\"first_name\"{colon}\"n{state}\"");
                contains(answer, part.as_bytes())
            }),
        };
        let (token, bearer) = (self.admin(), self.client.bearer(ADMIN));
        let probes = vec![
            shows(&token, "GET", ME, ":"),
            shows(&bearer, "POST", "/api/profile/", ":"),
            shows(&token, "GET", "/api/v1/me/", ": "),
        ];
        self.about_admin("a name", change, probes)
    }

    fn group_name(&self) -> Subject {
        let change = |state| {
            let body = format!(r#"{{"name": "g{state}"}}"#);
            Request::json("PATCH", "/api/groups/1/", &body)
        };
        let probe = Probe {
            request: bytes(&self.admin(), Request::new("GET", ME)),
            shows: Box::new(|answer, state| {
                contains(answer, format!("\"name\":\"g{state}\"").as_bytes())
            }),
        };
        self.about_admin("the name of a group", change, vec![probe])
    }

    /// A member at every other state.
    fn membership(&self) -> Subject {
        let change = |state| {
            let method = if state % 2 == 1 { "POST" } else { "DELETE" };
            Request::new(method, "/api/groups/2/users/1/")
        };
        let probe = Probe {
            request: bytes(&self.admin(), Request::new("GET", ME)),
            shows: Box::new(|answer, state| {
                let is_member = contains(answer, b"\"name\":\"team\"");
                is_ok(answer) && is_member == (state % 2 == 1)
            }),
        };
        self.about_admin("a membership", change, vec![probe])
    }

    /// One user after the other ends something, with `path` and `{id}` in it.
    fn one_by_one(
        &self,
        name: &'static str,
        first: i64,
        change: impl Fn(i64) -> Vec<u8>,
        probes: impl Fn(i64) -> Vec<Vec<u8>>,
    ) -> Subject {
        let ids = first..first + i64::try_from(self.changes).unwrap();
        let probes = ids.clone().map(|id| {
            let requests = probes(id).into_iter();
            requests
                .map(|request| good_until(id - first, request))
                .collect()
        });
        Subject {
            name,
            changes: ids.map(change).collect(),
            probes: probes.collect(),
        }
    }

    fn token_and_bearer(&self, id: i64) -> Vec<Vec<u8>> {
        let token = self.client.token(&username(id));
        vec![
            bytes(&token, Request::new("GET", ME)),
            bytes(
                &self.client.bearer(id),
                Request::new("POST", "/api/profile/"),
            ),
        ]
    }

    fn tokens(&self) -> Subject {
        let token = |id| self.client.token(&username(id));
        self.one_by_one(
            "a token",
            USERS[0],
            |id| bytes(&token(id), Request::new("POST", "/api/auth/logout/")),
            |id| vec![bytes(&token(id), Request::new("GET", ME))],
        )
    }

    fn everything_at_once(&self) -> Subject {
        let token = |id| self.client.token(&username(id));
        self.one_by_one(
            "all credentials of a user",
            USERS[1],
            |id| bytes(&token(id), Request::new("POST", "/api/auth/logoutall/")),
            |id| self.token_and_bearer(id),
        )
    }

    fn accounts(&self) -> Subject {
        let delete = |id| Request::new("DELETE", &format!("/api/profile/{id}/delete/"));
        self.one_by_one(
            "an account",
            USERS[2],
            |id| bytes(&self.client.bearer(id), delete(id)),
            |id| self.token_and_bearer(id),
        )
    }

    fn sessions(&self) -> Subject {
        let cookies: Vec<String> = (0..self.changes).map(|_| self.log_in()).collect();
        let nobody = self.client.anonymous();
        let with_cookie = |method, path, number: i64| {
            let cookie = &cookies[usize::try_from(number).unwrap()];
            let proof = cookie.rsplit_once("csrftoken=").unwrap().1;
            let request = Request::new(method, path).header("X-CSRFToken", proof);
            bytes(&nobody, request.header("Cookie", cookie))
        };
        self.one_by_one(
            "a log-in by cookie",
            0,
            |number| with_cookie("POST", "/api/logout/", number),
            |number| vec![with_cookie("GET", "/api/v2/me/", number)],
        )
    }

    /// What a browser sends back: `sessionid=…; csrftoken=…`.
    fn log_in(&self) -> String {
        let kind = "application/x-www-form-urlencoded";
        let form = Request::new("POST", "/api/login/").header("Content-Type", kind);
        let fields = format!("username={}&password={PASSWORD}", username(ADMIN));
        let form = form.header("Host", &self.address.to_string());
        let answer = send(self.address, &form.body(&fields)).unwrap();
        let headers = answer.headers.iter();
        let set = headers.filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
        let pairs: Vec<_> = set
            .filter_map(|(_, value)| value.split(';').next())
            .collect();
        assert_eq!(pairs.len(), 2, "{} {}", answer.status, answer.text());
        pairs.join("; ")
    }
}

/// 200 until one more change than `number` is made, and from then on 401, or 404 for a profile that is gone.
fn good_until(number: i64, request: Vec<u8>) -> Probe {
    let last = u64::try_from(number).unwrap();
    let shows = move |answer: &[u8], state| {
        if state > last {
            answer.starts_with(b"HTTP/1.1 401 ") || answer.starts_with(b"HTTP/1.1 404 ")
        } else {
            is_ok(answer)
        }
    };
    Probe {
        request,
        shows: Box::new(shows),
    }
}

fn is_ok(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 200 ")
}

/// The request of a caller, as it is sent over and over.
fn bytes(caller: &Caller, request: Request) -> Vec<u8> {
    let request = request.header("Host", "localhost");
    let credentials = caller.credentials();
    let request = match credentials {
        "" => request,
        credentials => request.header("Authorization", credentials),
    };
    request.bytes().unwrap()
}
