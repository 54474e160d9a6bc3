//! `profiled import settings-simplejwt`: what is carried over, and what is warned of.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn import(sandbox: &Sandbox, text: &str) -> Value {
    let file = sandbox.write("simplejwt", text);
    sandbox.json(&["import", "settings-simplejwt", &file])
}

/// A dump of a project of which only these settings are out of the ordinary.
fn whole(simple_jwt: &Value) -> String {
    let whole = json!({
        "SIMPLE_JWT": simple_jwt, "SECRET_KEY": KEY, "INSTALLED_APPS": [], "USERNAME_FIELD": "username",
        "PRIMARY_KEY": "id", "PRIMARY_KEY_CLASS": "BigAutoField",
    });
    whole.to_string()
}

#[test]
fn each_setting_in_json_has_its_counterpart() {
    let sandbox = Sandbox::new();
    let whole = json!({
        "SIMPLE_JWT": {
            "ACCESS_TOKEN_LIFETIME": "0:05:00", "REFRESH_TOKEN_LIFETIME": "P1DT00H00M00S",
            "SLIDING_TOKEN_LIFETIME": 60.0, "SLIDING_TOKEN_REFRESH_LIFETIME": "2 days, 0:00:00", "LEEWAY": 10,
            "ROTATE_REFRESH_TOKENS": true, "BLACKLIST_AFTER_ROTATION": true, "UPDATE_LAST_LOGIN": true,
            "CHECK_REVOKE_TOKEN": true, "REVOKE_TOKEN_CLAIM": "pwd", "ALGORITHM": "HS512", "VERIFYING_KEY": "",
            "AUDIENCE": ["a", "b"], "ISSUER": "site", "JWK_URL": null, "JSON_ENCODER": null,
            "AUTH_HEADER_TYPES": ["JWT", "Bearer"], "AUTH_HEADER_NAME": "HTTP_X_ACCESS_TOKEN",
            "USER_ID_FIELD": "uuid", "USER_ID_CLAIM": "sub", "TOKEN_TYPE_CLAIM": null, "JTI_CLAIM": null,
            "AUTH_TOKEN_CLASSES": [
                "rest_framework_simplejwt.tokens.SlidingToken", "rest_framework_simplejwt.tokens.AccessToken",
            ],
            "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "until",
            "TOKEN_OBTAIN_SERIALIZER": "rest_framework_simplejwt.serializers.TokenObtainPairSerializer",
            "ON_LOGIN_SUCCESS": "rest_framework_simplejwt.serializers.default_on_login_success",
        },
        "SECRET_KEY": KEY, "INSTALLED_APPS": ["rest_framework_simplejwt.token_blacklist"],
        "USERNAME_FIELD": "email", "PRIMARY_KEY": "uuid", "PRIMARY_KEY_CLASS": "UUIDField",
    });

    let report = import(&sandbox, &whole.to_string());

    assert_eq!(report["warnings"], json!([]));
    let expected = json!({
        "auth.jwt.access_lifetime": 300, "auth.jwt.refresh_lifetime": 86400, "auth.jwt.sliding_lifetime": 60,
        "auth.jwt.sliding_refresh_lifetime": 172_800, "auth.jwt.leeway": 10,
        "auth.jwt.rotate_refresh_tokens": true, "auth.jwt.blacklist_after_rotation": true,
        "auth.jwt.update_last_login": true, "auth.jwt.check_revoke_token": true,
        "auth.jwt.revoke_token_claim": "pwd", "auth.jwt.algorithm": "HS512", "auth.jwt.signing_key": KEY,
        "auth.jwt.audience": ["a", "b"], "auth.jwt.issuer": "site", "auth.jwt.header_types": ["JWT", "Bearer"],
        "auth.jwt.header_name": "X-Access-Token", "auth.jwt.user_id_field": "external_id",
        "auth.jwt.user_id_claim": "sub", "auth.jwt.token_type_claim": "", "auth.jwt.jti_claim": "",
        "auth.jwt.token_classes": ["sliding", "access"], "auth.jwt.sliding_refresh_exp_claim": "until",
        "auth.jwt.blacklist": true, "auth.username_field": "email",
    });
    assert_eq!(report["settings"], expected);
}

#[test]
fn printed_settings_are_taken_as_a_file() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write(
        "settings.py",
        &format!(
            "from datetime import timedelta\n\nSECRET_KEY = '{KEY}\\n\\'\\\\'\nSIMPLE_JWT = {{\n    'AUDIENCE': ('a', 'b'),\n    \
             'ACCESS_TOKEN_LIFETIME': timedelta(hours=1),\n    'ISSUER': os.environ['SITE'],\n}}\n"
        ),
    );

    let printed = sandbox.done(&["import", "settings-simplejwt", &file]);
    let ours = sandbox.write("profiled.toml", &printed);
    sandbox.done(&["--config", &ours, "check"]);
    let setting = |key: &str| sandbox.setting(key, &["--config", &ours]);

    assert!(
        printed.contains("# warning: ISSUER is computed (os.environ['SITE'])"),
        "{printed}"
    );
    assert_eq!(setting("auth.jwt.access_lifetime"), 3600);
    assert_eq!(setting("auth.jwt.audience"), json!(["a", "b"]));
    assert_eq!(setting("auth.jwt.signing_key"), "***");
    assert!(
        printed.contains(&format!("signing_key = \"{KEY}\\n'\\\\\"")),
        "{printed}"
    );
}

