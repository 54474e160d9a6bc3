use serde_json::{Value, json};

use super::alert::Fault;
use super::filter_view::FilterInput;
use super::form_view::ContentType;
use super::inputs::{Choice, Earlier, Input};
use super::*;
use crate::error::FieldErrors;
use crate::framework::fields::{Field, Kind};
use crate::framework::forms::{Filter, FilterKind, PageForms};
use crate::framework::router::Crumb;
use crate::wire::body::Form;

const EVIL: &str = "<script>\"&'</textarea></style>";

fn style() -> PageStyle {
    PageStyle {
        site: EVIL,
        site_path: Some(EVIL),
        caller_path: Some(EVIL),
        headers: &[],
        folds_description: true,
        curl_credentials: "".into(),
        is_prompted: false,
    }
}

fn input(control: Control, messages: &[String]) -> Input<'_> {
    Input {
        id: EVIL.to_owned(),
        name: EVIL,
        label: EVIL,
        control,
        hint: EVIL.to_owned(),
        max_length: Some(3),
        is_required: true,
        keeps_blank: true,
        messages,
    }
}

fn page<'a>(messages: &'a [String], inputs: Vec<Input<'a>>, buttons: Vec<&'a Button>) -> Page<'a> {
    let shown = |is_link| ShownHeader {
        name: "Location",
        value: EVIL.to_owned(),
        is_link,
    };
    let piece = |class, link| Piece {
        text: EVIL,
        class,
        link,
    };
    let crumb = Crumb {
        name: EVIL,
        path: EVIL,
    };
    Page {
        script: "",
        layout: Layout {
            css: "",
            prefix: EVIL,
            home: EVIL,
            icon: EVIL,
            logout: EVIL,
            site: EVIL,
            site_path: Some(EVIL),
            title: EVIL,
            crumbs: vec![crumb, crumb],
            door: Door::Caller {
                name: EVIL.to_owned(),
                path: Some(EVIL),
            },
            proof: Some(EVIL),
            notice: Some(EVIL),
        },
        style: style(),
        article: None,
        description: EVIL,
        is_refused: true,
        alert: Some(Alert {
            heading: EVIL,
            messages: vec![EVIL.to_owned()],
            faults: vec![Fault {
                id: EVIL.to_owned(),
                label: EVIL,
            }],
        }),
        is_readable: true,
        json_link: EVIL.to_owned(),
        api_link: EVIL.to_owned(),
        has_options: true,
        buttons,
        filter: Some(FilterForm {
            inputs: [FilterKind::Search, FilterKind::Either, FilterKind::Only]
                .map(|kind| FilterInput {
                    filter: Filter {
                        name: EVIL,
                        label: EVIL,
                        kind,
                    },
                    value: EVIL,
                    id: EVIL.to_owned(),
                    messages,
                })
                .into(),
            kept: vec![(EVIL, EVIL)],
            all: Some(EVIL.to_owned()),
        }),
        pages: Pages {
            next: Some(EVIL.into()),
            previous: Some(EVIL.into()),
        },
        method: EVIL,
        target: EVIL,
        status: EVIL.to_owned(),
        headers: vec![shown(true), shown(false)],
        json: vec![
            piece("", None),
            piece(EVIL, None),
            piece(EVIL, Some(EVIL.into())),
        ],
        curl: Some(EVIL.to_owned()),
        command: EVIL.to_owned(),
        forms: vec![FormView {
            prefix: EVIL.to_owned(),
            title: "",
            methods: vec![EVIL],
            action: Some(EVIL),
            inputs,
            has_file: true,
            refusal: Refusal::OfRaw,
            raw: EVIL.to_owned(),
            keeps_password: true,
            content_types: vec![ContentType {
                name: EVIL,
                is_chosen: true,
            }],
        }],
    }
}

