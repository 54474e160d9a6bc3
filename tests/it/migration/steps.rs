//! The blocks of commands of a document, run as they stand there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use regex_lite::Regex;

const CONFIGURATION: &str = include_str!("../../../docs/CONFIGURATION.md");

/// Where the service of a document listens.
const ADDRESS: &str = "127.0.0.1:8000";

/// What a document has its reader do.
#[derive(Debug)]
enum Step {
    /// Commands, with the lines that they print.
    Run(String),
    /// A command that goes on.
    Serve(String),
}

/// Blocks of commands, and what happens meanwhile, which readers do not see.
fn steps(document: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = document;
    let (sh, meanwhile, serve) = ("```sh\n", "<!-- meanwhile\n", "<!-- serve -->\n```sh\n");
    while let Some((begin, opening, end)) = [(serve, "```"), (sh, "```"), (meanwhile, "-->")]
        .into_iter()
        .filter_map(|(opening, end)| Some((rest.find(opening)?, opening, end)))
        .min_by_key(|(begin, ..)| *begin)
    {
        let (text, after) = rest[begin + opening.len()..].split_once(end).unwrap();
        let step = if opening == serve {
            Step::Serve
        } else {
            Step::Run
        };
        steps.push(step(text.to_owned()));
        rest = after;
    }
    steps
}

/// A service, ended with the value.
struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Expected lines as a regular expression: `…` is any text, and alone any lines.
fn pattern(line: &str) -> String {
    if line == "…" {
        return "(?:.*\n)*?".to_owned();
    }
    let parts: Vec<_> = line.split('…').map(regex_lite::escape).collect();
    format!("{}\n", parts.join(".*"))
}

/// Runs commands, which have to print what the comments among them say.
fn run(commands: &str, shell: impl Fn(&str) -> Command) {
    // A terminal shows both streams.
    let output = shell(&format!("exec 2>&1\n{commands}")).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);

    assert!(output.status.success(), "{commands}\n{printed}");
    let comments = commands.lines().filter_map(|line| line.strip_prefix("# "));
    let expected: String = comments.map(pattern).collect();
    let regex = Regex::new(&format!("^{expected}$")).unwrap();
    let is_expected = expected.is_empty() || regex.is_match(&printed);
    assert!(is_expected, "{commands}\nprints\n{printed}");
}

/// Starts a command that listens on a free port.
fn serve(mut command: Command) -> Served {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        line.unwrap()
            .split_once("http://")
            .map(|(_, address)| address.to_owned())
    });
    Served {
        child,
        address: address.unwrap(),
    }
}

/// Does what the document says, in shells that `shell` makes of a script.
pub(super) fn follow(document: &str, shell: impl Fn(&str) -> Command) {
    let mut served: Option<Served> = None;
    for step in steps(document) {
        let address = served
            .as_ref()
            .map_or("127.0.0.1:0", |served| &served.address);
        match step {
            Step::Run(commands) => run(&commands.replace(ADDRESS, address), &shell),
            Step::Serve(command) => served = Some(serve(shell(&format!("exec {command}")))),
        }
    }
    assert!(served.is_some());
}

/// The second column of the tables of a document names settings: more than `least`, which are all there.
pub(super) fn assert_settings_exist(document: &str, least: usize) {
    let mut count = 0;
    for line in document.lines().filter(|line| line.starts_with('|')) {
        let ours = line.split(" | ").nth(1).unwrap_or_default();
        for name in ours.split('`').skip(1).step_by(2) {
            let name = name.split(" = ").next().unwrap_or_default();
            let is_setting = name.contains('.')
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '.' || c == '_' || c.is_ascii_digit());
            if is_setting {
                assert!(CONFIGURATION.contains(&format!("\n| `{name}` |")), "{name}");
                count += 1;
            }
        }
    }
    assert!(count > least, "{count}");
}
