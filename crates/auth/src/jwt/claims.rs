//! The members of a token's header and payload.
//!
//! Values stay the text that they came as until they are read, so that a claim which is only handed on
//! arrives as it was.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::algorithm::Algorithm;
use crate::error::JwtFault;

/// Claims in their order. Of repeated names the last value counts, in the place of the first, as in a
/// Python dict.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    members: Vec<(String, Box<RawValue>)>,
    is_repeated: bool,
}

impl Claims {
    /// A segment that holds a JSON object.
    pub(super) fn decode(segment: &str) -> Option<Self> {
        let text = URL_SAFE_NO_PAD.decode(segment).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// The text of a claim, as it came.
    pub(super) fn raw(&self, name: &str) -> Option<&RawValue> {
        let mut found = self.members.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| &**value)
    }

    /// Whether a name came more than once.
    pub(super) fn is_repeated(&self) -> bool {
        self.is_repeated
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The value of a claim; null also for what cannot be read, a lone surrogate for example.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let raw = self.raw(name)?;
        Some(serde_json::from_str(raw.get()).unwrap_or(Value::Null))
    }

    /// The value of a claim by its name, or by names with dots between them, each but the last that of an object. Names
    /// may have dots themselves: the longest that is there counts. `None` also for objects with a repeated name.
    pub(super) fn at(&self, path: &str) -> Option<Value> {
        if self.has(path) {
            return self.get(path);
        }
        let mut splits = path.rmatch_indices('.');
        splits.find_map(|(dot, _)| {
            let (name, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
            let inner: Self = serde_json::from_str(self.raw(name)?.get()).ok()?;
            inner.at(rest).filter(|_| !inner.is_repeated)
        })
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_text_or_absent(&self, name: &str) -> bool {
        self.get(name).is_none_or(|value| value.is_string())
    }

    /// Sets a claim: in its place if it is there, else after all others.
    pub(super) fn set(&mut self, name: &str, value: impl Serialize) {
        // Texts and numbers: serialisation cannot fail.
        if let Ok(value) = serde_json::value::to_raw_value(&value) {
            self.put(name.to_owned(), value);
        }
    }

    pub(super) fn put(&mut self, name: String, value: Box<RawValue>) {
        match self.members.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => self.members.push((name, value)),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        let members = self.members.iter();
        members.map(|(name, value)| (name.as_str(), &**value))
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClaimsVisitor)
    }
}

struct ClaimsVisitor;

impl<'de> Visitor<'de> for ClaimsVisitor {
    type Value = Claims;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Claims, A::Error> {
        let mut all: Vec<(String, Box<RawValue>)> = Vec::new();
        // Where each name stands, once there are so many that comparing each with each would cost.
        let mut places = HashMap::new();
        let mut is_repeated = false;
        while let Some((name, value)) = members.next_entry::<String, Box<RawValue>>()? {
            if all.len() == FEW {
                places.extend(all.iter().map(|(name, _)| name.clone()).zip(0..));
            }
            let place = match all.len() {
                ..FEW => all.iter().position(|(known, _)| *known == name),
                next => match places.entry(name.clone()) {
                    Entry::Occupied(place) => Some(*place.get()),
                    Entry::Vacant(place) => {
                        place.insert(next);
                        None
                    }
                },
            };
            match place.and_then(|place| all.get_mut(place)) {
                Some(known) => (known.1, is_repeated) = (value, true),
                None => all.push((name, value)),
            }
        }
        Ok(Claims {
            members: all,
            is_repeated,
        })
    }
}

/// So many names are compared with each other faster than they are digested.
const FEW: usize = 32;

/// What is looked at in a header. Everything else, `jku`, `jwk`, `x5u` and `x5c` above all, is not
/// even read. Of repeated names the last value counts.
#[derive(Debug, Default)]
pub(super) struct Header {
    alg: Option<Value>,
    kid: Option<Value>,
    pub(super) typ: Option<Value>,
    crit: Option<Value>,
    b64: Option<Value>,
    /// Whether a name came more than once, one that is not looked at included.
    pub(super) is_repeated: bool,
}

impl Header {
    pub(super) fn decode(segment: &str) -> Result<Self, JwtFault> {
        let text = URL_SAFE_NO_PAD.decode(segment).ok();
        let header = text.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let header = header.ok_or(JwtFault::Malformed)?;
        if header.is_understood() {
            Ok(header)
        } else {
            Err(JwtFault::Header)
        }
    }

    /// No unknown extension is critical (RFC 7515, section 4.1.11), the payload is encoded (RFC 7797),
    /// and a key is named by text.
    fn is_understood(&self) -> bool {
        let is_encoded = Some(Value::Bool(true));
        let critical = match &self.crit {
            None => true,
            Some(Value::Array(names)) => {
                let known = names.iter().all(|name| name == "b64");
                !names.is_empty() && known && self.b64 == is_encoded
            }
            Some(_) => false,
        };
        let kid = self.kid.as_ref().is_none_or(Value::is_string);
        critical && kid && (self.b64.is_none() || self.b64 == is_encoded)
    }

    /// The algorithm, if it is one that is known.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        self.alg.as_ref()?.as_str()?.parse().ok()
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_ref().and_then(Value::as_str)
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            header.is_repeated |= !names.insert(name.clone());
            let place = match name.as_str() {
                "alg" => &mut header.alg,
                "kid" => &mut header.kid,
                "typ" => &mut header.typ,
                "crit" => &mut header.crit,
                "b64" => &mut header.b64,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = Some(members.next_value()?);
        }
        Ok(header)
    }
}

/// A signature without the padding that makes it whole, which every version of `PyJWT` lets pass. Other padding stays, and is no base64url.
fn without_padding(signature: &str) -> &str {
    let bare = signature.trim_end_matches('=');
    let is_whole = signature.len().is_multiple_of(4) && signature.len() - bare.len() <= 2;
    if is_whole { bare } else { signature }
}

/// A token before its signature is judged.
pub(super) struct Parts<'a> {
    pub(super) header: Header,
    /// What the signature covers.
    pub(super) signed: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits a token of at most so many bytes, and reads its header.
    pub(super) fn split(token: &'a [u8], limit: u32) -> Result<Self, JwtFault> {
        if token.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
            return Err(JwtFault::TooLong { limit });
        }
        let token = std::str::from_utf8(token).ok();
        let (signed, signature) = token
            .and_then(|token| token.rsplit_once('.'))
            .ok_or(JwtFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwtFault::Malformed)?;
        Ok(Self {
            header: Header::decode(header)?,
            signed,
            payload,
            signature: without_padding(signature),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_taken_where_it_makes_a_signature_whole() {
        for (signature, bare) in [
            ("abc", "abc"),
            ("abc=", "abc"),
            ("ab==", "ab"),
            ("abcd", "abcd"),
            ("", ""),
            ("ab=", "ab="),
            ("abcd=", "abcd="),
            ("abc==", "abc=="),
            ("a===", "a==="),
        ] {
            assert_eq!(without_padding(signature), bare, "{signature}");
        }
    }
}
