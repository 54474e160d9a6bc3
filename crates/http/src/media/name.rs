//! Names of stored files: what the client calls a file, made harmless, and distinct from others of that name
//! by its content (contract `drf.md`, section 9).

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use profiled_domain::is_word;
use sha2::{Digest, Sha256};

/// Longest key, in characters: folder and name.
const KEY_MAX: usize = 100;

/// Longest name, in bytes: file systems take 255, and a file that is being written has a few more.
const NAME_BYTES_MAX: usize = 240;

/// Characters that make files of one name distinct.
const SUFFIX_LENGTH: usize = 7;

/// Names that come from the content.
const OF_CONTENT: u32 = 5;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a file without a name is called.
const NAMELESS: &str = "avatar";

/// The keys that a file may have.
#[derive(Clone, Debug)]
pub(super) struct Names {
    folder: &'static str,
    stem: String,
    /// With its dot.
    extension: String,
    /// Of the content and its owner.
    digest: [u8; 32],
}

impl Names {
    /// Names for `content` that its `owner` calls `given`.
    pub(super) fn new(folder: &'static str, given: &str, owner: i64, content: &[u8]) -> Self {
        let plain = plain_name(given);
        let (stem, extension) = match plain.rfind('.') {
            Some(dot) => plain.split_at(dot),
            None => (plain.as_str(), ""),
        };
        // A leading dot hides a file.
        let stem = stem.trim_start_matches('.');
        let mut digest = Sha256::new();
        digest.update(owner.to_be_bytes());
        digest.update(content);
        Self {
            folder,
            stem: if stem.is_empty() { NAMELESS } else { stem }.to_owned(),
            extension: extension.to_owned(),
            digest: digest.finalize().into(),
        }
    }

    /// Keys in the order of preference: the name as it is if it is short enough, then names with a part
    /// that comes from the content, which stands next to them, and then by chance: whoever sends the same pictures in turn has
    /// taken those already.
    pub(super) fn keys(&self) -> impl Iterator<Item = (String, bool)> + '_ {
        let bare = (self.fitting("") == self.stem).then(|| (self.key(""), false));
        let of_content =
            (0..OF_CONTENT).map(|attempt| (self.key(&self.suffix(&attempt.to_be_bytes())), true));
        let by_chance = std::iter::repeat_with(|| {
            let chance = RandomState::new().build_hasher().finish();
            (self.key(&self.suffix(&chance.to_be_bytes())), false)
        });
        bare.into_iter().chain(of_content).chain(by_chance)
    }

    fn key(&self, suffix: &str) -> String {
        let stem = self.fitting(suffix);
        format!("{}{stem}{suffix}{}", self.folder, self.extension)
    }

    /// As much of the stem as leaves room for the rest.
    fn fitting(&self, suffix: &str) -> &str {
        let rest = suffix.len() + self.extension.len();
        let chars = KEY_MAX.saturating_sub(self.folder.len() + rest);
        let bytes = NAME_BYTES_MAX.saturating_sub(rest);
        let ends = self.stem.char_indices().map(|(at, c)| at + c.len_utf8());
        let end = ends.take(chars).take_while(|end| *end <= bytes).last();
        self.stem.get(..end.unwrap_or(0)).unwrap_or_default()
    }

    /// `_` and seven letters or digits.
    fn suffix(&self, salt: &[u8]) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.digest);
        hasher.update(salt);
        let bytes = hasher.finalize();
        let letters = bytes.iter().take(SUFFIX_LENGTH).map(|byte| {
            let letter = ALPHABET.get(usize::from(*byte) % ALPHABET.len());
            char::from(letter.copied().unwrap_or(b'0'))
        });
        std::iter::once('_').chain(letters).collect()
    }
}

/// Django's `get_valid_filename`: blanks become `_`, and only `\w`, `.` and `-` are kept.
fn plain_name(name: &str) -> String {
    let spaced = name.trim().replace(' ', "_");
    spaced
        .chars()
        .filter(|c| is_word(*c) || matches!(c, '-' | '.'))
        .collect()
}

