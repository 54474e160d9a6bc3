//! The commands as documents, out of what their help is made of.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use crate::cli::{SURROUNDINGS, command, examples_of};

/// A document of `docs/commands`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandPage {
    /// The name of its file.
    pub file: String,
    /// Markdown.
    pub text: String,
}

/// A page for each command, and before them the one that lists them.
#[must_use]
pub fn command_pages() -> Vec<CommandPage> {
    let mut root = command().disable_help_subcommand(true);
    root.build();
    let mut pages = vec![CommandPage {
        file: "README.md".to_owned(),
        text: index(&root),
    }];
    pages.extend(root.get_subcommands().map(|command| {
        let words = command.get_name().to_owned();
        let mut text = String::new();
        section(&mut text, command, &words, "#");
        text.push_str("\nOptions of every command, files, environment and exit codes: [all commands](README.md).\n");
        CommandPage {
            file: format!("{words}.md"),
            text,
        }
    }));
    pages
}

fn index(root: &Command) -> String {
    let mut text = "# Commands\n\nAs `profiled help COMMAND` and `man profiled` tell them. This page and those of the commands are made of the same \
                    definitions, by `cargo test -p profiled --test it command_pages`.\n\n| command | what it does |\n|---|---|\n"
        .to_owned();
    for command in root.get_subcommands() {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string);
        let about = cell(&about.unwrap_or_default());
        row(
            &mut text,
            &format!("[`profiled {name}`]({name}.md)"),
            &about,
        );
    }
    text.push_str("\n## Options of every command\n\n");
    arguments(&mut text, root);
    for (heading, rows) in SURROUNDINGS {
        line(&mut text, &format!("\n## {heading}\n\n| | |\n|---|---|"));
        let mut rows = rows.iter().peekable();
        while let Some((term, meaning)) = rows.next() {
            let mut meaning = (*meaning).to_owned();
            while let Some((_, more)) = rows.next_if(|(term, _)| term.is_empty()) {
                meaning = format!("{meaning} {more}");
            }
            row(&mut text, &format!("`{term}`"), &cell(&meaning));
        }
    }
    text
}

/// A command and those below it.
fn section(text: &mut String, command: &Command, words: &str, marks: &str) {
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let end = if about.ends_with('.') { "" } else { "." };
    line(text, &format!("{marks} profiled {words}\n\n{about}{end}\n"));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let usage: Vec<&str> = usage.lines().map(str::trim).collect();
    line(text, &format!("    {}\n", usage.join("\n    ")));
    arguments(text, command);
    let examples = examples_of(words);
    if !examples.is_empty() {
        line(text, &format!("```sh\n{}\n```", examples.join("\n")));
    }
    for inner in command.get_subcommands() {
        let words = format!("{words} {}", inner.get_name());
        text.push('\n');
        section(text, inner, &words, "##");
    }
}

/// The table of what may stand behind the name of a command.
fn arguments(text: &mut String, command: &Command) {
    let is_help = |argument: &Arg| {
        matches!(
            argument.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        )
    };
    let shown = command.get_arguments();
    let mut shown = shown
        .filter(|argument| !argument.is_hide_set() && !is_help(argument))
        .peekable();
    if shown.peek().is_none() {
        return;
    }
    line(text, "| argument | meaning |\n|---|---|");
    for argument in shown {
        row(text, &format!("`{}`", name(argument)), &meaning(argument));
    }
    text.push('\n');
}

fn name(argument: &Arg) -> String {
    let value = argument.get_value_names().unwrap_or_default().join(" ");
    let takes = argument.get_action().takes_values();
    match (argument.get_short(), argument.get_long()) {
        (_, Some(long)) if takes => format!("--{long} {value}"),
        (Some(short), Some(long)) => format!("-{short}, --{long}"),
        (None, Some(long)) => format!("--{long}"),
        _ => value,
    }
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let mut text = help.map(ToString::to_string).unwrap_or_default();
    if !text.ends_with('.') {
        text.push('.');
    }
    let takes = argument.get_action().takes_values();
    let known = argument.get_possible_values();
    let known: Vec<&str> = known.iter().map(PossibleValue::get_name).collect();
    if takes && !known.is_empty() {
        text = format!("{text} One of {}.", known.join(", "));
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    let default = defaults.join(" ");
    if takes && !default.is_empty() {
        text = format!("{text} Without it: {default}.");
    }
    cell(&text)
}

/// A text that stays within its cell.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

fn row(text: &mut String, first: &str, second: &str) {
    line(text, &format!("| {first} | {second} |"));
}

fn line(text: &mut String, line: &str) {
    // A text takes whatever is written to it.
    let _ = writeln!(text, "{line}");
}
