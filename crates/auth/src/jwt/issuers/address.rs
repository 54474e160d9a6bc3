//! Addresses that anybody may name: those of the Internet, and none of the own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves names to public addresses only. It is what is connected to, so a name cannot change its mind in between.
#[derive(Debug, Default)]
pub(super) struct PublicOnly {
    resolver: DefaultResolver,
}

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.resolver.resolve(uri, config, timeout)?;
        // A proxy, which is of the own network, resolves the names of others itself.
        let is_proxy = config
            .proxy()
            .is_some_and(|proxy| uri.host() == Some(proxy.host()));
        if is_proxy || found.iter().all(is_reachable_by_all) {
            return Ok(found);
        }
        let host = uri.host().unwrap_or_default();
        Err(Error::Other(
            format!("{host} has a private address: allow_private_addresses = true allows it")
                .into(),
        ))
    }
}

fn is_reachable_by_all(address: &SocketAddr) -> bool {
    is_public(address.ip().to_canonical())
}

/// Whether an address is one of the Internet (the registries of special-purpose addresses, RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_shared = a == 100 && b & 0xc0 == 64;
    let is_special = (a, b, c) == (192, 0, 0) || (a == 198 && b & 0xfe == 18);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || is_shared
        || is_special
        || a == 0
        || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, .., seventh, eighth] = ip.segments();
    let [a, b] = seventh.to_be_bytes();
    let [c, d] = eighth.to_be_bytes();
    // Of IPv4 behind NAT64 (RFC 6052), the address inside counts.
    if (first, second) == (0x64, 0xff9b) {
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // All that is given out begins with 001; of that, addresses for documentation and tunnels.
    first & 0xe000 == 0x2000
        && (first, second) != (0x2001, 0xdb8)
        && (first, second) != (0x2001, 0)
        && first != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet_are_told_from_those_of_own_networks() {
        for public in ["8.8.8.8", "172.32.0.1", "2600::1", "64:ff9b::808:808"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        let own = [
            "0.0.0.0",
            "10.0.0.1",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2002:a00:1::",
            "64:ff9b::a00:1",
        ];
        for own in own {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
        let mapped: SocketAddr = "[::ffff:10.0.0.1]:443".parse().unwrap();
        assert!(!is_reachable_by_all(&mapped));
    }
}
