//! Values that are easily taken for one another, conditions and orders.

use chrono::{DateTime, Duration, Utc};
use profiled_domain::{
    Case, Comparison, Condition, Field, FieldKind, FieldValue, Lookup, Model, OrderBy, Pattern,
    Step, TextLookup,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::data::id;

const TEXTS: [&str; 26] = [
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "aB",
    "b",
    "ba",
    "a%b",
    "a_b",
    "a\\b",
    "a\nb",
    "a b",
    "é",
    "É",
    "e\u{301}",
    "İ",
    "i\u{307}",
    "ΣΑΣ",
    "σας",
    "ΑΣ",
    "ß",
    "ẞ",
    "\u{FFFF}",
    "\u{10FFFF}",
    "1",
];

const PATTERNS: [&str; 46] = [
    "a{2}",
    "(?:a|b){2,}",
    "(?:a|b){0,300}$",
    "^(?:.){1,2}$",
    "",
    "a",
    "^a",
    "b$",
    "^$",
    "(?i)ab",
    r"\bA",
    r"\Bb",
    "[^a]",
    r"\w+",
    r"\W",
    r"\s",
    ".",
    "^.$",
    "(?s)^.$",
    "(?m)^b",
    "(?m)a$",
    "a|É",
    "(?:ab|)b",
    "a*",
    "(a*)*b",
    "(?:^a|b$)",
    r"\d{1,3}",
    "a{0}b",
    "[[:upper:]]",
    r"\p{Greek}",
    r"\pL{3}",
    "é",
    "ß",
    "(?i)σ",
    r"\x{10FFFF}",
    r"[\x{FFFF}-\x{10FFFF}]",
    "(?R)(?m)^b",
    "%",
    "_",
    r"\\",
    r"(?-u:\w)a",
    r"^\b",
    r"\b{start}a",
    r"b\b{end}",
    r"a\x00",
    "(?:^|1)+0",
];

pub fn text() -> impl Strategy<Value = String> {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

/// Also what no database stores, and what other kinds look like as text.
fn wanted() -> impl Strategy<Value = String> {
    let others = select(
        &[
            "\0",
            "a\0",
            "a\0b",
            "0",
            "00",
            "2015-08-25 01:00:07",
            "127000+",
            ".000000+00:00",
        ][..],
    );
    prop_oneof![5 => text(), 1 => others.prop_map(str::to_owned)]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    (select(&PATTERNS[..]), case()).prop_map(|(text, case)| Pattern::new(text, case).unwrap())
}

fn case() -> impl Strategy<Value = Case> {
    select(&[Case::Sensitive, Case::Ignored][..])
}

pub fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let start: DateTime<Utc> = "2015-08-25T01:00:07Z".parse().unwrap();
    let offsets = select(
        &[
            0,
            1,
            127_000,
            127_001,
            1_000_000,
            -1,
            -40_000_000_000_000_000,
        ][..],
    );
    offsets.prop_map(move |offset| start + Duration::microseconds(offset))
}

/// Also instants that no database stores.
fn wanted_instant() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        6 => instant(),
        1 => instant().prop_map(|at| at + Duration::nanoseconds(1)),
        1 => select(&[DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC][..]),
    ]
}

fn value(kind: FieldKind) -> BoxedStrategy<FieldValue> {
    match kind {
        FieldKind::Integer => prop_oneof![id(), 0..40_i64, Just(i64::MAX)]
            .prop_map(FieldValue::Integer)
            .boxed(),
        FieldKind::Text => wanted().prop_map(FieldValue::Text).boxed(),
        FieldKind::Boolean => any::<bool>().prop_map(FieldValue::Boolean).boxed(),
        FieldKind::Instant => wanted_instant().prop_map(FieldValue::Instant).boxed(),
    }
}

fn test(kind: FieldKind) -> impl Strategy<Value = Lookup> {
    use Comparison as C;
    use TextLookup as T;
    let comparison = select(
        &[
            C::Equal,
            C::Greater,
            C::GreaterOrEqual,
            C::Less,
            C::LessOrEqual,
        ][..],
    );
    let text_test = select(&[T::Exact, T::Contains, T::StartsWith, T::EndsWith][..]);
    let other = select(
        &[
            FieldKind::Integer,
            FieldKind::Text,
            FieldKind::Boolean,
            FieldKind::Instant,
        ][..],
    );
    prop_oneof![
        6 => (comparison.clone(), value(kind)).prop_map(|(c, value)| Lookup::Compare(c, value)),
        1 => (comparison, other.prop_flat_map(value)).prop_map(|(c, value)| Lookup::Compare(c, value)),
        3 => vec(value(kind), 0..4).prop_map(Lookup::In),
        8 => (text_test, wanted(), case()).prop_map(|(test, text, case)| Lookup::Text(test, text, case)),
        4 => pattern().prop_map(Lookup::Matches),
        1 => any::<bool>().prop_map(Lookup::IsNull),
    ]
}

pub fn condition(model: Model, depth: u32) -> BoxedStrategy<Condition> {
    let field = select(model.fields()).prop_flat_map(|field| {
        test(field.kind()).prop_map(move |test| Condition::Field(field, test))
    });
    let leaf = prop_oneof![8 => field, 1 => id().prop_map(Condition::has_id)].boxed();
    if depth == 0 {
        return leaf;
    }
    let inner = condition(model, depth - 1);
    let related = select(model.relations()).prop_flat_map(move |relation| {
        condition(relation.target(), depth - 1)
            .prop_map(move |inner| Condition::related(relation, inner))
    });
    prop_oneof![
        2 => leaf,
        2 => vec(inner.clone(), 0..4).prop_map(Condition::All),
        2 => vec(inner.clone(), 0..4).prop_map(Condition::Any),
        2 => inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        4 => related,
    ]
    .boxed()
}

pub fn order(model: Model) -> impl Strategy<Value = Vec<OrderBy>> {
    vec(key(model, Vec::new(), 2), 0..3)
}

fn key(model: Model, path: Vec<Step>, steps: u32) -> BoxedStrategy<OrderBy> {
    let end = path.clone();
    let here = (select(model.fields()), any::<bool>()).prop_map(
        move |(field, is_descending): (Field, bool)| OrderBy {
            path: end.clone(),
            field,
            is_descending,
        },
    );
    if steps == 0 {
        return here.boxed();
    }
    let step = select(model.relations()).prop_flat_map(|relation| {
        let only = prop_oneof![
            2 => Just(Condition::everything()),
            1 => condition(relation.target(), 1),
        ];
        only.prop_map(move |only| Step { relation, only })
    });
    let further = step.prop_flat_map(move |step| {
        let mut path = path.clone();
        let target = step.relation.target();
        path.push(step);
        key(target, path, steps - 1)
    });
    prop_oneof![2 => here, 1 => further].boxed()
}
