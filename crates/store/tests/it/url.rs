//! Which database a URL names.

use std::path::Path;

use profiled_store::testing::{TestDatabase, database_settings};
use profiled_store::{DatabaseUrl, OpenError, Store, UrlError};

#[test]
fn the_scheme_decides() {
    let relative: DatabaseUrl = "sqlite://data/x.sqlite3".parse().unwrap();
    let absolute: DatabaseUrl = "sqlite:///data/x.sqlite3".parse().unwrap();
    let server: DatabaseUrl = "postgresql://localhost/x".parse().unwrap();

    assert_eq!(relative.file(), Some(Path::new("data/x.sqlite3")));
    assert_eq!(absolute.file(), Some(Path::new("/data/x.sqlite3")));
    assert_eq!(server.file(), None);
}

#[test]
fn other_schemes_are_refused_with_the_allowed_ones() {
    for text in ["postgre://x/y", "mysql://x/y", "data/x.sqlite3", ""] {
        let error = text.parse::<DatabaseUrl>().unwrap_err();

        assert_eq!(error, UrlError::Scheme, "{text}");
        assert!(
            error
                .to_string()
                .contains("sqlite://, postgres:// or postgresql://")
        );
    }
    for text in ["sqlite://", "sqlite://:memory:"] {
        assert_eq!(
            text.parse::<DatabaseUrl>().unwrap_err(),
            UrlError::NoFile,
            "{text}"
        );
    }
}

#[test]
fn passwords_are_not_shown() {
    let url: DatabaseUrl = "postgres://me:p%40ss@db.example:5432/x?password=y"
        .parse()
        .unwrap();

    assert_eq!(url.to_string(), "postgres://db.example:5432/x");
    assert_eq!(format!("{url:?}"), "postgres://db.example:5432/x");
    // libpq looks for the query behind the user.
    let url: DatabaseUrl = "postgres://me:p?ss@db.example/x?a=b".parse().unwrap();
    assert_eq!(url.to_string(), "postgres://db.example/x");
}

/// libpq would take what stands behind it for a host or a port, and say so.
#[test]
fn a_password_that_is_not_escaped_is_refused_and_not_told() {
    for text in [
        "postgres://me:hun@ter2@db.example/x",
        "postgres://me:hun/ter2@db.example/x",
        "postgres://me:hun/t?er2@db.example/x",
        "postgres://me:hunter%2@db.example/x",
        "postgres://me:hunter%00@db.example/x",
        "postgres://me:hunter@2:x@db.example",
        "postgres://db.example/x?password=hun&ter2",
        "postgres://me@db.example:hunter2/x",
        "postgres://db.example/x?password=hun=ter2",
    ] {
        let error = text.parse::<DatabaseUrl>().unwrap_err();

        assert_eq!(error, UrlError::Unescaped, "{text}");
        assert!(error.to_string().contains("%40 for @"));
    }
    for text in [
        "postgres://me:p%40s%2Fs@db.example:5432/x",
        "postgres://me:a:b?c@[::1]:5432/x",
        "postgres://a.example:1,b.example:2/x",
        "postgres:///x?host=/tmp&user=a@b",
        "postgres://me@%2Frun%2Fpostgresql/x",
        "postgres://db.example/x?password=a@b",
    ] {
        assert!(text.parse::<DatabaseUrl>().is_ok(), "{text}");
    }
}

/// libpq would tell the word around a blank, and the whole second line of a file.
#[test]
fn a_url_with_a_blank_or_a_second_line_is_refused_and_not_told() {
    for text in [
        "postgres://me:hun ter2@db.example/x",
        "postgres://db.example/x?password=hun ter2",
        "postgres://db.example/x\npassword: hunter2",
        "postgres://db.example/x ",
        "sqlite://x\npassword: hunter2",
    ] {
        let error = text.parse::<DatabaseUrl>().unwrap_err();

        assert_eq!(error, UrlError::Blank, "{text:?}");
        assert!(error.to_string().contains("%20 for a blank"));
    }
    assert!("sqlite://my data/x".parse::<DatabaseUrl>().is_ok());
}

#[test]
fn a_port_that_is_none_is_refused() {
    for text in ["postgres://db.example:99999/x", "postgres://me:p@a,b:0/x"] {
        let error = text.parse::<DatabaseUrl>().unwrap_err();

        assert_eq!(error, UrlError::Port, "{text}");
    }
    assert!("postgres://db.example:/x".parse::<DatabaseUrl>().is_ok());
}

#[test]
fn hosts_that_are_reached_in_clear_are_those_of_other_machines_without_tls() {
    let host = |text: &str| text.parse::<DatabaseUrl>().unwrap().host_without_tls();

    for (text, expected) in [
        ("postgres://me:p@db.example:5432/x", Some("db.example:5432")),
        (
            "postgres://localhost,db.example/x?sslmode=prefer",
            Some("db.example"),
        ),
        ("postgres:///x?host=db.example", Some("db.example")),
        ("postgres://127.0.0.1:1,[::1]:2,localhost/x", None),
        ("postgres:///x?host=/run/postgresql", None),
        ("postgres://%2Frun%2Fpostgresql/x", None),
        ("sqlite://x", None),
    ] {
        assert_eq!(host(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn what_the_url_tells_libpq_is_not_told_otherwise() {
    let Some(database) = TestDatabase::postgres("url::what_the_url_tells_libpq").unwrap() else {
        return;
    };
    for parameter in ["connect_timeout=never", "keepalives%5Fidle=never"] {
        let url = database.url().trim_end_matches('?');
        let sign = if url.contains('?') { '&' } else { '?' };
        let own = database_settings(&format!("{url}{sign}{parameter}"));

        let error = Store::open(&own).err();

        let is_refused = matches!(error, Some(OpenError::Connect { .. }));
        assert!(is_refused, "{parameter}: {error:?}");
    }
}

#[test]
#[cfg(not(any(feature = "libpq-bundled-tls", feature = "libpq-system")))]
fn encryption_that_the_build_lacks_is_refused_with_the_feature() {
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = format!("postgres://x/y?sslmode={mode}");
        let error = url.parse::<DatabaseUrl>().unwrap_err();

        assert_eq!(error, UrlError::NoTls);
        assert!(error.to_string().contains("libpq-bundled-tls"));
    }
    assert!(
        "postgres://x/y?sslmode=prefer"
            .parse::<DatabaseUrl>()
            .is_ok()
    );
}
