//! What narrows the list of users: `search` as the framework's `SearchFilter` reads it, and flags as django-filter
//! does (contract `drf.md`, section 10, "Lists").

use profiled_domain::ProfileFilter;
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::wire::query::Query;
use profiled_rest::{Filter, FilterKind, QueryParameter};

const SEARCH: &str = "search";

/// What the page of the list offers.
pub(super) const FILTERS: &[Filter] = &[
    Filter {
        name: SEARCH,
        label: "Search",
        kind: FilterKind::Search,
    },
    Filter {
        name: "is_active",
        label: "Active",
        kind: FilterKind::Either,
    },
    Filter {
        name: "is_staff",
        label: "Staff",
        kind: FilterKind::Either,
    },
];

/// The same for programs.
pub(super) fn parameters() -> [QueryParameter; 3] {
    let flag = |name, text| QueryParameter::one_of(name, text, &["true", "false"]);
    let words = "Users who have each of these words in their user name, e-mail address, first or last name.";
    [
        QueryParameter::text(SEARCH, words),
        flag("is_active", "Users who may log in, or may not."),
        flag("is_staff", "Members of the staff, or others."),
    ]
}

/// Most words of a search: each is looked for in every user.
const MAX_WORDS: usize = 32;

/// The users that a query asks for.
///
/// # Errors
/// 400 for a search that no user could be found by, or that costs too much.
pub(super) fn requested(query: &Query) -> Result<ProfileFilter, ApiError> {
    let text = query.get(SEARCH).unwrap_or_default();
    if text.contains('\0') {
        return Err(refused("Null characters are not allowed."));
    }
    let words = words(text);
    if words.len() > MAX_WORDS {
        let message = format!("Ensure this value has at most {MAX_WORDS} words.");
        return Err(refused(&message));
    }
    let flag = |name| query.get(name).and_then(flag);
    Ok(ProfileFilter {
        words,
        is_active: flag("is_active"),
        is_staff: flag("is_staff"),
    })
}

fn refused(message: &str) -> ApiError {
    ApiError::Invalid(FieldErrors::of(SEARCH, message))
}

/// What is neither counts as not said.
fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Words stand between white space or commas. What stands in quotes is one.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (term, after) = rest.split_at(end_of_term(rest));
        let term = term.trim_matches(',');
        match quoted(term) {
            Some(phrase) => words.push(phrase),
            None => words.extend(term.split(',').map(str::to_owned)),
        }
        rest = after.trim_start();
    }
    // An empty text is in everything.
    words.retain(|word| !word.is_empty());
    words
}

/// Where a term ends: at white space that is not in quotes. A quote without its other one is a letter.
fn end_of_term(text: &str) -> usize {
    let is_end = |letter: char| letter.is_whitespace() || letter == '"' || letter == '\'';
    let run = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.find(is_end).unwrap_or(rest.len())
    };
    let mut end = run(0);
    let mut has_quotes = false;
    while let Some(close) = end_of_quotes(text, end) {
        has_quotes = true;
        end = run(close);
    }
    if has_quotes {
        return end;
    }
    text.find(char::is_whitespace).unwrap_or(text.len())
}

/// Where the quotes end, past the second one, that begin at a place.
fn end_of_quotes(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let quote = rest
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let mut is_escaped = false;
    let inner = rest.get(1..)?;
    let length = inner.find(|letter: char| {
        let ends = letter == quote && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends
    })?;
    Some(at + 1 + length + 1)
}

/// What a term says that is in quotes as a whole.
fn quoted(term: &str) -> Option<String> {
    let quote = term
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let inner = term.get(1..)?.strip_suffix(quote)?;
    Some(
        inner
            .replace(&format!("\\{quote}"), &quote.to_string())
            .replace("\\\\", "\\"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_the_framework_does() {
        // The lists are what `search_smart_split` of Django REST framework 3.16 gives.
        let table: [(&str, &[&str]); 14] = [
            ("", &[]),
            ("  ada  king ", &["ada", "king"]),
            ("ada,king,,x", &["ada", "king", "x"]),
            ("\"ada king\" x", &["ada king", "x"]),
            ("'ada king',x", &["'ada king'", "x"]),
            (",\"ada king\",", &["ada king"]),
            ("\"a, b\"", &["a, b"]),
            ("o'hara", &["o'hara"]),
            ("\"ada king", &["\"ada", "king"]),
            (r#""say \"hi\"""#, &["say \"hi\""]),
            (r"'back\\slash'", &[r"back\slash"]),
            ("a\"b c\"d e", &["a\"b c\"d", "e"]),
            ("\u{2003}é\u{a0}ü", &["é", "ü"]),
            ("\"\" ,", &[]),
        ];

        for (text, expected) in table {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn flags_are_true_or_false_in_any_case_and_else_not_said() {
        for (text, expected) in [
            ("true", Some(true)),
            ("True", Some(true)),
            ("1", Some(true)),
            ("FALSE", Some(false)),
            ("0", Some(false)),
            ("", None),
            ("yes", None),
            ("unknown", None),
        ] {
            assert_eq!(flag(text), expected, "{text}");
        }
    }

    #[test]
    fn a_search_of_too_many_words_is_refused() {
        let query = |count| Query::parse(format!("search={}", "a+".repeat(count)).as_bytes());

        assert!(requested(&query(32).unwrap()).is_ok());
        assert!(requested(&query(33).unwrap()).is_err());
        assert!(requested(&Query::parse(b"search=a%00").unwrap()).is_err());
    }
}
