//! The command that sends a request again from a shell.

use serde_json::{Map, Value};

use super::context::Context;
use super::raw::Cut;
use crate::framework::csrf;
use crate::framework::fields::{Field, Kind};
use crate::framework::forms::{PageStyle, WriteForm};
use crate::framework::spec::Access;
use crate::wire::body::Form;
use crate::wire::query::Query;

/// The request of a page: its method, its query but for the representation, and its body as JSON.
pub(super) fn again(context: &Context<'_>, style: &PageStyle) -> String {
    let access = context.route.view.spec().access;
    let has_credentials = match access {
        Access::Open => false,
        Access::Optional => context.caller.is_some(),
        Access::Authenticated | Access::StaffOrSuperuser => true,
    };
    let credentials = if has_credentials {
        &style.curl_credentials
    } else {
        ""
    };
    let address = format!(
        "{}{}",
        context.origin.as_str(),
        without_format(context.target)
    );
    let body = body(context);
    curl(
        context.method.as_str(),
        credentials,
        &address,
        body.as_deref(),
    )
}

/// A command that asks with credentials where none were sent, by the first method that there is.
pub(super) fn with_credentials(context: &Context<'_>, style: &PageStyle) -> String {
    let allow = context.route.view.allow();
    let method = allow.to_str().unwrap_or_default().split(", ").next();
    let address = format!("{}{}", context.origin.as_str(), context.path);
    let method = method.unwrap_or("GET");
    curl(method, &style.curl_credentials, &address, None)
}

fn curl(method: &str, credentials: &str, address: &str, body: Option<&str>) -> String {
    let mut words = vec!["curl".to_owned()];
    if method != "GET" {
        words.push(format!("-X {}", word(method)));
    }
    // Or curl would read them as alternatives.
    if address.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    if !credentials.is_empty() {
        words.push(credentials.to_owned());
    }
    if let Some(body) = body {
        words.push("-H 'Content-Type: application/json'".to_owned());
        words.push(format!("--data-raw {}", quoted(body)));
    }
    words.push(quoted(address));
    words.join(" ")
}

/// A method, which any other signs of a token may be part of.
fn word(method: &str) -> String {
    if method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        method.to_owned()
    } else {
        quoted(method)
    }
}

/// Text as one word of a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Path and query without the parameter that asks for a page: the command asks for JSON.
fn without_format(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let is_kept = |pair: &&str| {
        let read = Query::parse(pair.as_bytes());
        read.is_ok_and(|read| read.get("format").is_none())
    };
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    match kept.join("&").as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The body of a form as JSON, without passwords.
fn body(context: &Context<'_>) -> Option<String> {
    let typed = context.extras.typed.as_ref()?;
    let method = context.method.as_str();
    if !["POST", "PUT", "PATCH"].contains(&method) {
        return None;
    }
    if let Some(text) = typed.text("_content") {
        let is_json = typed.text("_content_type") == Some("application/json");
        let shown = Cut::COMMAND.out_of(text).filter(|_| is_json);
        return Some(shown.map_or_else(|| "YOUR_JSON".to_owned(), |text| visible(&text)));
    }
    let forms = &context.extras.forms.forms;
    let form = context.tried().and_then(|at| forms.get(at));
    let members = match form.filter(|form| !form.fields.is_empty()) {
        Some(form) => members(form, typed),
        None => unknown(typed),
    };
    let is_blank = members.is_empty() && form.is_none_or(|form| form.fields.is_empty());
    (!is_blank).then(|| Value::Object(members).to_string())
}

/// What a form says that the page does not show, but for its marks and its proof.
fn unknown(typed: &Form) -> Map<String, Value> {
    let is_kept = |name: &str| {
        let mut all = typed.texts();
        all.any(|(mark, value)| mark == "_keep" && value == name)
    };
    let fields = typed.texts().filter(|(name, text)| {
        let is_left_out = text.is_empty() && is_kept(name);
        !name.starts_with('_') && *name != csrf::FORM_FIELD && !is_left_out
    });
    let member = |(name, text): (&str, &str)| {
        let value = Cut::COMMAND.of(name).unwrap_or(text);
        (name.to_owned(), Value::from(value))
    };
    fields.map(member).collect()
}

/// JSON in which nothing but line ends controls a terminal that it is pasted into.
fn visible(json: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() && letter != '\n' {
            format!("\\u{:04x}", u32::from(letter))
        } else {
            letter.to_string()
        }
    };
    json.replace("\r\n", "\n").chars().map(shown).collect()
}

/// What a form says of its fields. A file cannot be said in JSON.
fn members(form: &WriteForm, typed: &Form) -> Map<String, Value> {
    let is_marked = |mark: &str, field: &Field| {
        let mut all = typed.texts();
        all.any(|(name, value)| name == mark && value == field.name)
    };
    let value = |field: &Field| {
        if is_marked("_clear", field) {
            return Some(Value::Null);
        }
        let text = typed.text(field.name)?;
        match field.kind {
            _ if text.is_empty() && is_marked("_keep", field) => None,
            Kind::Image | Kind::Nested(_) => None,
            Kind::Password => Cut::COMMAND.of("password").map(Value::from),
            _ if Cut::COMMAND.of(field.name).is_some() => {
                Cut::COMMAND.of(field.name).map(Value::from)
            }
            Kind::Boolean if text == "true" => Some(true.into()),
            Kind::Boolean if text == "false" => Some(false.into()),
            Kind::Integer if text.parse::<i64>().is_ok() => {
                text.parse::<i64>().ok().map(Value::from)
            }
            _ if text.is_empty() && field.takes_null && !field.takes_blank => Some(Value::Null),
            _ => Some(text.into()),
        }
    };
    let fields = form.fields.iter();
    fields
        .filter_map(|field| Some((field.name.to_owned(), value(field)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_request_is_one_word_of_the_command() {
        let address = "http://localhost/api/?a='$(id)'&b=`id`;\\";

        let command = curl("PATCH", "-u NAME", address, Some("{\"a\": \"it's\"}"));

        assert_eq!(
            command,
            "curl -X PATCH -u NAME -H 'Content-Type: application/json' \
             --data-raw '{\"a\": \"it'\\''s\"}' \
             'http://localhost/api/?a='\\''$(id)'\\''&b=`id`;\\'"
        );
        assert_eq!(
            curl("X`id`|B", "", "http://x/", None),
            "curl -X 'X`id`|B' 'http://x/'"
        );
        assert_eq!(
            curl("GET", "", "http://x/?a=[1]", None),
            "curl --globoff 'http://x/?a=[1]'"
        );
    }

    #[test]
    fn the_representation_is_left_out_and_the_rest_of_the_query_stays() {
        let table = [
            ("/api/", "/api/"),
            ("/api/?format=api", "/api/"),
            ("/api/?a=%27&format=api&b=1+2", "/api/?a=%27&b=1+2"),
            ("/api/?formats=1&a", "/api/?formats=1&a"),
            ("/api/?%66ormat=api&b", "/api/?b"),
        ];

        for (target, expected) in table {
            assert_eq!(without_format(target), expected);
        }
    }

    #[test]
    fn a_body_has_no_control_characters() {
        let typed = "{\r\n\"a\": \"\u{1b}[201~\u{9b}\u{7f}\"}";

        assert_eq!(visible(typed), "{\n\"a\": \"\\u001b[201~\\u009b\\u007f\"}");
    }
}