#[test]
fn setting_without_a_counterpart_is_warned_of_with_the_reason() {
    let sandbox = Sandbox::new();
    for (simple_jwt, expected) in [
        (
            json!({"ALGORITHM": "ES521"}),
            "ALGORITHM \"ES521\" cannot be carried over: use one of HS256",
        ),
        (
            json!({"SIGNING_KEY": "short"}),
            "SIGNING_KEY has 5 bytes: use at least 32 random ones. It is not carried over",
        ),
        (json!({"ALGORITHM": "RS256"}), "there is no VERIFYING_KEY"),
        (
            json!({"ALGORITHM": "RS256", "VERIFYING_KEY": KEY}),
            "VERIFYING_KEY holds no public key for RS256",
        ),
        (json!({"AUDIENCE": ""}), "AUDIENCE is nobody"),
        (json!({"AUDIENCE": []}), "AUDIENCE is nobody"),
        (json!({"AUDIENCE": ["a", 1]}), "AUDIENCE is nobody"),
        (json!({"ISSUER": ["a"]}), "ISSUER is no text of one issuer"),
        (
            json!({"LEEWAY": 3601}),
            "LEEWAY is 3601 seconds, which is not from 0 to 3600",
        ),
        (
            json!({"LEEWAY": 0.5}),
            "LEEWAY is 0.5 seconds, of which the fraction is left out",
        ),
        (
            json!({"ACCESS_TOKEN_LIFETIME": 0}),
            "ACCESS_TOKEN_LIFETIME is 0 seconds",
        ),
        (
            json!({"AUTH_HEADER_TYPES": []}),
            "AUTH_HEADER_TYPES names no words",
        ),
        (
            json!({"AUTH_HEADER_NAME": "REMOTE_USER"}),
            "AUTH_HEADER_NAME is no header",
        ),
        (
            json!({"AUTH_TOKEN_CLASSES": ["site.tokens.Mine"]}),
            "AUTH_TOKEN_CLASSES has \"site.tokens.Mine\"",
        ),
        (
            json!({"USER_ID_FIELD": "phone"}),
            "USER_ID_FIELD \"phone\" cannot be carried over",
        ),
        (
            json!({"CHECK_USER_IS_ACTIVE": false}),
            "CHECK_USER_IS_ACTIVE has no counterpart",
        ),
        (
            json!({"USER_AUTHENTICATION_RULE": "site.rule"}),
            "USER_AUTHENTICATION_RULE is code",
        ),
        (
            json!({"ON_LOGIN_FAILED": "site.failed"}),
            "ON_LOGIN_FAILED is code",
        ),
        (
            json!({"BLACKLIST_AFTER_ROTATION": true}),
            "BLACKLIST_AFTER_ROTATION does nothing",
        ),
        (
            json!({"USER_ID_CLAIM": null}),
            "USER_ID_CLAIM names no claim",
        ),
        (
            json!({"AUTH_HEADER_TYPE": "JWT"}),
            "AUTH_HEADER_TYPE is no setting of simplejwt",
        ),
    ] {
        let report = import(&sandbox, &whole(&simple_jwt));
        let told = report["warnings"].as_array().unwrap();
        assert!(
            told.iter()
                .any(|text| text.as_str().unwrap().starts_with(expected)),
            "{simple_jwt}: {told:?}"
        );
    }
}

#[test]
fn a_primary_key_of_a_class_that_may_hold_numbers_is_warned_of() {
    let sandbox = Sandbox::new();
    for (class, field, is_warned) in [
        ("BigAutoField", "id", false),
        ("BigIntegerField", "id", false),
        ("UUIDField", "external_id", false),
        ("OneToOneField", "external_id", true),
        ("DecimalField", "external_id", true),
    ] {
        let report = import(&sandbox, &whole(&json!({})).replace("BigAutoField", class));

        assert_eq!(
            report["settings"]["auth.jwt.user_id_field"], field,
            "{report}"
        );
        let told = report["warnings"].to_string();
        assert_eq!(
            told.contains("may hold numbers"),
            is_warned,
            "{class}: {told}"
        );
    }
}

