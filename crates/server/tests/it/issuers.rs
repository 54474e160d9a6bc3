//! Foreign issuers in the settings, and what binds their subjects to users.

use chrono::{DateTime, Utc};
use profiled_domain::{
    BindOutcome, BindingRepository, ForeignSubject, UserId, UserLookup, UserRepository,
};
use serde_json::{Value, json};

use crate::sandbox::{Ended, Sandbox};

const IDP: &str = "https://idp.example.com";

/// The setting, with an issuer of these members besides those that any has.
fn issuers(more: &Value) -> String {
    let mut issuer = json!({
        "issuer": IDP, "algorithms": ["ES256"], "jwks_url": "http://127.0.0.1:1/",
    });
    if let (Some(all), Some(more)) = (issuer.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    format!("auth.jwt.issuers={}", json!([issuer]))
}

#[test]
fn issuer_with_unclear_audience_or_user_field_is_refused_with_the_remedy() {
    let sandbox = Sandbox::migrated();
    let audience = "has neither audience nor client_ids, so tokens for others would be taken: set \
                    one, or any_audience = true if it serves no other";
    let field = "has no user_field: say what user_claim holds, \"id\" (of this service), \
                 \"username\", \"email\" or \"external_id\"";
    let both = format!("{audience}; {field}");
    let cases = [
        (json!({}), both.as_str()),
        (json!({"audience": ""}), &both),
        (json!({"client_ids": [], "any_audience": false}), &both),
        (json!({"audience": "a"}), field),
        (json!({"user_field": "id"}), audience),
        (
            json!({"user_field": "id", "audience": "a", "any_audience": true}),
            "has any_audience in addition to audience or client_ids: remove one",
        ),
        (
            json!({"user_field": "id", "audience": "a", "trust_email": true}),
            "has trust_email, but does not name users by e-mail address: remove it",
        ),
    ];

    for (more, expected) in cases {
        for command in ["serve", "check"] {
            let ended = sandbox.run(&["--set", &issuers(&more), command]);

            assert_eq!(ended.code, Some(5), "{more} {ended:?}");
            let line = format!("profiled: auth.jwt.issuers in --set: {IDP:?} {expected}\n");
            assert!(ended.err.ends_with(&line), "{more} {}", ended.err);
        }
    }
    for good in [
        json!({"user_field": "id", "audience": "a"}),
        json!({"user_field": "id", "client_ids": ["web"]}),
        json!({"user_field": "id", "audience": "a", "client_ids": ["web"]}),
    ] {
        assert_eq!(risky(&sandbox, &good), None, "{good}");
    }
}

/// The warning of an issuer that may choose whom a token stands for. That nobody answers for it is another.
fn risky(sandbox: &Sandbox, more: &Value) -> Option<String> {
    let warnings = sandbox.findings(&["--set", &issuers(more)], "warning");
    let mut risky = warnings
        .into_iter()
        .filter(|text| text.contains("docs/KEYS.md"));
    risky.next()
}

#[test]
fn check_warns_of_issuers_whose_users_choose_their_names() {
    let sandbox = Sandbox::migrated();
    let cases = [
        (
            json!({"audience": "a", "user_field": "username"}),
            "users by username",
        ),
        (
            json!({"audience": "a", "user_field": "email"}),
            "users by e-mail address",
        ),
        (
            json!({"audience": "a", "user_field": "email", "trust_email": true}),
            "(trust_email)",
        ),
        (
            json!({"any_audience": true, "user_field": "id"}),
            "(any_audience)",
        ),
    ];

    for (more, expected) in cases {
        let warning = risky(&sandbox, &more).unwrap();
        assert!(warning.contains(expected), "{more} {warning}");
        assert!(warning.starts_with(&format!("auth.jwt.issuers in --set: {IDP:?} ")));
        let shown = sandbox.run(&["--set", &issuers(&more), "check"]);
        assert_eq!(shown.code, Some(0));
        assert!(
            shown.out.contains(&format!("warning: {warning}\n")),
            "{}",
            shown.out
        );
    }
    let fine = json!({"audience": "a", "user_field": "id"});
    assert_eq!(risky(&sandbox, &fine), None);
}

#[test]
fn bindings_are_listed_and_removed() {
    let sandbox = Sandbox::migrated();
    for name in ["ada", "bob"] {
        sandbox.done(&["user", "create", "--username", name]);
    }
    let store = sandbox.store();
    for (id, name, subject) in [(1, "ada", "-a"), (2, "bob", "b c")] {
        let key = UserLookup::Username(name.to_owned());
        let user = store.find_user(&key).unwrap().unwrap();
        let subject = ForeignSubject {
            issuer: IDP.to_owned(),
            subject: subject.to_owned(),
        };
        let bound = store.bind(&subject, &user, &key, DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(bound.unwrap(), BindOutcome::To(UserId(id)));
    }
    let since = "1970-01-01T00:00:00+00:00";
    let of_ada = json!([{ "issuer": IDP, "subject": "-a", "user": 1, "created": since }]);

    assert_eq!(sandbox.json(&["binding", "list", "ada"]), of_ada);
    assert_eq!(sandbox.json(&["binding", "list", "--limit", "1"]), of_ada);
    let shown = sandbox.run(&["binding", "list", "--offset", "1"]);
    assert_eq!(shown.out, format!("{IDP} b c user 2 since {since}\n"));
    let removed = sandbox.run(&["binding", "remove", IDP, "-a"]);
    assert_eq!(removed.out, format!("removed the binding of {IDP} -a\n"));
    let line = |ended: &Ended| {
        let line = &ended.trail[0];
        ["action", "object", "outcome"].map(|name| line[name].as_str().unwrap().to_owned())
    };
    let object = format!("issuer:{IDP}");
    assert_eq!(line(&removed), ["issuer.unbind", &object, "done"]);
    let again = sandbox.run(&["binding", "remove", IDP, "-a"]);
    assert_eq!(line(&again), ["issuer.unbind", &object, "refused"]);
    assert_eq!(again.code, Some(1));
    assert_eq!(
        again.err,
        "profiled: there is no such binding: profiled binding list shows all\n"
    );
    assert_eq!(sandbox.json(&["binding", "list", "ada"]), json!([]));
    let removed = sandbox.json(&["binding", "remove", IDP, "b c"]);
    assert_eq!(removed, json!({ "issuer": IDP, "subject": "b c" }));
    assert_eq!(sandbox.run(&["binding", "list", "nobody"]).code, Some(1));
}
