//! scrypt (RFC 7914): `scrypt$<N>$<salt>$<r>$<p>$<base64>`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scrypt::Params;

/// Memory of a stored hash that is filled, in bytes: sixteen times Django 5.2's.
const MAX_MEMORY: u64 = 256 << 20;
/// Memory times lanes of a stored hash, in bytes: thirteen times Django 5.2's.
const MAX_WORK: u64 = 1 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) n: u32,
    pub(super) r: u32,
    pub(super) p: u32,
}

impl Parameters {
    /// Parameters and salt, from what comes after the name; the salt is text, and used as it is.
    pub(super) fn decode(rest: &str) -> Option<(Self, &str)> {
        let mut parts = rest.split('$');
        let n = parts.next()?.parse().ok()?;
        let salt = parts.next()?;
        let (r, p) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let parameters = Self { n, r, p };
        (parameters.is_bearable() && !salt.is_empty()).then_some((parameters, salt))
    }

    pub(super) fn is_bearable(self) -> bool {
        let Self { n, r, p } = self;
        n >= 2
            && n.is_power_of_two()
            && r >= 1
            && p >= 1
            && self.memory() <= MAX_MEMORY
            && self.work() <= MAX_WORK
    }

    /// Memory that is filled for each lane, in bytes.
    fn memory(self) -> u64 {
        u64::from(self.n)
            .saturating_mul(self.r.into())
            .saturating_mul(128)
    }

    /// Memory times lanes, in bytes.
    pub(super) fn work(self) -> u64 {
        self.memory().saturating_mul(self.p.into())
    }

    /// Whether Django's hasher can verify it: OpenSSL takes 32 MiB for everything, and N below 2^(16 r).
    pub(super) fn is_within_openssls_limits(self) -> bool {
        let [n, r, p] = [self.n, self.r, self.p].map(u64::from);
        let lanes = r.saturating_mul(p).saturating_mul(128);
        let blocks = r.saturating_mul(n + 2).saturating_mul(128);
        lanes.saturating_add(blocks) <= 32 << 20 && (r > 1 || n < 1 << 16)
    }

    /// `None` for parameters that are none.
    pub(super) fn encode(self, password: &[u8], salt: &str) -> Option<String> {
        let Self { n, r, p } = self;
        let params = Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()?;
        let mut hash = [0; 64];
        scrypt::scrypt(password, salt.as_bytes(), &params, &mut hash).ok()?;
        let hash = STANDARD.encode(hash);
        Some(format!("scrypt${n}${salt}${r}${p}${hash}"))
    }
}