#[test]
fn what_other_files_may_change_is_warned_of() {
    let sandbox = Sandbox::new();
    let dict = "SIMPLE_JWT = {'ISSUER': 'site'}\n";
    for (before, after, is_warned) in [
        ("", "", false),
        ("from .base import *\n", "", false),
        ("", "from .local import *\n", true),
        (
            "",
            "try:\n    from .local import *\nexcept ImportError:\n    pass\n",
            true,
        ),
        (
            "import django_heroku\n",
            "django_heroku.settings(locals())\n",
            true,
        ),
        ("\u{feff}SECRET_KEY = 'x'\n", "", false),
    ] {
        let report = import(&sandbox, &format!("{before}{dict}{after}"));

        let told = report["warnings"].to_string();
        let found = told.contains("the file changes SIMPLE_JWT elsewhere");
        assert_eq!(found, is_warned, "{before}{after}: {told}");
        assert_eq!(report["settings"]["auth.jwt.issuer"], "site", "{report}");
    }
}

#[test]
fn file_that_is_neither_json_nor_has_the_dict_is_refused_with_the_remedy() {
    let sandbox = Sandbox::new();
    for (text, expected) in [
        ("{\"SIMPLE_JWT\": ", "is no JSON"),
        (
            "DEBUG = True\n",
            "has no SIMPLE_JWT = {…} at the left margin",
        ),
        (
            "if True:\n    SIMPLE_JWT = {}\n",
            "has no SIMPLE_JWT = {…} at the left margin",
        ),
    ] {
        let file = sandbox.write("simplejwt", text);
        let ended = sandbox.run(&["import", "settings-simplejwt", &file]);
        assert_eq!(ended.code, Some(1), "{text}");
        assert!(ended.err.contains(expected), "{}", ended.err);
    }
}

#[test]
fn settings_of_keys_and_claims_that_contradict_each_other_are_refused() {
    let sandbox = Sandbox::new();
    for (settings, expected) in [
        (
            &["auth.jwt.header_types=Bearer,Bearer"][..],
            "auth.jwt.header_types in --set must name the words",
        ),
        (
            &["auth.jwt.header_types="],
            "auth.jwt.header_types in --set must name the words",
        ),
        (
            &["auth.jwt.header_name=X Token"],
            "auth.jwt.header_name in --set is \"X Token\"",
        ),
        (
            &["auth.jwt.token_classes=refresh"],
            "auth.jwt.token_classes in --set must name each type",
        ),
        (
            &["auth.jwt.audience=[\"\"]"],
            "auth.jwt.audience in --set has an empty text",
        ),
        (
            &["auth.jwt.audience=[1]"],
            "auth.jwt.audience in --set: must be a text, or a list of texts",
        ),
        (
            &["auth.jwt.claims=shoe"],
            "has \"shoe\": write FIELD or CLAIM=FIELD",
        ),
        (
            &["auth.jwt.claims=exp=id"],
            "auth.jwt.claims in --set has \"exp\" twice",
        ),
        (
            &["auth.jwt.claims=email,email"],
            "auth.jwt.claims in --set has \"email\" twice",
        ),
        (
            &["auth.jwt.user_id_claim="],
            "auth.jwt.user_id_claim in --set is \"\"",
        ),
        (
            &["auth.jwt.verifying_key=x"],
            "auth.jwt.verifying_key in --set is for public keys, and HS256 has none",
        ),
        (
            &["auth.jwt.verifying_key=x", "auth.jwt.algorithm=ES512"],
            "holds no public key for ES512",
        ),
        (
            &["auth.jwt.jwk_url=https://a/b"],
            "auth.jwt.jwk_url in --set is for public keys",
        ),
        (
            &["auth.jwt.jwk_url=ftp://a/b", "auth.jwt.algorithm=ES512"],
            "auth.jwt.jwk_url in --set is no URL",
        ),
    ] {
        let mut command = vec!["check"];
        for setting in settings {
            command.extend(["--set", setting]);
        }
        let ended = sandbox.run(&command);
        assert_eq!(ended.code, Some(5), "{settings:?}: {}", ended.err);
        assert!(ended.err.contains(expected), "{settings:?}: {}", ended.err);
    }
}

#[test]
fn check_tells_settings_that_do_nothing() {
    let sandbox = Sandbox::migrated();
    let idle = [
        "auth.jwt.blacklist_after_rotation=true",
        "auth.jwt.blacklist=false",
        "auth.jwt.jti_claim=",
    ];
    let options = idle.map(|setting| ["--set", setting]).concat();

    let warnings = sandbox.findings(&options, "warning");

    let text =
        "auth.jwt.blacklist_after_rotation in --set does nothing while auth.jwt.blacklist is false";
    assert!(warnings[0].starts_with(text), "{warnings:?}");
    let read_only = "auth.jwt takes tokens and makes none";
    assert!(warnings[1].starts_with(read_only), "{warnings:?}");
    let made = sandbox.run(&["--set", idle[2], "jwt", "create", "alice"]);
    assert_eq!(made.code, Some(5), "{}", made.err);
}