#[test]
fn page_with_markup_in_its_values_escapes_all_of_them() {
    let messages = [EVIL.to_owned()];
    let evil = || EVIL.to_owned();
    let inputs = vec![
        input(
            Control::Line {
                kind: EVIL,
                autocomplete: EVIL,
                value: evil(),
            },
            &messages,
        ),
        input(Control::Lines(evil()), &messages),
        input(
            Control::Choice(vec![Choice {
                value: EVIL,
                label: EVIL,
                is_chosen: true,
            }]),
            &messages,
        ),
        input(
            Control::File {
                present: Some(evil()),
                can_clear: true,
            },
            &messages,
        ),
    ];

    let buttons = ["DELETE", EVIL].map(|method| Button {
        method,
        action: Some(evil()),
    });

    let html = page(&messages, inputs, buttons.iter().collect())
        .render()
        .unwrap();

    assert_eq!(html.matches("<script").count(), 1, "{html}");
    assert!(html.contains("<script></script>"), "{html}");
    assert_eq!(html.matches("</style>").count(), 1);
    assert_eq!(html.matches("</textarea>").count(), 2);
    assert!(!html.contains("\"&'") && !html.contains("'\""), "{html}");
    assert!(html.matches("&#60;script&#62;&#34;&#38;&#39;").count() > 70);
}

#[test]
fn page_offers_only_allowed_methods() {
    let loud = page(&[], Vec::new(), Vec::new());
    let quiet = Page {
        layout: Layout {
            door: Door::Stranger(EVIL.to_owned()),
            proof: None,
            ..loud.layout
        },
        is_refused: false,
        alert: None,
        has_options: false,
        buttons: Vec::new(),
        filter: None,
        pages: Pages::default(),
        curl: None,
        forms: Vec::new(),
        ..loud
    };

    let html = quiet.render().unwrap();

    for unwanted in [
        "<form",
        "name=\"_method\"",
        "role=\"alert\"",
        "rel=\"next\"",
    ] {
        assert!(!html.contains(unwanted), "{unwanted}");
    }
}

#[test]
fn delete_button_asks_for_confirmation_without_a_script() {
    let button = Button {
        method: "DELETE",
        action: None,
    };
    let html = page(&[], Vec::new(), vec![&button]).render().unwrap();

    assert!(html.contains("<summary>DELETE</summary>"), "{html}");
    assert!(html.contains("name=\"_method\" value=\"DELETE\""), "{html}");
}

#[test]
fn page_of_a_response_without_body_has_status_200() {
    assert_eq!(status(StatusCode::NO_CONTENT), StatusCode::OK);
    assert_eq!(status(StatusCode::CREATED), StatusCode::CREATED);
    assert_eq!(status(StatusCode::NOT_FOUND), StatusCode::NOT_FOUND);
}

#[test]
fn pages_before_and_after_are_linked_if_they_are_of_this_server() {
    let origin = &Origin::of("http://localhost");
    let list = r#"{"count": 3, "next": "/api/x/?page=3", "previous": "http://localhost/api/x/?a=%26", "results": []}"#;
    let foreign = r#"{"next": "http://evil.example/api/", "previous": "javascript:alert(1)"}"#;

    let (own, other) = (Pages::of(list, origin), Pages::of(foreign, origin));

    assert_eq!(own.next.as_deref(), Some("/api/x/?page=3"));
    assert_eq!(
        own.previous.as_deref(),
        Some("http://localhost/api/x/?a=%26")
    );
    assert!(other.next.is_none() && other.previous.is_none());
    for none in [r#"{"next": 1}"#, "[]", "", r#"{"next": null}"#] {
        assert!(Pages::of(none, origin).next.is_none(), "{none}");
    }
}

#[test]
fn format_links_keep_the_rest_of_the_query() {
    let query = Query::parse(b"a=x%26y&format=api&b=%3Cb%3E&a=+").unwrap();

    assert_eq!(
        format_link(&query, "json"),
        "?a=x%26y&b=%3Cb%3E&a=+&format=json"
    );
    assert_eq!(
        format_link(&Query::parse(b"").unwrap(), "api"),
        "?format=api"
    );
}

