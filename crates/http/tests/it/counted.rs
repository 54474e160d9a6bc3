//! The tables of `docs/OPERATIONS.md` that tell what is counted under what: each row is tried.

use actix_web::test::TestRequest;
use profiled_auth::RateSetting;

use crate::app::{TestApp, get, request};
use crate::hashing_turns::{Held, basic};

const PING: &str = "/api/v1/ping/";
const HERE: &str = "192.0.2.1";
const THERE: &str = "198.51.100.1";

/// The cells of the table that stands below `<!-- name -->`, without marks of code.
fn rows(name: &str) -> Vec<Vec<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/OPERATIONS.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, text) = text.split_once(&format!("<!-- {name} -->")).unwrap();
    let (table, _) = text.split_once(&format!("<!-- end of {name} -->")).unwrap();
    let lines = table.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        let line = line.trim_matches('|').replace('`', "");
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    lines.map(cells).collect()
}

fn app() -> TestApp {
    let mut app = TestApp::new();
    app.http.trusted_proxies = vec!["10.0.0.0/8".to_owned().try_into().unwrap()];
    app.passwords.queue = 64;
    app
}

fn rate(text: &str) -> RateSetting {
    RateSetting::try_from(text.to_owned()).unwrap()
}

fn from(peer: &str, forwarded: &str, request: TestRequest) -> TestRequest {
    let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 4711);
    let request = request.peer_addr(peer);
    if forwarded.is_empty() {
        request
    } else {
        request.insert_header(("X-Forwarded-For", forwarded))
    }
}

/// Another request of the same client: of another address in the same network of 64 bits.
fn other_address(counted: &str) -> String {
    let network = counted.strip_suffix("::/64");
    network.map_or_else(
        || counted.to_owned(),
        |network| format!("{network}:9:8:7:6"),
    )
}

#[actix_web::test]
async fn each_row_of_addresses_is_counted_so() {
    let rows = rows("addresses");
    assert!(rows.len() >= 12, "{rows:?}");

    for row in rows {
        let [peer, forwarded, counted, _] = &row[..] else {
            panic!("{row:?}");
        };
        let mut app = app();
        app.throttle.anon = rate("1/min");
        let told = from(peer, forwarded, request("GET", PING));
        assert_eq!(app.send(told).await.status, 200, "{row:?}");
        // The proxy itself is nobody's address but its own.
        let own = other_address(counted);
        let (peer, forwarded) = ("10.9.9.9", own.as_str());
        let again = if own.starts_with("10.") {
            from(&own, "", request("GET", PING))
        } else {
            from(peer, forwarded, request("GET", PING))
        };
        assert_eq!(app.send(again).await.status, 429, "{row:?}");
    }
}

#[actix_web::test]
async fn each_row_of_limits_is_counted_so() {
    let rows = rows("counted");
    assert!(rows.len() >= 8, "{rows:?}");

    for row in rows {
        match row[0].as_str() {
            "requests of a user" => requests_of_a_user().await,
            "requests of strangers to open views" => requests_of_strangers().await,
            "failed log-ins to one account" => failures_of_an_account().await,
            "failed log-ins to all accounts" => failures_of_an_address().await,
            "attempts that wait for a hash" => waiting_of_an_address().await,
            "attempts that wait for a hash, in a network" => waiting_of_a_network().await,
            "requests that wait for a hash" => waiting_of_all().await,
            "hashes of a right pair of Basic" => hashes_of_a_pair().await,
            other => panic!("no test tries {other:?}"),
        }
    }
}

async fn statuses(app: &TestApp, requests: Vec<TestRequest>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(app.send(request).await.status);
    }
    statuses
}

async fn requests_of_a_user() {
    let mut app = app();
    app.throttle.user = rate("2/min");
    let ada = app.staff("ada").id;
    let (token, bearer) = (app.token(ada), app.bearer(ada));
    let asked = vec![
        from(HERE, "", get("/api/users/me/", &token)),
        from(THERE, "", get("/api/v1/me/", &token)),
        from(
            HERE,
            "",
            request("POST", "/api/profile/").insert_header(("Authorization", bearer)),
        ),
    ];

    assert_eq!(statuses(&app, asked).await, [200, 200, 429]);
}

