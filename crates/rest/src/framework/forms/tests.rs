use serde_json::json;

use super::*;

#[test]
fn raw_data_hold_writable_fields_and_no_stored_password() {
    let fields = [
        Field::shown("id", "ID", Kind::Integer),
        Field::written("name", "Name", Kind::Text).nullable(),
        Field::written("notes", "Notes", Kind::Text),
        Field::written("is_open", "Open", Kind::Boolean),
        Field::written("photo", "Photo", Kind::Image),
        Field::written("password", "Password", Kind::Password).write_only(),
    ];
    let object = json!({ "id": 1, "name": "é", "notes": "", "is_open": true, "password": "x" });

    let changed = PageForms::default().form(&["PUT"], &fields, &object);
    let made = PageForms::default().form(&["POST"], &fields, &());
    let plain = PageForms::default().raw_form(&["PUT"], &["notes", "password", "id"], &object);
    let log_in = PageForms::default().raw_form(&["POST"], &["password"], &());

    let raw = |forms: &PageForms| forms.forms[0].raw();
    let parsed = |forms: &PageForms| serde_json::from_str::<Value>(&raw(forms)).unwrap();
    let expected = "{\n    \"name\": \"é\",\n    \"notes\": \"\",\n    \"is_open\": true,\n    \"password\": \"$encrypted$\"\n}";
    assert_eq!(raw(&changed), expected);
    let blank = json!({ "name": null, "notes": "", "is_open": false, "password": "" });
    assert_eq!(parsed(&made), blank);
    let members = json!({ "notes": "", "password": "$encrypted$", "id": 1 });
    assert_eq!(parsed(&plain), members);
    assert_eq!(parsed(&log_in), json!({ "password": "" }));
    assert!(changed.forms[0].keeps_password() && !made.forms[0].keeps_password());
}

#[test]
fn form_after_a_write_shows_the_new_values() {
    let fields = [Field::written("name", "Name", Kind::Text)];
    let mut forms = PageForms::default().form(&["PUT"], &fields, &json!({ "name": "old" }));
    let answer = ViewResponse::new(StatusCode::OK, br#"{"name": "new", "other": 1}"#.to_vec());

    forms.update(&answer);

    assert_eq!(forms.forms[0].raw(), "{\n    \"name\": \"new\"\n}");
}

#[test]
fn a_refused_caller_is_offered_nothing() {
    let codes = [200, 201, 204, 400, 405, 412, 413, 415];
    let refusals = [401, 403, 404, 406, 429, 500, 503];

    let status = |code| StatusCode::from_u16(code).unwrap();
    let fits = |code: u16| PageForms::fit(status(code), Access::Authenticated);

    assert!(codes.into_iter().all(fits));
    assert!(!refusals.into_iter().any(fits));
    assert!(PageForms::fit(StatusCode::UNAUTHORIZED, Access::Open));
}
