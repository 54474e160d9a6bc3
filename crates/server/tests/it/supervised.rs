//! A service that a supervisor has started: systemd, or a container.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};

use crate::sandbox::{Sandbox, Service, read_answer};

/// Gives the listener to the command as a supervisor does: as file descriptor 3 of a process with this id.
const ACTIVATE: &str = "exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\"";

/// A process that serves at a socket of ours.
fn activated(sandbox: &Sandbox, socket: &TcpListener) -> Service {
    let serve = sandbox.command(&["--set", "http.bind=127.0.0.1:1", "serve"]);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", ACTIVATE]).arg(serve.get_program());
    let variables = serve
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    shell.args(serve.get_args()).env_clear().envs(variables);
    let socket = OwnedFd::from(socket.try_clone().unwrap());
    shell.current_dir(sandbox.path()).stdin(Stdio::from(socket));
    let mut service = Service::of(shell);
    service.wait_until_it_listens();
    service
}

fn ask(socket: &TcpListener) -> TcpStream {
    let mut connection = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
    let request = b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection.write_all(request).unwrap();
    connection
}

#[test]
fn requests_between_two_processes_wait_at_the_socket_of_the_supervisor() {
    let sandbox = Sandbox::migrated();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = activated(&sandbox, &socket);
    assert_eq!(first.address, socket.local_addr().unwrap().to_string());
    assert_eq!(read_answer(&mut ask(&socket)).0, 200);

    first.signal("TERM");
    assert_eq!(first.end(), Some(0));
    let mut waiting = [ask(&socket), ask(&socket)];
    let _second = activated(&sandbox, &socket);

    for connection in &mut waiting {
        assert_eq!(read_answer(connection).0, 200);
    }
}

#[test]
fn both_processes_of_a_rolling_restart_answer_at_one_socket() {
    let sandbox = Sandbox::migrated();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = activated(&sandbox, &socket);
    let _second = activated(&sandbox, &socket);
    let mut asked: Vec<_> = (0..50).map(|_| ask(&socket)).collect();

    first.signal("TERM");
    asked.extend((0..50).map(|_| ask(&socket)));

    for connection in &mut asked {
        assert_eq!(read_answer(connection).0, 200);
    }
    assert_eq!(first.end(), Some(0));
}

#[test]
fn socket_that_is_not_of_tcp_is_refused_in_one_line() {
    let sandbox = Sandbox::migrated();
    let folder = tempfile::tempdir().unwrap();
    let socket = UnixDatagram::bind(folder.path().join("socket")).unwrap();
    let serve = sandbox.command(&["serve"]);
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", ACTIVATE])
        .arg(serve.get_program())
        .arg("serve");
    shell
        .current_dir(sandbox.path())
        .stdin(Stdio::from(OwnedFd::from(socket)));

    let ended = shell.output().unwrap();

    let error = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{error}");
    assert!(
        error.starts_with("profiled: LISTEN_FDS: fd 3 is not"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// The next message of the service.
fn message(supervisor: &UnixDatagram) -> String {
    let mut bytes = [0; 1000];
    let length = supervisor.recv(&mut bytes).unwrap();
    String::from_utf8_lossy(bytes.get(..length).unwrap()).into_owned()
}

#[test]
fn supervisor_hears_of_the_beginning_a_reload_and_the_end() {
    let mut sandbox = Sandbox::migrated();
    let path = sandbox.path().join("notify");
    let supervisor = UnixDatagram::bind(&path).unwrap();
    sandbox.set("NOTIFY_SOCKET", path.to_str().unwrap());
    let service = sandbox.start(&["serve"]);
    assert_eq!(message(&supervisor), "READY=1\n");

    service.signal("HUP");
    let reloading = message(&supervisor);
    assert!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    assert_eq!(message(&supervisor), "READY=1\n");

    service.signal("TERM");
    assert_eq!(message(&supervisor), "STOPPING=1\n");
}

#[test]
fn watchdog_hears_again_and_again_that_nothing_hangs() {
    let mut sandbox = Sandbox::migrated();
    let path = sandbox.path().join("notify");
    let supervisor = UnixDatagram::bind(&path).unwrap();
    sandbox.set("NOTIFY_SOCKET", path.to_str().unwrap());
    sandbox.set("WATCHDOG_USEC", "20000");
    let _service = sandbox.start(&["serve"]);

    let heard: Vec<_> = std::iter::repeat_with(|| message(&supervisor))
        .take(4)
        .collect();

    let reports = heard.iter().filter(|message| *message == "WATCHDOG=1\n");
    assert_eq!(reports.count(), 3, "{heard:?}");
}

#[test]
fn healthcheck_asks_the_service_of_the_same_settings() {
    let sandbox = Sandbox::migrated();
    let service = sandbox.start(&["serve"]);
    let bind = format!("http.bind={}", service.address);

    assert_eq!(sandbox.done(&["healthcheck", "--set", &bind]), "ready\n");
    assert_eq!(
        sandbox.done(&["healthcheck", "--live", "--set", &bind]),
        "live\n"
    );
    let url = format!("http://{}/", service.address);
    let health = sandbox.json(&["healthcheck", "--url", &url]);
    assert_eq!(health["health"]["status"], "ready");

    drop(service);
    let ended = sandbox.run(&["healthcheck", "--url", &url]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.starts_with(&format!("profiled: {url}ready: ")),
        "{}",
        ended.err
    );
}

#[test]
fn healthcheck_says_no_while_the_service_is_not_ready() {
    let sandbox = Sandbox::migrated();
    let drain = ["serve", "--set", "http.drain_delay=3600"];
    let mut service = sandbox.start(&drain);
    let url = format!("http://{}", service.address);
    service.signal("TERM");
    service.log_line("stopping");

    let ended = sandbox.run(&["healthcheck", "--url", &url]);

    assert_eq!(ended.code, Some(1));
    let expected = format!("profiled: {url}/ready: 503 Service Unavailable: not ready\n");
    assert_eq!(ended.err, expected);
    assert_eq!(
        sandbox.run(&["healthcheck", "--live", "--url", &url]).code,
        Some(0)
    );
}
