//! Attributes of users from a table of their own, kept compactly until the users are stored.

use std::hash::{BuildHasher, RandomState};

use chrono::{DateTime, Utc};
use profiled_domain::{Person, ProfileField};

use crate::dump::keys::Reference;

/// How much the memory grows at once: doubling it would need twice as much as there is.
const STEP: usize = 1 << 20;

/// Profiles by the users that they name. An entry has about 40 bytes and its texts.
#[derive(Default)]
pub(super) struct ProfileTable {
    hasher: RandomState,
    /// Hashes of users, with the place of the entry, in order once the table is complete.
    index: Vec<(u64, u64)>,
    /// Of each entry: the hash of its primary key, its user and its values.
    entries: Vec<u8>,
    /// Entries whose users were asked for, as the index has them.
    used: Vec<bool>,
}

/// What a profile says of its user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ProfileValues {
    pub(crate) attributes: Vec<(ProfileField, String)>,
    pub(crate) joined: Option<DateTime<Utc>>,
}

impl ProfileTable {
    /// Adds the profile with a primary key; null is known by its user only.
    pub(super) fn add(
        &mut self,
        user: &Reference,
        pk: &serde_json::Value,
        person: &Person,
        joined: Option<DateTime<Utc>>,
    ) {
        let mut entry = self.hasher.hash_one(pk.to_string()).to_le_bytes().to_vec();
        let (tag, key) = match user {
            Reference::Id(id) => (b'i', id.to_string()),
            Reference::External(key) => (b'e', key.clone()),
            Reference::Name(name) => (b'n', name.clone()),
        };
        write_text(&mut entry, tag, &key);
        for (tag, field) in (0_u8..).zip(ProfileField::ALL) {
            if let Some(text) = person.get(*field) {
                write_text(&mut entry, tag, text);
            }
        }
        if let Some(joined) = joined {
            write_text(&mut entry, JOINED, &joined.to_rfc3339());
        }
        write_text(&mut entry, END, "");
        reserve(&mut self.entries, entry.len());
        reserve(&mut self.index, 1);
        let place = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        self.index.push((self.hasher.hash_one(user), place));
        self.entries.extend(entry);
    }

    /// Puts the table in order. A user whom two records name, if there is one.
    pub(super) fn complete(&mut self) -> Option<Reference> {
        self.index.sort_unstable();
        self.used = vec![false; self.index.len()];
        let same_hash = self.index.chunk_by(|(one, _), (other, _)| one == other);
        for chunk in same_hash.filter(|chunk| chunk.len() > 1) {
            let mut seen: Vec<([u8; 8], Reference)> = Vec::new();
            for (_, place) in chunk {
                let Some((pk, user, _)) = self.entry(*place) else {
                    continue;
                };
                if seen
                    .iter()
                    .any(|(other, named)| *named == user && *other != pk)
                {
                    return Some(user);
                }
                seen.push((pk, user));
            }
        }
        None
    }

    /// The profile of a user. A record that two dumps have is one.
    pub(super) fn take(&mut self, user: &Reference) -> Option<ProfileValues> {
        let hash = self.hasher.hash_one(user);
        let first = self.index.partition_point(|(other, _)| *other < hash);
        let mut found = Vec::new();
        let entries = self.index.iter().enumerate().skip(first);
        for (number, (_, place)) in entries.take_while(|(_, (other, _))| *other == hash) {
            let entry = self.entry(*place).filter(|(_, named, _)| named == user);
            found.extend(entry.map(|(_, _, values)| (number, values)));
        }
        let values = found.first().map(|(_, values)| read_values(values));
        let numbers: Vec<usize> = found.into_iter().map(|(number, _)| number).collect();
        for number in numbers {
            if let Some(used) = self.used.get_mut(number) {
                *used = true;
            }
        }
        values
    }

    /// The users who were not asked for.
    pub(super) fn unused(&self) -> impl Iterator<Item = Reference> {
        let entries = self.index.iter().zip(&self.used);
        let unused = entries.filter(|(_, used)| !**used);
        unused.filter_map(|((_, place), _)| Some(self.entry(*place)?.1))
    }

    pub(super) fn users(&self) -> impl Iterator<Item = Reference> {
        self.index
            .iter()
            .filter_map(|(_, place)| Some(self.entry(*place)?.1))
    }

