//! Keys of Ed25519 that are none.

/// Whether a point of Ed25519 is one of the eight under which anybody can sign (RFC 8725, section 3.4), in any of its encodings.
pub(super) fn has_small_order(point: &[u8]) -> bool {
    /// The last byte without the sign, after 30 bytes of the kind in the middle.
    const ENDS: [(u8, u8, u8); 5] = [
        (0x00, 0x00, 0x00),
        (0x01, 0x00, 0x00),
        (0xec, 0xff, 0x7f),
        (0xed, 0xff, 0x7f),
        (0xee, 0xff, 0x7f),
    ];
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let Some((last, rest)) = point.split_last() else {
        return true;
    };
    let last = last & 0x7f;
    let Some((first, middle)) = rest.split_first() else {
        return true;
    };
    ENDS.iter().any(|(begin, fill, end)| {
        first == begin && last == *end && middle.iter().all(|byte| byte == fill)
    }) || ORDER_8
        .iter()
        .any(|known| known.split_last() == Some((&last, rest)))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn keys_under_which_anybody_signs_are_known() {
        let neutral = |last: u8| {
            let mut point = [0; 32];
            (point[0], point[31]) = (1, last);
            point
        };
        // The neutral element, and nothing times anything.
        let signature = [neutral(0), [0; 32]].concat();

        let key = UnparsedPublicKey::new(&ED25519, neutral(0));
        assert!(key.verify(b"anything", &signature).is_ok());
        for point in [neutral(0), neutral(0x80), [0; 32]] {
            assert!(has_small_order(&point));
        }
        let mut wrapped = [0xff; 32];
        (wrapped[0], wrapped[31]) = (0xec, 0x7f);
        assert!(has_small_order(&wrapped));
        wrapped[31] = 0xff;
        assert!(has_small_order(&wrapped));
    }

    #[test]
    fn others_are_not_taken_for_them() {
        let mut point = [0; 32];
        point[0] = 2;
        assert!(!has_small_order(&point));
        // Of RFC 8032, section 7.1.
        let known = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let bytes: Vec<_> = (0..32)
            .map(|at| u8::from_str_radix(&known[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        assert!(!has_small_order(&bytes));
    }
}
