//! Which addresses are one client's, and which one network's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The client at an address: an IPv4 address, also one that is written as IPv6, or the network of 64 bits that an
/// IPv6 client chooses its addresses from (RFC 4291, section 2.5.4).
#[must_use]
pub fn client_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => first_bits(address, 64),
    }
}

/// The network that a client is in: what one customer most often gets in one piece, 24 bits of IPv4, 48 of IPv6
/// (RFC 6177).
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(address) => first_bits(address, 48),
    }
}

fn first_bits(address: Ipv6Addr, count: u32) -> IpAddr {
    let mask = u128::MAX << (u128::BITS - count);
    Ipv6Addr::from_bits(address.to_bits() & mask).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_client_and_of_one_network_are_told() {
        for (address, expected) in [
            ("192.0.2.7", ["192.0.2.7", "192.0.2.0"]),
            ("::ffff:192.0.2.7", ["192.0.2.7", "192.0.2.0"]),
            ("2001:db8:1:2:3::4", ["2001:db8:1:2::", "2001:db8:1::"]),
        ] {
            let address = address.parse().unwrap();

            let found = [client_of(address), network(address)];

            assert_eq!(found.map(|part| part.to_string()), expected);
        }
    }
}