    /// The hash of its primary key, its user, and the rest.
    fn entry(&self, place: u64) -> Option<([u8; 8], Reference, &[u8])> {
        let entry = self.entries.get(usize::try_from(place).ok()?..)?;
        let (pk, rest) = entry.split_first_chunk::<8>()?;
        let (tag, key, values) = read_text(rest)?;
        let user = match tag {
            b'i' => Reference::Id(key.parse().ok()?),
            b'e' => Reference::External(key.to_owned()),
            _ => Reference::Name(key.to_owned()),
        };
        Some((*pk, user, values))
    }
}

/// Tags of what is no attribute.
const JOINED: u8 = 254;
const END: u8 = 255;

fn read_values(mut rest: &[u8]) -> ProfileValues {
    let mut values = ProfileValues::default();
    while let Some((tag, text, more)) = read_text(rest).filter(|(tag, ..)| *tag != END) {
        if tag == JOINED {
            let joined = DateTime::parse_from_rfc3339(text).ok();
            values.joined = joined.map(|at| at.with_timezone(&Utc));
        } else if let Some(field) = ProfileField::ALL.get(usize::from(tag)) {
            values.attributes.push((*field, text.to_owned()));
        }
        rest = more;
    }
    values
}

/// A tag, a length of seven bits a byte, and the text.
fn write_text(entry: &mut Vec<u8>, tag: u8, text: &str) {
    entry.push(tag);
    let mut length = text.len();
    while length >= 0x80 {
        entry.push(0x80 | low_bits(length));
        length >>= 7;
    }
    entry.push(low_bits(length));
    entry.extend(text.as_bytes());
}

fn low_bits(length: usize) -> u8 {
    u8::try_from(length & 0x7f).unwrap_or_default()
}

fn read_text(entry: &[u8]) -> Option<(u8, &str, &[u8])> {
    let (tag, mut rest) = entry.split_first()?;
    let (mut length, mut shift) = (0, 0);
    loop {
        let (byte, more) = rest.split_first()?;
        rest = more;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let (text, rest) = rest.split_at_checked(length)?;
    Some((*tag, std::str::from_utf8(text).ok()?, rest))
}

fn reserve<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(STEP / size_of::<T>().max(1)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(phone: &str) -> Person {
        Person {
            number_phone: Some(phone.to_owned()),
            ..Person::default()
        }
    }

    #[test]
    fn values_are_found_by_every_kind_of_reference() {
        let mut table = ProfileTable::default();
        let users = [
            Reference::Id(7),
            Reference::External("7".to_owned()),
            Reference::Name("7".to_owned()),
        ];
        let long = "x".repeat(70_000);
        for (number, user) in (0..).zip(&users) {
            table.add(
                user,
                &json!(number),
                &person(&format!("{long}{number}")),
                None,
            );
        }

        assert_eq!(table.complete(), None);
        for (number, user) in (0..).zip(&users) {
            let values = table.take(user).unwrap();
            let expected = (ProfileField::NumberPhone, format!("{long}{number}"));
            assert_eq!(values.attributes, [expected]);
        }
        assert_eq!(table.take(&Reference::Id(8)), None);
    }

    #[test]
    fn a_user_whom_two_records_name_is_told_and_the_same_record_twice_is_one() {
        let mut table = ProfileTable::default();
        let user = Reference::Id(7);
        table.add(&user, &json!(1), &person("1"), None);
        table.add(&user, &json!(1), &person("1"), None);
        assert_eq!(table.complete(), None);

        table.add(&user, &json!(2), &person("1"), None);

        assert_eq!(table.complete(), Some(user));
    }

    #[test]
    fn users_who_were_not_asked_for_are_told() {
        let mut table = ProfileTable::default();
        let joined = DateTime::from_timestamp(1, 500_000);
        for id in 1..=3 {
            table.add(&Reference::Id(id), &json!(id), &person("1"), joined);
        }
        table.complete();

        assert_eq!(table.take(&Reference::Id(2)).unwrap().joined, joined);

        let mut unused: Vec<_> = table.unused().map(|user| user.to_string()).collect();
        unused.sort();
        assert_eq!(unused, ["1", "3"]);
    }
}