#[test]
fn instants_are_picked_unless_the_browser_would_send_another_one_back() {
    let end = Field::written("end", "End", Kind::DateTime).nullable();
    let table = [
        ("", r#"type="datetime-local" value="""#),
        (
            "2026-11-24T10:20:30Z",
            r#"type="datetime-local" value="2026-11-24T10:20:30""#,
        ),
        (
            "2026-11-24T10:20:30.120Z",
            r#"type="datetime-local" value="2026-11-24T10:20:30.120""#,
        ),
        (
            "2026-11-24T10:20",
            r#"type="datetime-local" value="2026-11-24T10:20""#,
        ),
        (
            "2026-11-24T10:20:30.123456Z",
            r#"type="text" value="2026-11-24T10:20:30.123456Z""#,
        ),
        (
            "2026-11-24T10:20:30+01:00",
            r#"type="text" value="2026-11-24T10:20:30+01:00""#,
        ),
        ("tomorrow", r#"type="text" value="tomorrow""#),
    ];

    for (stored, expected) in table {
        let object = json!({ "end": stored });
        let html = made(
            std::slice::from_ref(&end),
            &object,
            None,
            &FieldErrors::NONE,
        );
        assert!(html.contains(expected), "{expected} in {html}");
        assert!(html.contains("Date and time in UTC. Optional."));
    }
}

/// The inputs for fields of every kind, with an object and what was typed.
fn made(fields: &[Field], object: &Value, typed: Option<&Form>, errors: &FieldErrors) -> String {
    let forms = PageForms::default().form(&["PUT"], fields, object);
    let earlier = Earlier { typed, errors };
    let inputs = inputs::inputs(
        &forms.forms[0],
        "f",
        earlier,
        &Origin::of("http://localhost"),
    );
    let page = page(&[], inputs, Vec::new());
    page.render().unwrap()
}

#[test]
fn inputs_follow_the_description_of_the_fields() {
    const SIZES: &[(&str, &str)] = &[("s", "Small"), ("l", "Large")];
    let fields = [
        Field::shown("id", "ID", Kind::Integer),
        Field::written("name", "Name", Kind::Text)
            .at_most(7)
            .required(),
        Field::written("notes", "Notes", Kind::Text).nullable(),
        Field::written("size", "Size", Kind::Choice(SIZES)).nullable(),
        Field::written("is_open", "Open", Kind::Boolean),
        Field::written("mail", "Mail", Kind::Email),
        Field::written("photo", "Photo", Kind::Image).nullable(),
        Field::written("password", "Password", Kind::Password).write_only(),
        Field::written("members", "Members", Kind::Nested(Vec::new)),
    ];
    let object = json!({
        "id": 1, "name": "Ada", "notes": null, "size": "l", "is_open": true, "mail": "a@b.example",
        "photo": "/media/a.png", "password": "stored", "members": [],
    });

    let html = made(&fields, &object, None, &FieldErrors::NONE);

    for wanted in [
        r#"name="name" type="text" value="Ada" autocomplete="off" maxlength="7" required aria-describedby="f-name-hint">"#,
        r#"<p class="hint" id="f-name-hint">Text, at most 7 characters.</p>"#,
        r#"<p class="hint" id="f-size-hint">One of: s, l. Optional.</p>"#,
        r#"<textarea id="f-notes" name="notes" rows="4" aria-describedby="f-notes-hint">"#,
        r#"<option value="">None</option>"#,
        r#"<option value="l" selected>Large</option>"#,
        r#"<option value="true" selected>Yes</option>"#,
        r#"name="mail" type="email" value="a@b.example""#,
        r#"name="photo" type="file" accept="image/jpeg"#,
        r#"<a href="/media/a.png">"#,
        r#"name="_clear" value="photo""#,
        r#"name="password" type="password" value="""#,
        r#"name="_keep" value="notes""#,
        r#"name="_keep" value="photo""#,
    ] {
        assert!(html.contains(wanted), "{wanted} in {html}");
    }
    for unwanted in [
        "stored",
        "name=\"id\"",
        "name=\"members\"",
        "value=\"size\"",
    ] {
        assert!(!html.contains(unwanted), "{unwanted} in {html}");
    }
}

#[test]
fn select_of_a_new_object_has_nothing_chosen() {
    const SIZES: &[(&str, &str)] = &[("s", "Small"), ("l", "Large")];
    let size = Field::written("size", "Size", Kind::Choice(SIZES)).required();

    let html = made(&[size], &Value::Null, None, &FieldErrors::NONE);

    assert!(html.contains(r#"<option value="" selected>Choose…</option>"#));
    assert!(!html.contains(r#"value="_keep""#) && html.contains(" required aria-"));
}