/// The extension of a name in lower case, as Python's `pathlib` finds it: none for a name that only
/// begins or ends with a dot.
pub(super) fn extension(name: &str) -> String {
    match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => {
            name.get(at + 1..).unwrap_or_default().to_lowercase()
        }
        _ => String::new(),
    }
}

/// Whether a key names something below the storage's root: no way up, no absolute path, no separator
/// of another system, and no hidden folder. In folders Django has files with a hidden name.
pub(super) fn is_plain(key: &str) -> bool {
    let is_visible = |part: &str| !part.is_empty() && !part.starts_with('.');
    let is_fine = match key.rsplit_once('/') {
        Some((folder, name)) => {
            folder.split('/').all(is_visible) && !matches!(name, "" | "." | "..")
        }
        None => is_visible(key),
    };
    is_fine && !key.contains(['\\', '\0'])
}

/// Whether the name of a file begins with a dot.
pub(super) fn is_hidden(key: &str) -> bool {
    key.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(given: &str, count: usize) -> Vec<String> {
        let names = Names::new("users/avatars/", given, 1, b"content");
        names.keys().take(count).map(|(key, _)| key).collect()
    }

    #[test]
    fn harmless_characters_of_a_name_are_kept() {
        let table = [
            ("new.png", "new.png"),
            ("my photo (1) #%&.png", "my_photo_1_.png"),
            ("تصویر من.png", "تصویر_من.png"),
            ("a.tar.PNG", "a.tar.PNG"),
            ("CON.png", "CON.png"),
            (".htaccess.png", "htaccess.png"),
            ("..%2e%2e%2fx.png", "2e2e2fx.png"),
            ("###.png", "avatar.png"),
            ("a\u{202e}gnp.png", "agnp.png"),
        ];
        for (given, expected) in table {
            let key = keys(given, 1).remove(0);
            assert_eq!(key, format!("users/avatars/{expected}"));
            assert!(is_plain(&key), "{key}");
        }
    }

    #[test]
    fn a_taken_name_gets_a_part_that_comes_from_owner_and_content() {
        let first = keys("new.png", 3);

        assert_eq!(first, keys("new.png", 3));
        for key in first.iter().skip(1) {
            let inner = key.strip_prefix("users/avatars/new_").unwrap();
            let suffix = inner.strip_suffix(".png").unwrap();
            assert_eq!(suffix.len(), 7, "{key}");
            assert!(suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert_ne!(first[1], first[2]);
        let others = [
            Names::new("users/avatars/", "new.png", 2, b"content"),
            Names::new("users/avatars/", "new.png", 1, b"other"),
        ];
        for other in others {
            assert_ne!(other.keys().nth(1).unwrap().0, first[1]);
        }
    }

    #[test]
    fn long_names_are_cut_to_the_limits_of_column_and_file_system() {
        let longest = format!("{}.png", "n".repeat(82));
        assert_eq!(keys(&longest, 1), [format!("users/avatars/{longest}")]);

        let cut = keys(&format!("n{longest}"), 1).remove(0);
        assert_eq!(cut.len(), KEY_MAX);
        assert!(cut.starts_with(&format!("users/avatars/{}_", "n".repeat(74))));

        // 85 characters of three bytes are too many bytes.
        let wide = keys(&format!("{}.png", "漢".repeat(82)), 1).remove(0);
        let name = wide.strip_prefix("users/avatars/").unwrap();
        assert!(name.len() <= NAME_BYTES_MAX && name.contains('_'), "{name}");
    }

    #[test]
    fn extensions_are_found_as_python_finds_them() {
        let table = [
            ("a.png", "png"),
            ("a.tar.GZ", "gz"),
            (".png", ""),
            ("a.", ""),
            ("a", ""),
            ("..png", "png"),
            ("a.p ng", "p ng"),
        ];
        for (name, expected) in table {
            assert_eq!(extension(name), expected, "{name}");
        }
    }
}
