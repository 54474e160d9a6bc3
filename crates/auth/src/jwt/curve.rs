//! Elliptic curves that `jsonwebtoken` lacks: P-521 for ES512 (RFC 7518, section 3.4), and secp256k1 for ES256K (RFC 8812,
//! section 3.2). Keys and signatures are the work of aws-lc-rs, as they are underneath `jsonwebtoken`.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    EcdsaVerificationAlgorithm, KeyPair, ParsedPublicKey, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, OtherKeyParameters, PublicKeyUse,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::algorithm::Algorithm;

/// A curve, with the one algorithm that signs on it.
#[derive(Debug)]
pub(super) struct Curve {
    algorithm: Algorithm,
    /// `crv` of a key.
    name: &'static str,
    /// Bytes of a coordinate.
    length: usize,
    verifying: &'static EcdsaVerificationAlgorithm,
    pub(super) signing: &'static EcdsaSigningAlgorithm,
}

static CURVES: [Curve; 2] = [
    Curve {
        algorithm: Algorithm::ES512,
        name: "P-521",
        length: 66,
        verifying: &ECDSA_P521_SHA512_FIXED,
        signing: &ECDSA_P521_SHA512_FIXED_SIGNING,
    },
    Curve {
        algorithm: Algorithm::ES256K,
        name: "secp256k1",
        length: 32,
        verifying: &ECDSA_P256K1_SHA256_FIXED,
        signing: &ECDSA_P256K1_SHA256_FIXED_SIGNING,
    },
];

impl Curve {
    /// The curve of an algorithm; `None` for one that `jsonwebtoken` has.
    pub(super) fn of(algorithm: Algorithm) -> Option<&'static Self> {
        CURVES.iter().find(|curve| curve.algorithm == algorithm)
    }
}

/// A public key: a point of the curve.
#[derive(Clone)]
pub(super) struct Point {
    curve: &'static Curve,
    bytes: Vec<u8>,
    key: ParsedPublicKey,
}

impl Point {
    /// A point in its uncompressed form (SEC 1, section 2.3.3); `None` for any other bytes, and for what is not on the curve.
    pub(super) fn new(curve: &'static Curve, bytes: &[u8]) -> Option<Self> {
        let is_uncompressed = bytes.first() == Some(&4) && bytes.len() == 1 + 2 * curve.length;
        if !is_uncompressed {
            return None;
        }
        let key = UnparsedPublicKey::new(curve.verifying, bytes).parse();
        Some(Self {
            curve,
            bytes: bytes.to_vec(),
            key: key.ok()?,
        })
    }

    /// A key in JSON (RFC 7518, section 6.2.1), each coordinate in its full length.
    pub(super) fn from_jwk(curve: &'static Curve, jwk: &Jwk) -> Option<Self> {
        let [name, x, y] = members(jwk)?;
        let [x, y] = [x, y].map(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let (x, y) = (x?, y?);
        let fits = name == curve.name && x.len() == curve.length && y.len() == curve.length;
        let bytes = [&[4], x.as_slice(), y.as_slice()].concat();
        if fits { Self::new(curve, &bytes) } else { None }
    }

    /// Whether a signature in base64url is that of a text.
    pub(super) fn verifies(&self, signature: &str, text: &[u8]) -> bool {
        let signature = URL_SAFE_NO_PAD.decode(signature);
        signature.is_ok_and(|signature| self.key.verify_sig(text, &signature).is_ok())
    }

    /// The key to publish, with a name or else its RFC 7638 thumbprint.
    pub(super) fn public(&self, kid: Option<&str>) -> Jwk {
        let coordinates = self.bytes.get(1..).unwrap_or_default();
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        let [x, y] = [x, y].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let crv = self.curve.name;
        let thumbprint = || {
            let text = format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#);
            URL_SAFE_NO_PAD.encode(Sha256::digest(text))
        };
        let common = CommonParameters {
            key_id: Some(kid.map_or_else(thumbprint, str::to_owned)),
            public_key_use: Some(PublicKeyUse::Signature),
            ..CommonParameters::default()
        };
        // The library has no name for the algorithm, and so would write another one.
        let fields = [
            ("alg", self.curve.algorithm.as_str()),
            ("crv", crv),
            ("kty", "EC"),
            ("x", x.as_str()),
            ("y", y.as_str()),
        ];
        let fields = fields.map(|(name, text)| (name.to_owned(), Value::from(text)));
        Jwk {
            common,
            algorithm: AlgorithmParameters::Other(OtherKeyParameters {
                fields: fields.into_iter().collect(),
            }),
        }
    }
}

/// `crv`, `x` and `y` of a key on a curve.
fn members(jwk: &Jwk) -> Option<[&str; 3]> {
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P521 => {
            Some(["P-521", &key.x, &key.y])
        }
        AlgorithmParameters::Other(key) => {
            let member = |name: &str| key.fields.get(name)?.as_str();
            let is_curve = member("kty") == Some("EC");
            let found = is_curve.then(|| ["crv", "x", "y"].map(member))?;
            let [Some(crv), Some(x), Some(y)] = found else {
                return None;
            };
            Some([crv, x, y])
        }
        _ => None,
    }
}

