//! E-mail addresses as mail compares them (RFC 5321, section 2.4).

/// An address whose host is compared without case, and whose local part is compared as is set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    address: String,
    local_part: LocalPart,
}

/// How the part in front of the last `@` is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LocalPart {
    /// With case: only the host that takes the mail knows whether it matters there (RFC 5321, section 2.4).
    #[default]
    Exact,
    /// Without the case of ASCII letters.
    CaseInsensitive,
}

impl Mailbox {
    /// Takes an address as it is written.
    #[must_use]
    pub fn new(address: String, local_part: LocalPart) -> Self {
        Self {
            address,
            local_part,
        }
    }

    /// The address as it was written.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address in lower case (ASCII), under which all that may be this one are found.
    #[must_use]
    pub fn folded(&self) -> String {
        self.address.to_ascii_lowercase()
    }

    /// Whether an address is this one.
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        let (Some((local, host)), Some((other_local, other_host))) =
            (self.address.rsplit_once('@'), other.rsplit_once('@'))
        else {
            return self.address == other;
        };
        let is_local = match self.local_part {
            LocalPart::Exact => local == other_local,
            LocalPart::CaseInsensitive => local.eq_ignore_ascii_case(other_local),
        };
        is_local && host.eq_ignore_ascii_case(other_host)
    }

    /// The one of several addresses that is meant: the same text, else the only one that is this address. `None` if
    /// there is none, or more than one, of which nobody can tell which is meant.
    #[must_use]
    pub fn choose(&self, known: Vec<String>) -> Option<String> {
        let mut same: Vec<_> = known.into_iter().filter(|one| self.is(one)).collect();
        if let Some(exact) = same.iter().position(|one| *one == self.address) {
            return Some(same.swap_remove(exact));
        }
        let chosen = same.pop();
        chosen.filter(|_| same.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(address: &str, local_part: LocalPart, known: &[&str]) -> Option<String> {
        let known = known.iter().map(|&one| one.to_owned()).collect();
        Mailbox::new(address.to_owned(), local_part).choose(known)
    }

    #[test]
    fn host_is_compared_without_case_and_local_part_as_is_set() {
        use LocalPart::{CaseInsensitive, Exact};
        let cases = [
            ("a@X.org", Exact, "a@x.ORG", true),
            ("A@x.org", Exact, "a@x.org", false),
            ("A@X.org", CaseInsensitive, "a@x.org", true),
            ("a@x.org", CaseInsensitive, "b@x.org", false),
            ("a@x.org", CaseInsensitive, "a@x.org.", false),
            ("\"a@b\"@x.org", Exact, "\"a@b\"@X.org", true),
            ("\"a@B\"@x.org", Exact, "\"a@b\"@x.org", false),
            ("Ä@x.org", CaseInsensitive, "ä@x.org", false),
            ("none", CaseInsensitive, "None", false),
            ("none", Exact, "none", true),
        ];
        for (address, local_part, other, expected) in cases {
            let mailbox = Mailbox::new(address.to_owned(), local_part);
            assert_eq!(mailbox.is(other), expected, "{address} {other}");
        }
    }

    #[test]
    fn of_several_addresses_the_same_text_is_chosen_or_none() {
        let both = ["a@X.org", "a@x.org", "A@x.org"];
        let exact = |address| chosen(address, LocalPart::Exact, &both);
        assert_eq!(exact("a@x.org").as_deref(), Some("a@x.org"));
        assert_eq!(exact("a@X.ORG"), None);
        assert_eq!(exact("A@X.ORG").as_deref(), Some("A@x.org"));
        assert_eq!(chosen("A@X.ORG", LocalPart::CaseInsensitive, &both), None);
        assert_eq!(chosen("a@x.org", LocalPart::Exact, &[]), None);
    }
}
