use profiled_domain::{EmailAddress, Gender, InvalidText, MobileNumber, Username};

#[test]
fn usernames_are_letters_digits_and_five_signs_of_any_script() {
    for text in [
        "a",
        "Ada.L+x@y-z_1",
        "unicode.کاربر",
        "ünï",
        &"x".repeat(150),
    ] {
        assert!(Username::parse(text).is_ok(), "{text}");
    }
    for text in ["a b", "a!", "a/b", "😀", "a\n", " a"] {
        assert_eq!(Username::parse(text), Err(InvalidText::Pattern), "{text:?}");
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    assert!(Username::parse(&"é".repeat(150)).is_ok());
    assert_eq!(
        Username::parse(&"é".repeat(151)),
        Err(InvalidText::TooLong { max: 150 })
    );
    assert!(MobileNumber::parse("09123456798", 11).is_ok());
    assert_eq!(
        MobileNumber::parse("091234567981", 11),
        Err(InvalidText::TooLong { max: 11 })
    );
}

#[test]
fn maximum_length_is_capped_at_the_column() {
    let number = "1".repeat(33);

    assert_eq!(
        MobileNumber::parse(&number, 100),
        Err(InvalidText::TooLong { max: 32 })
    );
}

#[test]
fn blanks_and_null_characters_are_refused_everywhere() {
    assert_eq!(Username::parse(""), Err(InvalidText::Blank));
    assert_eq!(EmailAddress::parse(""), Err(InvalidText::Blank));
    assert_eq!(MobileNumber::parse("", 11), Err(InvalidText::Blank));
    assert_eq!(Username::parse("a\0"), Err(InvalidText::NullCharacter));
    assert_eq!(
        MobileNumber::parse("1\0", 11),
        Err(InvalidText::NullCharacter)
    );
}

#[test]
fn email_forms_are_those_of_django() {
    let accepted = [
        "a@localhost",
        "a@LOCALHOST",
        "a@[127.0.0.1]",
        "a@[::1]",
        "a@example.com",
        "o'neil+tag@sub.example.co",
        "a@مثال.ایران",
        "a@xn--fsq.xn--p1ai",
        "\"quoted\"@example.com",
        "\"a@b\"@example.com",
        "\"a\\ b\"@example.com",
        &format!("{}@example.com", "x".repeat(100)),
        &format!("a@{}.com", "x".repeat(63)),
    ];
    let refused = [
        "a",
        "@example.com",
        "a@",
        "a@b",
        "a@127.0.0.1",
        "a@[127.0.0.256]",
        "a@example.com.",
        "a@exa_mple.com",
        "a@-example.com",
        "a@example-.com",
        "a@example.c",
        "a@example.c0m",
        "a@.com",
        "a..b@example.com",
        ".a@example.com",
        "é@example.com",
        "\"a b\"@example.com",
        "a b@example.com",
        "a@example.com\n",
        &format!("a@{}.com", "x".repeat(64)),
    ];

    for text in accepted {
        assert!(EmailAddress::parse(text).is_ok(), "{text}");
    }
    for text in refused {
        assert_eq!(
            EmailAddress::parse(text),
            Err(InvalidText::Pattern),
            "{text}"
        );
    }
}

#[test]
fn gender_is_accepted_by_value_and_not_by_label() {
    assert_eq!("male".parse(), Ok(Gender::Male));
    assert!("Male".parse::<Gender>().is_err());
    assert!("".parse::<Gender>().is_err());
}
