//! `profiled man`

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::build_info::VERSION;
use crate::cli::{SURROUNDINGS, command, examples_of};
use crate::error::Failure;
use crate::output::print_line;

/// Writes the page of the program to standard output, or those of all commands to a folder.
pub(super) fn run(folder: Option<&Path>) -> Result<(), Failure> {
    let mut root = command().disable_help_subcommand(true);
    root.build();
    let Some(folder) = folder else {
        let page = page(&root, "").map_err(|error| Failure::failed(error.to_string()))?;
        return print_line(String::from_utf8_lossy(&page).trim_end());
    };
    let failed = |error: io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    let written = write(&root, "", folder).map_err(failed)?;
    print_line(&format!("wrote {written} pages: {}", folder.display()))
}

/// Writes the pages of a command, of whose name these are the words, and of those below it; how many.
fn write(command: &Command, words: &str, folder: &Path) -> io::Result<usize> {
    let name = command.get_display_name();
    let name = name.unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), page(command, words)?)?;
    let mut written = 1;
    for inner in command.get_subcommands() {
        let words = format!("{words} {}", inner.get_name());
        written += write(inner, words.trim_start(), folder)?;
    }
    Ok(written)
}

fn page(command: &Command, words: &str) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone());
    let man = man.source(format!("profiled {VERSION}")).manual("profiled");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command
        .get_arguments()
        .any(|argument| !argument.is_hide_set())
    {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut more = Roff::new();
    more.control("SH", ["EXAMPLES"]).control("nf", []);
    for line in examples_of(words) {
        more.text([roman(*line)]);
    }
    more.control("fi", []);
    if words.is_empty() {
        surroundings(&mut more);
    } else {
        more.control("SH", ["SEE ALSO"]);
        more.text([
            bold("profiled"),
            roman("(1), for the options of every command, files, environment and exit codes"),
        ]);
    }
    more.to_writer(&mut page)?;
    Ok(page)
}

fn surroundings(page: &mut Roff) {
    for (heading, rows) in SURROUNDINGS {
        page.control("SH", [heading.to_uppercase().as_str()]);
        for (term, meaning) in rows {
            if !term.is_empty() {
                page.control("TP", []);
                page.text([bold(*term)]);
            }
            page.text([roman(*meaning)]);
        }
    }
}
