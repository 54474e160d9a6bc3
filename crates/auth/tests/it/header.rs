//! The words of the header (contract `drf.md`, sections 3 and 4).

use profiled_store::testing::defaults;
use std::sync::Arc;

use profiled_auth::{
    AuthError, BearerVerifier, HeaderFault, Identity, Scheme, TokenPolicy, TokenVerifier,
};

use crate::people::{ask, verifier};
use crate::test_store::TestStore;

fn fault(outcome: Option<&Result<Identity, AuthError>>) -> Option<HeaderFault> {
    match outcome {
        Some(Err(AuthError::Header { fault, .. })) => Some(*fault),
        _ => None,
    }
}

#[test]
fn token_headers_are_split_at_runs_of_ascii_blanks() {
    let token = TokenVerifier::new(TokenPolicy {
        check_binding: true,
    });
    let empty = TestStore::new();
    let cases: [(&[u8], Option<HeaderFault>); 6] = [
        (b"Token", Some(HeaderFault::NoCredentials)),
        (b"  tOkEn \t", Some(HeaderFault::NoCredentials)),
        (b"Token a b", Some(HeaderFault::Spaces)),
        (b"Token a,Token a", Some(HeaderFault::Spaces)),
        (b"Token \xff\xfe", Some(HeaderFault::InvalidCharacters)),
        (b"Token \xc3\xbf", None),
    ];

    for (header, expected) in cases {
        assert_eq!(
            fault(ask(&token, header, &empty).as_ref()),
            expected,
            "{header:?}"
        );
    }
}

#[test]
fn other_scheme_or_bare_key_is_not_mine() {
    let token = TokenVerifier::new(TokenPolicy {
        check_binding: true,
    });
    let empty = TestStore::new();
    let headers: [&[u8]; 7] = [
        b"",
        b"   ",
        b"Bearer x",
        b"Basic x",
        b"Tokenkey",
        b"Token: key",
        b"Token\xa0key",
    ];

    for header in headers {
        assert!(ask(&token, header, &empty).is_none(), "{header:?}");
    }
}

#[test]
fn bearer_is_case_sensitive_and_takes_exactly_two_words() {
    let bearer = BearerVerifier::new(Arc::new(verifier(&defaults("auth.jwt"))));
    let empty = TestStore::new();

    for header in [b"Bearer".as_slice(), b"Bearer a b", b"Bearer a,Bearer a"] {
        let outcome = ask(&bearer, header, &empty);
        let is_fault = matches!(
            outcome,
            Some(Err(AuthError::Header {
                scheme: Scheme::Bearer,
                fault: HeaderFault::NotTwoParts
            }))
        );
        assert!(is_fault, "{header:?}");
    }
    for header in [
        b"bearer x".as_slice(),
        b"BEARER x",
        b"Bearerx",
        b"Bearer: x",
    ] {
        assert!(ask(&bearer, header, &empty).is_none(), "{header:?}");
    }
}
