//! Pages by number.

use profiled_domain::{NumberedPage, PageNumber, Slice};

fn page(number: i64, size: i64) -> NumberedPage {
    NumberedPage {
        number: PageNumber::At(number),
        size,
    }
}

#[test]
fn pages_are_counted_from_1_and_the_first_always_exists() {
    let cases = [
        (page(1, 2), 0, Some(1)),
        (page(2, 2), 0, None),
        (page(4, 2), 7, Some(4)),
        (page(4, 2), 8, Some(4)),
        (page(5, 2), 8, None),
        (page(0, 2), 8, None),
        (page(-1, 2), 8, None),
        (page(i64::MAX, 1), i64::MAX, Some(i64::MAX)),
    ];

    for (page, total, expected) in cases {
        assert_eq!(page.resolve(total), expected, "{page:?} of {total}");
    }
    let last = NumberedPage {
        number: PageNumber::Last,
        size: 2,
    };
    let ends = [0, 1, 2, 3].map(|total| last.resolve(total));
    assert_eq!(ends, [Some(1), Some(1), Some(1), Some(2)]);
}

#[test]
fn a_slice_is_counted_from_the_nearer_end() {
    let slice = |skip, take, is_from_end| {
        Some(Slice {
            skip,
            take,
            is_from_end,
        })
    };
    let cases = [
        (page(1, 2), 7, slice(0, 2, false)),
        (page(2, 2), 7, slice(2, 2, false)),
        (page(3, 2), 7, slice(1, 2, true)),
        (page(4, 2), 7, slice(0, 1, true)),
        (page(5, 2), 7, None),
        (page(1, 2), 0, slice(0, 0, false)),
        (page(1, i64::MAX), 7, slice(0, 7, false)),
    ];

    for (page, total, expected) in cases {
        assert_eq!(page.slice(total), expected, "{page:?} of {total}");
    }
}
