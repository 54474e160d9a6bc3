//! A service with a client before it, and what the client is seen to do.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::{Output, Stdio};

use acceptance::proxy::Proxy;
use acceptance::python::Python;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::Value;
use tempfile::TempDir;

/// A client at fixed versions, and the API it speaks.
#[derive(Clone, Copy)]
pub(super) struct Client {
    name: &'static str,
    packages: &'static [&'static str],
    mount: &'static str,
}

pub(super) const TOWER_CLI_3_1: Client = Client {
    name: "tower-cli-3.1",
    packages: &[
        "ansible-tower-cli==3.1.8",
        "click==8.1.8",
        "requests==2.34.2",
        "urllib3==2.8.0",
        "PyYAML==6.0.3",
        "six==1.17.0",
        "colorama==0.4.6",
    ],
    mount: "/api/v1/",
};

/// Without `--page-size` and `use_token`.
pub(super) const TOWER_CLI_2_3: Client = Client {
    name: "tower-cli-2.3",
    packages: &[
        "ansible-tower-cli==2.3.2",
        "click==7.1.2",
        "requests==2.34.2",
        "urllib3==2.8.0",
        "PyYAML==6.0.3",
        "six==1.17.0",
        "colorama==0.4.6",
    ],
    mount: "/api/v1/",
};

/// The first versions that know nothing but `/api/v2/`. It wants a click below 7.
pub(super) const TOWER_CLI_3_3: Client = Client {
    name: "tower-cli-3.3",
    packages: &[
        "ansible-tower-cli==3.3.9",
        "click==6.7",
        "requests==2.34.2",
        "urllib3==2.8.0",
        "PyYAML==6.0.3",
        "six==1.17.0",
        "colorama==0.4.6",
    ],
    mount: "/api/v2/",
};

/// The library, and the command `awx`. It wants the `pkg_resources` of a setuptools below 81.
pub(super) const AWXKIT: Client = Client {
    name: "awxkit",
    packages: &[
        "awxkit==24.6.1",
        "requests==2.34.2",
        "urllib3==2.8.0",
        "PyYAML==6.0.3",
        "setuptools==80.9.0",
    ],
    mount: "/api/v2/",
};

/// Where `tower-cli config` keeps what it is told.
const SETTINGS: &str = ".tower_cli.cfg";

/// Makes one test of each scenario with a client.
macro_rules! with_client {
    ($module:ident, $client:ident: $($scenario:ident),+ $(,)?) => {
        mod $module {
            use crate::tower_clients::site::{Site, $client};
            $(#[test] fn $scenario() {
                let test = concat!(module_path!(), "::", stringify!($scenario));
                if let Some(site) = Site::start(test, $client) {
                    super::$scenario(&site);
                }
            })+
        }
    };
}

pub(super) use with_client;

/// A service, a proxy that keeps the requests, and a home of the client.
pub(super) struct Site {
    client: Client,
    pub(super) python: Python,
    pub(super) service: Service,
    proxy: Proxy,
    home: TempDir,
}

impl Site {
    /// The client is set up for `admin`; without it, `test` is told as skipped.
    pub(super) fn start(test: &str, client: Client) -> Option<Self> {
        let python = Python::with(test, client.name, client.packages)?;
        let service = Service::start(Backend::Sqlite, Data::Tower, &[]);
        let site = Self {
            client,
            python,
            proxy: Proxy::before(service.address()).unwrap(),
            service,
            home: tempfile::tempdir().unwrap(),
        };
        let host = site.address();
        let settings = format!("host = http://{host}\nusername = admin\npassword = pw-admin\n");
        site.write_file(
            SETTINGS,
            &format!("[general]\n{settings}verify_ssl = false\n"),
        );
        Some(site)
    }

    /// Takes the client's settings away.
    pub(super) fn forget_settings(&self) {
        std::fs::remove_file(self.home.path().join(SETTINGS)).unwrap();
    }

    /// Where the client finds the API.
    pub(super) fn address(&self) -> SocketAddr {
        self.proxy.address()
    }

    /// Another server on the same database, with a proxy before it.
    pub(super) fn sibling(&self) -> (Service, Proxy) {
        let service = self.service.sibling();
        let proxy = Proxy::before(service.address()).unwrap();
        (service, proxy)
    }

    /// Puts a file into the client's home.
    pub(super) fn write_file(&self, name: &str, text: &str) {
        std::fs::write(self.home.path().join(name), text).unwrap();
    }

    /// Runs `tower-cli` with the words of a line, `'…'` being one. Its output is JSON unless the line
    /// says otherwise.
    pub(super) fn run(&self, line: &str) -> Run {
        self.run_before(line, &self.proxy)
    }