async fn requests_of_strangers() {
    for limit in ["anon", "user"] {
        let mut app = app();
        let setting = if limit == "anon" {
            &mut app.throttle.anon
        } else {
            &mut app.throttle.user
        };
        *setting = rate("1/min");
        let asked = [HERE, HERE, THERE].map(|peer| from(peer, "", request("GET", PING)));

        assert_eq!(
            statuses(&app, asked.into()).await,
            [200, 429, 200],
            "{limit}"
        );
    }
}

async fn failures_of_an_account() {
    let mut app = app();
    app.throttle.login = rate("1/min");
    app.throttle.login_address = rate("9/min");
    app.user("ada", |_| ());
    let asked = [
        ("ada:1", HERE),
        ("ada:secret", HERE),
        ("ada:secret", THERE),
        ("Ada:1", HERE),
    ];
    let asked = asked.map(|(pair, peer)| basic(pair, peer));

    assert_eq!(statuses(&app, asked.into()).await, [401, 429, 200, 401]);
}

async fn failures_of_an_address() {
    let mut app = app();
    app.throttle.login = rate("9/min");
    app.throttle.login_address = rate("2/min");
    for name in ["ada", "bob"] {
        app.user(name, |_| ());
    }
    // One service, which remembers who has logged in where.
    let held = Held::by(&app, THERE).await.released();
    let mut found = Vec::new();
    for (pair, peer) in [
        ("ada:secret", HERE),
        ("x:1", HERE),
        ("y:1", HERE),
        ("bob:secret", HERE),
        ("ada:secret", HERE),
        ("bob:secret", THERE),
    ] {
        found.push(held.ask(basic(pair, peer)).await.status);
    }

    assert_eq!(found, [200, 401, 401, 429, 200, 200]);
}

async fn waiting_of_an_address() {
    let mut app = app();
    app.passwords.queue_per_address = 1;
    let mut held = Held::by(&app, THERE).await;
    held.queue("here", basic("x:1", "2001:db8:1:2::1"), 1).await;

    let same = held.ask(basic("x:2", "2001:db8:1:2:3::4")).await;
    held.queue("other", basic("x:2", "2001:db8:1:3::1"), 2)
        .await;

    assert_eq!(same.status, 429);
    assert_eq!(held.answers().await.len(), 2);
}

async fn waiting_of_a_network() {
    for (first, same, other) in [
        ("192.0.2.1", "192.0.2.2", "192.0.3.1"),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2:2::1"),
    ] {
        let mut app = app();
        app.passwords.queue_per_network = 1;
        let mut held = Held::by(&app, THERE).await;
        held.queue("first", basic("x:1", first), 1).await;

        assert_eq!(held.ask(basic("x:2", same)).await.status, 429);
        held.queue("other", basic("x:2", other), 2).await;
        assert_eq!(held.answers().await.len(), 2);
    }
}

async fn waiting_of_all() {
    let mut app = app();
    app.passwords.queue = 1;
    let mut held = Held::by(&app, THERE).await;
    held.queue("first", basic("x:1", HERE), 1).await;

    let refused = held.ask(basic("x:2", "203.0.113.1")).await;

    assert_eq!(
        (refused.status, refused.header("Retry-After")),
        (503, Some("1"))
    );
    held.answers().await;
}

async fn hashes_of_a_pair() {
    let app = app();
    app.user("ada", |_| ());
    let mut held = Held::by(&app, THERE).await;
    held.queue("first", basic("ada:secret", HERE), 1).await;
    assert_eq!(held.ready("first").await, 200);
    held.hold(THERE).await;

    // The only thread is held.
    let elsewhere = held.ask(basic("ada:secret", "203.0.113.1")).await;

    assert_eq!(elsewhere.status, 200);
    held.answers().await;
}
