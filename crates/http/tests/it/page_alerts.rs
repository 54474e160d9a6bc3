//! What pages say of what was refused, and what of a form is there to be sent again.

use crate::app::{Response, TestApp, request};
use crate::page_sessions::{cookies, proof, proved};
use crate::pages::{ME, assert_has, assert_lacks, browse, page, send_form, submit};

const FORM: &str = "application/x-www-form-urlencoded";

/// The text of the one alert of a page.
pub fn alert(answer: &Response) -> &str {
    let mut parts = answer.body.split("role=\"alert\">").skip(1);
    let (text, _) = parts.next().unwrap().split_once("</section>").unwrap();
    assert!(parts.next().is_none(), "{}", answer.body);
    text
}

pub fn assert_alert(answer: &Response, wanted: &[&str]) {
    let text = alert(answer);
    for part in wanted {
        assert_eq!(text.matches(part).count(), 1, "{part} in {text}");
    }
}

#[actix_web::test]
async fn raw_data_that_cannot_be_read_say_why_in_the_summary() {
    let app = TestApp::new();
    let token = app.token(app.staff("ada").id);
    let table = [
        ("{\"name\":", "<p>JSON parse error"),
        ("[1]", "<p>Invalid data. Expected a dictionary"),
    ];

    for (content, text) in table {
        let fields = [
            ("_method", "POST"),
            ("_content_type", "application/json"),
            ("_content", content),
        ];
        let refused = submit(&app, "/api/groups/", &token, &fields).await;

        assert_eq!(refused.status, 400, "{content}");
        let link = "<a href=\"#form0-content\">Content</a>";
        assert_alert(&refused, &["<p>Nothing was changed.</p>", text, link]);
        assert_has(&refused, &["spellcheck=\"false\" aria-invalid=\"true\""]);
    }
}

#[actix_web::test]
async fn a_fault_beside_its_input_is_linked_and_not_told_twice() {
    let app = TestApp::new();
    let token = app.token(app.staff("ada").id);
    let fields = [("_method", "PATCH"), ("email", "nobody")];

    let refused = submit(&app, ME, &token, &fields).await;
    let shown = page(&app, ME, &token).await;

    assert_alert(&refused, &["<li><a href=\"#form0-email\">Email</a></li>"]);
    assert!(!alert(&refused).contains("valid email address"));
    assert_lacks(&shown, &["role=\"alert\""]);
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_told_of() {
    let app = TestApp::new();
    let token = app.token(app.staff("ada").id);
    let large = "x".repeat(3_000_000);

    let fields = [("_method", "PATCH"), ("first_name", large.as_str())];
    let refused = submit(&app, ME, &token, &fields).await;

    assert_eq!(refused.status, 413);
    assert_alert(&refused, &["<p>Request body too large.</p>"]);
}

#[actix_web::test]
async fn a_form_of_a_page_that_is_out_of_date_comes_back_to_be_sent_again() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;
    let fields = "_method=PATCH&first_name=Typed&password=new-secret&current_password=old-secret";

    let stale = format!("csrfmiddlewaretoken=earlier&{fields}");
    let refused = send_form(&app, ME, &cookies, &stale).await;
    let again = proved(&cookies, "_method=PATCH&first_name=Typed");
    let again = send_form(&app, ME, &cookies, &again).await;

    assert_eq!((refused.status, again.status), (403, 303));
    let text = "<p>This page was out of date; send it again.</p>";
    assert_alert(&refused, &["<p>Nothing was changed.</p>", text]);
    let fresh = format!("name=\"csrfmiddlewaretoken\" value=\"{}\"", proof(&cookies));
    assert_has(&refused, &["value=\"Typed\"", &fresh]);
    assert_lacks(&refused, &["new-secret", "old-secret", "\"earlier\""]);
}

#[actix_web::test]
async fn a_refused_form_comes_back_neither_to_other_sites_nor_to_those_who_may_not_read() {
    let app = TestApp::new();
    app.staff("grace");
    app.user("plain", |_| ());
    let [grace, plain] = [cookies(&app, "grace").await, cookies(&app, "plain").await];
    let foreign = request("POST", ME)
        .insert_header(("Accept", "text/html"))
        .insert_header(("Cookie", grace.as_str()))
        .insert_header(("Content-Type", FORM))
        .insert_header(("Origin", "http://evil.example"))
        .set_payload("_method=PATCH&first_name=Mallory");

    let foreign = app.send(foreign).await;
    let fields = proved(&plain, "_method=PATCH&first_name=Mallory");
    let closed = send_form(&app, ME, &plain, &fields).await;

    for refused in [foreign, closed] {
        assert_eq!(refused.status, 403);
        assert_alert(&refused, &["<p>Nothing was changed.</p>"]);
        assert_lacks(
            &refused,
            &["<textarea", "value=\"Mallory\"", "@example.com"],
        );
    }
}

#[actix_web::test]
async fn a_faulty_search_is_told_of_beside_its_box_and_in_the_summary() {
    let app = TestApp::new();
    app.staff("grace");
    let cookies = cookies(&app, "grace").await;

    let faulty = browse(&app, "/api/users/?search=%00", &cookies).await;
    let unknown = browse(&app, "/api/v1/users/?nofield=x", &cookies).await;
    let right = browse(&app, "/api/users/?search=x", &cookies).await;

    assert_eq!((faulty.status, unknown.status), (400, 400));
    let heading = "<p>This cannot be shown as it was asked for.</p>";
    let link = "<li><a href=\"#filter-search\">";
    assert_alert(&faulty, &[heading, link]);
    assert_has(
        &faulty,
        &[
            "id=\"filter-search\" autocomplete=\"off\" aria-invalid=\"true\" \
             aria-describedby=\"filter-search-messages\"",
            "<ul class=\"messages\" id=\"filter-search-messages\">\n<li>",
        ],
    );
    assert_alert(&unknown, &[heading, "nofield"]);
    assert_lacks(&right, &["role=\"alert\"", "aria-invalid=\"true\""]);
}