    /// The same, where the requests come by another proxy.
    pub(super) fn run_before(&self, line: &str, proxy: &Proxy) -> Run {
        let mut words = words(line);
        let is_resource = ["user", "organization", "team"].contains(&words[0].as_str());
        if is_resource && !words.iter().any(|word| word == "-f") {
            words.extend(["-f".to_owned(), "json".to_owned()]);
        }
        self.start_program("tower-cli", line, &words, proxy)
    }

    /// Runs `awx` as a user.
    pub(super) fn awx(&self, user: &str, line: &str) -> Run {
        let host = format!("http://{}", self.address());
        let password = format!("pw-{user}");
        let mut all: Vec<String> = ["--conf.host", &host, "--conf.color", "f"]
            .into_iter()
            .chain(["--conf.username", user, "--conf.password", &password])
            .map(str::to_owned)
            .collect();
        all.extend(words(line));
        self.start_program("awx", line, &all, &self.proxy)
    }

    fn start_program(&self, program: &str, line: &str, words: &[String], proxy: &Proxy) -> Run {
        let mut command = self.python.program(program);
        // No settings or proxies of whoever runs the tests.
        command.env_clear().env("LC_ALL", "C.UTF-8");
        command.env("HOME", self.home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.args(words).current_dir(self.home.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        Run::new(line, output, proxy.take(), self.client.mount)
    }

    /// The requests since the last look.
    pub(super) fn sent(&self) -> Vec<Request> {
        self.proxy.take()
    }
}

/// One run of a client. Its methods panic when it was another than expected.
pub(super) struct Run {
    line: String,
    output: Output,
    pub(super) requests: Vec<Request>,
    mount: &'static str,
}

impl Run {
    fn new(line: &str, output: Output, requests: Vec<Request>, mount: &'static str) -> Self {
        let line = line.to_owned();
        Self {
            line,
            output,
            requests,
            mount,
        }
    }

    /// Its exit status.
    #[track_caller]
    pub(super) fn ends(self, status: i32) -> Self {
        let ended = self.output.status.code();
        assert_eq!(ended, Some(status), "{}: {}", self.line, self.text());
        self
    }

    /// The requests that arrived: method, path below the API's root, JSON body.
    #[track_caller]
    pub(super) fn sends(self, expected: &[&str]) -> Self {
        let expected: Vec<_> = expected.iter().map(|line| expectation(line)).collect();
        assert_eq!(lines(&self.requests, self.mount), expected, "{}", self.line);
        self
    }

    /// What it prints, as JSON.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.output.stdout);
        parsed.unwrap_or_else(|error| panic!("{}: {error}: {}", self.line, self.text()))
    }

    /// The run changed something, or not.
    #[track_caller]
    pub(super) fn changes(self, expected: bool) -> Self {
        assert_eq!(self.json()["changed"], expected, "{}", self.line);
        self
    }

    /// The values of one field in the printed list.
    #[track_caller]
    pub(super) fn column(&self, field: &str) -> Vec<String> {
        column(&self.json(), field)
    }

    /// All that it prints.
    pub(super) fn text(&self) -> String {
        let (out, err) = (&self.output.stdout, &self.output.stderr);
        [out, err]
            .map(|bytes| String::from_utf8_lossy(bytes))
            .join("")
    }

    /// The schemes of `Authorization`, `-` for none.
    pub(super) fn schemes(&self) -> Vec<&str> {
        let sent = |request| Request::header_value(request, "Authorization").unwrap_or("-");
        let first = |value| str::split_once(value, ' ').map_or(value, |(scheme, _)| scheme);
        self.requests.iter().map(sent).map(first).collect()
    }
}

/// The values of one field in a list.
pub(super) fn column(list: &Value, field: &str) -> Vec<String> {
    let results = list["results"].as_array().unwrap();
    let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    results.iter().map(|item| text(&item[field])).collect()
}

/// Requests as lines; those below `mount` without it.
pub(super) fn lines(requests: &[Request], mount: &str) -> Vec<String> {
    let line = |request: &Request| {
        let path = request.path.strip_prefix(mount).unwrap_or(&request.path);
        let mut line = format!("{} {path}", request.method);
        let body = request.body.as_deref().unwrap_or_default();
        match serde_json::from_slice::<Value>(body) {
            Ok(body) => write!(line, " {body}").unwrap(),
            Err(_) if body.is_empty() => {}
            Err(_) => write!(line, " {}", String::from_utf8_lossy(body)).unwrap(),
        }
        line
    };
    requests.iter().map(line).collect()
}

/// An expected line, its JSON written as that of a request is.
fn expectation(line: &str) -> String {
    match line.split_once(" {") {
        Some((head, rest)) => {
            let body: Value = serde_json::from_str(&format!("{{{rest}")).unwrap();
            format!("{head} {body}")
        }
        None => line.to_owned(),
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
