//! Keys that are refused (attack cases A2, A12).

use profiled_auth::{Algorithm, KeyError, SigningKey};

use super::Keys;

/// 1024 bits, made for this test.
const WEAK_RSA: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBALm1CVv44m2tFxqt\n\
TdvAhEt7z4zBSLY7H6BIYNzNAFkrvn35uVpW+RKJMEyg29JKpRlmwb1xv80+n5Bw\n\
rkewrHa3DVsPTdr+cuMMnP70bOM44zaAW2hMuLzPJjVKyr5Ka6dSCiEakqlN12Dc\n\
0F8HZPfb0qsQmgDg38Ubg4wi/VIjAgMBAAECgYEApWpkk8/1oMv1MIX+PCgXr0Tx\n\
cucX5Xp0iUjvPr47+THF1GCEgbvG0IPyyc7e/0oOFbo6CI0x05hceURleOYeN3kP\n\
mniRYdhBwwln/UEMsAmXOF5RPD8hXvLTpmOsmTzxaA6KGr3DPom5Lqd1E8lPJMtt\n\
kFj963i5HymExB4kEIECQQD3A+x1PjfOdG9kSd5bvXb48Doa6EbGBZS9CPBcjsUw\n\
2/AhMQAN4CrM0bCHhBLPyzookFMKF+R0BuTzIqg1py7pAkEAwHY+ZapXro6pxsxq\n\
MiEfLiFbYGQIuJAm9vvdcGD2xxHi54PxMnSN0D2b+3gsFpwZkjNhyOkGVDLmHDj5\n\
8khJKwJBAOitfH4QBndl/EuGvXrDJJ9nggQ4ifob5biPBALbxWm5sx9AzeFEKGzY\n\
lKWCRkoQEA+Hq4DVcq/MkrtoCPTJL4kCQAyXr/1258XED9eyCEC/agrao9/qq6dn\n\
xyTh1dtEfOEJio8bUuy6M40sesg5VKkmDYZDVmKO3JsluWifUbtIf4ECQQCumJVs\n\
cAQHEAxy0TJjdtPyGqkGuV+iCnD8F6s1WXxE4d8/MMa8ut5G+duHLZzq1JksEHP9\n\
hFtBOxpYLiY8tVde\n\
-----END PRIVATE KEY-----\n\
";

fn refused(key: &str, algorithm: Algorithm) -> KeyError {
    SigningKey::new(&key.to_owned().into(), algorithm)
        .err()
        .unwrap()
}

fn pem_of(algorithm: Algorithm) -> String {
    let keys = Keys::new();
    let kid = keys.add(algorithm, 0);
    std::fs::read_to_string(keys.folder.path().join(format!("{kid}.pem"))).unwrap()
}

#[test]
fn a12_weak_or_empty_secret_is_refused_with_the_remedy() {
    for length in [0, 1, 31] {
        let error = refused(&"k".repeat(length), Algorithm::HS256);

        assert_eq!(error, KeyError::TooShort { length });
        let text = format!("has {length} bytes: use at least 32 random ones");
        assert_eq!(error.to_string(), text);
    }
    let key = SigningKey::new(&"k".repeat(32).into(), Algorithm::HS512).unwrap();
    assert_eq!(key.self_test(), Ok(()));
}

#[test]
fn a12_weak_rsa_key_is_refused() {
    for algorithm in [Algorithm::RS256, Algorithm::PS512] {
        let error = refused(WEAK_RSA, algorithm);

        assert_eq!(error, KeyError::WeakRsa);
        let text = "is too weak: use an RSA key of at least 2048 bits";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a2_asymmetric_key_is_no_secret() {
    let public = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n";
    let keys = [
        pem_of(Algorithm::ES256),
        format!("\n  {public}"),
        "-----BEGIN CERTIFICATE-----\nMIIB".to_owned(),
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ".to_owned(),
    ];

    for key in keys {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let error = refused(&key, algorithm);
            assert_eq!(error, KeyError::PemForHmac { algorithm });
        }
    }
}

#[test]
fn a3_key_of_another_family_than_the_algorithms_is_refused() {
    let cases = [
        ("k".repeat(64), Algorithm::RS256),
        ("k".repeat(64), Algorithm::EdDSA),
        (pem_of(Algorithm::ES256), Algorithm::RS256),
        (pem_of(Algorithm::ES256), Algorithm::ES384),
        (pem_of(Algorithm::ES256), Algorithm::EdDSA),
        (pem_of(Algorithm::RS256), Algorithm::ES256),
        (pem_of(Algorithm::EdDSA), Algorithm::PS256),
        (pem_of(Algorithm::ES384), Algorithm::ES256),
    ];

    for (key, algorithm) in cases {
        let error = refused(&key, algorithm);
        assert_eq!(error, KeyError::NoPrivateKey { algorithm });
        assert!(!error.to_string().contains(&key));
    }
}