/// A private key. It has no `Debug`.
#[derive(Clone)]
pub(super) struct Pair(Arc<EcdsaKeyPair>);

impl Pair {
    /// A private key in PKCS#8 or SEC 1, DER.
    pub(super) fn new(curve: &'static Curve, der: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_private_key_der(curve.signing, der);
        pair.ok().map(Arc::new).map(Self)
    }

    /// Its public half.
    pub(super) fn point(&self, curve: &'static Curve) -> Option<Point> {
        Point::new(curve, self.0.public_key().as_ref())
    }

    /// The signature of a text, in base64url.
    pub(super) fn sign(&self, text: &[u8]) -> Option<String> {
        let signature = self.0.sign(&SystemRandom::new(), text).ok()?;
        Some(URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The generator of P-521 (SEC 2, section 2.6.1).
    const X: &str = "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66";
    const Y: &str = "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650";

    fn curve(algorithm: Algorithm) -> &'static Curve {
        Curve::of(algorithm).unwrap()
    }

    fn read(crv: &str, x: &[u8], y: &[u8], algorithm: Algorithm) -> Option<Point> {
        let [x, y] = [x, y].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let jwk = json!({"kty": "EC", "crv": crv, "x": x, "y": y});
        Point::from_jwk(curve(algorithm), &serde_json::from_value(jwk).unwrap())
    }

    fn pair(algorithm: Algorithm) -> (Pair, Point) {
        let curve = curve(algorithm);
        let der = EcdsaKeyPair::generate_pkcs8(curve.signing, &SystemRandom::new()).unwrap();
        let pair = Pair::new(curve, der.as_ref()).unwrap();
        let point = pair.point(curve).unwrap();
        (pair, point)
    }

    #[test]
    fn point_is_read_from_json_in_its_full_length_and_on_its_own_curve_only() {
        let [x, y] = [X, Y].map(|text| hex::decode(text).unwrap());
        let point = [x.as_slice(), &y].concat();
        let cases = [
            ("P-521", &point[..65], &point[65..], Algorithm::ES512),
            ("P-521", &x[1..], &y[..], Algorithm::ES512),
            ("P-521", &y[..], &x[..], Algorithm::ES512),
            ("P-384", &x[..], &y[..], Algorithm::ES512),
            ("secp256k1", &x[..], &y[..], Algorithm::ES512),
            ("P-521", &x[..], &y[..], Algorithm::ES256K),
            ("P-256", &x[..32], &y[..32], Algorithm::ES256K),
        ];

        for (crv, x, y, algorithm) in cases {
            assert!(read(crv, x, y, algorithm).is_none(), "{crv} {algorithm:?}");
        }
        assert!(read("P-521", &x, &y, Algorithm::ES512).is_some());
    }

    #[test]
    fn signature_verifies_under_its_own_key_text_and_curve_only() {
        for algorithm in [Algorithm::ES512, Algorithm::ES256K] {
            let [(pair, point), (_, other)] = [algorithm; 2].map(pair);

            let signature = pair.sign(b"text").unwrap();

            assert!(point.verifies(&signature, b"text"), "{algorithm:?}");
            assert!(!point.verifies(&signature, b"another"), "{algorithm:?}");
            assert!(!other.verifies(&signature, b"text"), "{algorithm:?}");
            let zeros = URL_SAFE_NO_PAD.encode([0; 132]);
            for forged in ["", &signature[1..], &format!("{signature}="), &zeros] {
                assert!(!point.verifies(forged, b"text"), "{algorithm:?}: {forged}");
            }
        }
    }

    #[test]
    fn published_key_is_read_again_with_its_name() {
        for algorithm in [Algorithm::ES512, Algorithm::ES256K] {
            let (pair, point) = pair(algorithm);

            let published = serde_json::to_value(point.public(None)).unwrap();
            let jwk: Jwk = serde_json::from_value(published.clone()).unwrap();
            let read = Point::from_jwk(curve(algorithm), &jwk).unwrap();

            assert_eq!(published["alg"], algorithm.as_str());
            let kid = published["kid"].as_str().unwrap();
            assert_eq!(read.public(None).common.key_id.unwrap(), kid);
            let signature = pair.sign(b"text").unwrap();
            assert!(read.verifies(&signature, b"text"));
        }
    }
}
