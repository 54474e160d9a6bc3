//! Keys in PEM (RFC 7468).

use aws_lc_rs::rsa;
use aws_lc_rs::signature::RsaPublicKeyComponents;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use secrecy::zeroize::Zeroizing;

use super::jwk::Material;

/// A private key in one of the three encodings that are about.
pub(super) enum Pem {
    /// RFC 5208: of any family.
    Pkcs8(Zeroizing<Vec<u8>>),
    /// RFC 8017: RSA.
    Pkcs1(Zeroizing<Vec<u8>>),
    /// RFC 5915: elliptic curves.
    Sec1(Zeroizing<Vec<u8>>),
}

impl Pem {
    pub(super) fn der(&self) -> &[u8] {
        match self {
            Self::Pkcs8(der) | Self::Pkcs1(der) | Self::Sec1(der) => der,
        }
    }
}

/// Whether the text is a key in PEM, of any kind.
pub(super) fn is_key(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| {
        let label = line.strip_prefix("-----BEGIN ");
        label
            .is_some_and(|label| label.ends_with("KEY-----") || label.ends_with("CERTIFICATE-----"))
            || line.starts_with("ssh-")
            || line.starts_with("ecdsa-sha2-")
    })
}

/// The first private key of a text.
pub(super) fn private_key(text: &str) -> Option<Pem> {
    let owned = |der: &[u8]| Zeroizing::new(der.to_vec());
    match PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()? {
        PrivateKeyDer::Pkcs8(der) => Some(Pem::Pkcs8(owned(der.secret_pkcs8_der()))),
        PrivateKeyDer::Pkcs1(der) => Some(Pem::Pkcs1(owned(der.secret_pkcs1_der()))),
        PrivateKeyDer::Sec1(der) => Some(Pem::Sec1(owned(der.secret_sec1_der()))),
        _ => None,
    }
}

/// What stands in front of the point of an elliptic curve key, and how long the point is. The
/// encodings are distinguished (RFC 5280, section 4.1; RFC 5480; RFC 8410), so there is no other.
const PREFIXES: [(&str, usize); 3] = [
    ("3059301306072a8648ce3d020106082a8648ce3d030107034200", 65),
    ("3076301006072a8648ce3d020106052b81040022036200", 97),
    ("302a300506032b6570032100", 32),
];

/// The first public key of a text.
pub(super) fn public_material(text: &str) -> Option<Material> {
    let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).ok()?;
    for (prefix, length) in PREFIXES {
        let prefix = hex::decode(prefix).ok()?;
        let point = der.strip_prefix(prefix.as_slice());
        if let Some(point) = point.filter(|point| point.len() == length) {
            return Material::ec(point).or_else(|| Material::ed(point));
        }
    }
    let key = rsa::PublicKey::from_der(&der).ok()?;
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(&key);
    Some(Material::rsa(&public.n, &public.e))
}

/// A private key in PKCS#8, as a file holds it.
pub(super) fn write_private_key(der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::from("-----BEGIN PRIVATE KEY-----\n"));
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}
