//! What is asked on a terminal, and refused where there is none.

use std::io::{self, IsTerminal};

use console::Term;
use profiled_auth::audit::Reason;

use crate::error::{Failure, Kind};
use crate::output::escaped;

/// The terminal, if somebody sits at it: what is asked goes to standard error, beside results.
pub(super) fn attended() -> Option<Term> {
    let terminal = Term::stderr();
    (io::stdin().is_terminal() && terminal.is_term()).then_some(terminal)
}

/// Writes a question, and has the answer read.
pub(super) fn ask(
    terminal: &Term,
    question: &str,
    read: fn(&Term) -> io::Result<String>,
) -> Result<String, Failure> {
    terminal
        .write_str(&escaped(question))
        .and_then(|()| read(terminal))
        .map_err(|error| Failure::failed(format!("terminal: {error}")))
}

/// A line as it is typed. The end of input (Ctrl-D), which that of the terminal takes for a character, is an empty one.
fn line(terminal: &Term) -> io::Result<String> {
    let mut answer = String::new();
    if io::stdin().read_line(&mut answer)? == 0 {
        terminal.write_line("")?;
    }
    Ok(answer)
}

/// Whether what cannot be taken back is wanted: `--yes` says so, or who sits at the terminal.
///
/// # Errors
/// [`Failure`] of kind `Refused`: nobody says so.
pub(super) fn confirm(is_confirmed: bool, what: &str) -> Result<(), Failure> {
    agree(is_confirmed, what, "confirm")
}

/// As [`confirm`], for something that goes on with what is told in `step`.
pub(super) fn agree(is_confirmed: bool, what: &str, step: &str) -> Result<(), Failure> {
    if is_confirmed {
        return Ok(());
    }
    let refused = |text: String| Failure::new(Kind::Refused, text).because(Reason::Unconfirmed);
    let Some(terminal) = attended() else {
        return Err(refused(format!("{what}: add --yes to {step}")));
    };
    let answer = ask(&terminal, &format!("{what}: {step}? [y/N] "), line)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(refused("nothing is done".to_owned())),
    }
}
