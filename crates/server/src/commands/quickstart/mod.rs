//! `profiled quickstart`: what `make run` calls.

mod people;

use profiled_auth::audit::Action;
use profiled_auth::{TokenWishes, UsernameField};
use profiled_domain::{PageRequest, UserLookup, UserRepository};
use profiled_store::{MigrateOnStart, Store};
use serde_json::json;

use crate::application::Application;
use crate::cli::Global;
use crate::commands::context::Context;
use crate::commands::jwt::access_token;
use crate::commands::serve::serve;
use crate::error::{Failure, Kind};
use crate::listeners::reachable;
use crate::output::print_line;
use crate::settings::Profile;
use crate::trail::audited;

use people::{Credentials, DEMO};

/// Options whose values are not repeated.
const SECRET: [&str; 2] = ["auth.jwt.signing_key", "database.url"];

/// Creates what is missing, shows how to ask, and serves.
///
/// The users are created once the service is bound, so that their credentials are shown in any case.
pub(super) fn run(mut context: Context, global: &Global) -> Result<(), Failure> {
    if context.settings.profile == Profile::Production {
        let text = "quickstart is for development: use migrate, user create and serve";
        return Err(Failure::new(Kind::Refused, text));
    }
    context.settings.database.migrate_on_start = MigrateOnStart::Always;
    context.settings.create_data_dir()?;
    serve(&context, None, |application| {
        let Some(address) = application.addresses().first().map(reachable) else {
            return Ok(());
        };
        let base = format!("{}://{address}", application.scheme());
        let store = application.store();
        if has_users(store)? {
            return remind(&context, application, global, &base);
        }
        let created = audited(Action::Import, |line| {
            let (credentials, created) = people::create(&context, store)?;
            line.imported([created, 0, 0], 0);
            Ok(credentials)
        });
        match created {
            Ok(credentials) => show(&context, store, &credentials, &base),
            // Another one was quicker: theirs are the credentials that count.
            Err(_) if has_users(store)? => remind(&context, application, global, &base),
            Err(failure) => Err(failure),
        }
    })
}

fn has_users(store: &Store) -> Result<bool, Failure> {
    let first = PageRequest {
        offset: 0,
        limit: 1,
    };
    Ok(store.list_users(first)?.total > 0)
}

/// The credentials, this one time.
fn show(
    context: &Context,
    store: &Store,
    credentials: &Credentials,
    base: &str,
) -> Result<(), Failure> {
    let [admin, demo] = credentials;
    let bearer = if context.settings.dialects.jwt.enabled {
        audited(Action::TokenCreate, |line| {
            access_token(
                &context.settings,
                store,
                DEMO,
                &TokenWishes::default(),
                line,
            )
        })?
    } else {
        String::new()
    };
    let token = demo.token.as_str();
    let field = context.settings.auth.username_field;
    let name = |user: &people::Credential| match field {
        UsernameField::Username => user.username.to_owned(),
        UsernameField::Email => people::email(user.username),
    };
    if context.is_json {
        let user = |user: &people::Credential| {
            let key = user.token.as_str();
            json!({ field.as_str(): name(user), "password": user.password, "token": key })
        };
        return print_line(&json!({ "created": [user(admin), user(demo)] }).to_string());
    }
    let line = |user: &people::Credential| {
        let (name, key) = (name(user), user.token.as_str());
        format!("  {name:<6} password {}  token {key}", user.password)
    };
    print_line(&format!(
        "Created two users. Their credentials are shown only now:\n\n{}\n{}\n\n\
         {}{}",
        line(admin),
        line(demo),
        front_page(context, base),
        requests(context, &curl_lines(context, base, '\'', token, &bearer)),
    ))
}

/// How to make new credentials: the first ones are not stored anywhere.
fn remind(
    context: &Context,
    application: &Application,
    global: &Global,
    base: &str,
) -> Result<(), Failure> {
    if context.is_json {
        return print_line(&json!({ "created": [] }).to_string());
    }
    let key = UserLookup::Username(DEMO.to_owned());
    let is_there = application.store().find_user(&key)?.is_some();
    let user = if is_there { DEMO } else { "USER" };
    let command = command(global);
    let token = format!("$({command} token create {user})");
    let bearer = format!("$({command} jwt create {user})");
    print_line(&format!(
        "There are users already. Their first credentials were shown when they were created; new\n\
         ones come from `{command} token create USER` and `{command} jwt create USER`,\n\
         a new password from `{command} user set-password {user}`.\n\
         {}{}",
        front_page(context, base),
        made_as_they_go(&curl_lines(context, base, '"', &token, &bearer)),
    ))
}

/// Where a browser begins, if there are pages.
fn front_page(context: &Context, base: &str) -> String {
    if !context.settings.http.browsable {
        return String::new();
    }
    let http = &context.settings.http;
    // Links of the pages, and where log-ins must come from, are those of the public address.
    let base = match http.public_url.trim_end_matches('/') {
        "" => base,
        public => public,
    };
    let name = match context.settings.auth.username_field {
        UsernameField::Username => "name",
        UsernameField::Email => "e-mail address",
    };
    format!("Open {base}/ in a browser, and log in there by {name} and password.\n\n")
}

/// The requests with what they try.
fn requests(context: &Context, lines: &[String]) -> String {
    let dialects = match lines.len() {
        0 => return String::new(),
        1 => "dialect",
        2 => "two dialects",
        _ => "three dialects",
    };
    let life = if context.settings.dialects.jwt.enabled {
        let seconds = context.settings.auth.jwt.access_lifetime;
        format!(" (the access token of POST lives {seconds} seconds)")
    } else {
        String::new()
    };
    format!("Try the {dialects}{life}:\n\n{}\n", lines.join("\n"))
}

/// The requests with commands for their credentials.
fn made_as_they_go(lines: &[String]) -> String {
    let told = match lines.len() {
        0 => return String::new(),
        1 => "This line makes them as it goes",
        _ => "These lines make them as they go",
    };
    format!("{told}:\n\n{}\n", lines.join("\n"))
}

/// One request in each dialect that is on, straight to this service. `quote` decides whether the shell looks into the
/// credentials.
fn curl_lines(
    context: &Context,
    base: &str,
    quote: char,
    token: &str,
    bearer: &str,
) -> Vec<String> {
    let (dialects, jwt) = (&context.settings.dialects, &context.settings.auth.jwt);
    let header = |name: &str, scheme: &str, value: &str| {
        format!("-H {quote}{name}: {scheme} {value}{quote} {base}")
    };
    let word = jwt.header_types.first().map_or("", String::as_str);
    let token = header("Authorization", "Token", token);
    let bearer = header(&jwt.header_name, word, bearer);
    let all = [
        (
            dialects.drf.enabled,
            format!("  curl {token}/api/users/me/"),
        ),
        (
            dialects.jwt.enabled,
            format!("  curl -X POST {bearer}/api/profile/"),
        ),
        (dialects.tower.enabled, format!("  curl {token}/api/v1/me/")),
    ];
    let on = all.into_iter().filter(|(is_on, _)| *is_on);
    on.map(|(_, line)| line).collect()
}

/// This program with the options that it was started with, as a shell takes them.
fn command(global: &Global) -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| "profiled".into());
    let folder = std::env::current_dir().unwrap_or_default();
    let near = program.strip_prefix(&folder);
    let near = near.map(|rest| std::path::Path::new(".").join(rest));
    let mut words = vec![near.unwrap_or(program).display().to_string()];
    let files = global.config.iter().map(|file| file.display().to_string());
    words.extend(files.flat_map(|file| ["--config".to_owned(), file]));
    words.extend(
        global
            .profile
            .iter()
            .flat_map(|name| ["--profile".to_owned(), name.clone()]),
    );
    for setting in &global.set {
        let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
        let value = if SECRET.contains(&key) { "…" } else { value };
        words.extend(["--set".to_owned(), format!("{key}={value}")]);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/=:,".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
