//! Files that are refused whatever their form.

use std::fs;

use super::{gzip, recorded, refused};

#[test]
fn text_that_is_not_utf8_is_refused() {
    let cases: [&[u8]; 3] = [
        b"[\n{\"model\":\"a.b\",\n\"fields\":{\"x\":\"\xe9\"}}]",
        b"- model: a.b\n  fields:\n    x: \xe9\n",
        b"<django-objects>\n<object model='a.b'>\n<field name='x'>\xe9</field></object></django-objects>",
    ];
    for content in cases {
        assert_eq!(refused(content), "dump, line 3: the text is not UTF-8");
    }
    let little: Vec<u8> = "[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = "[]".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for content in [
        little.clone(),
        big.clone(),
        [&b"\xff\xfe"[..], &little].concat(),
        [&b"\xfe\xff"[..], &big].concat(),
    ] {
        assert_eq!(
            refused(&content),
            "dump: the text is UTF-16 or UTF-32, not UTF-8"
        );
    }
}

#[test]
fn what_is_no_dump_is_refused() {
    let neither = "dump, line 1: this is neither JSON, JSON Lines, YAML nor XML";
    let zip = "dump: the file is a zip archive: unpack it first";
    let cases: [(&[u8], &str); 4] = [
        (b"\x7fELF\x02\x01\x01", neither),
        (b"model: a.b\n", neither),
        (b"\x89PNG\r\n\x1a\n", neither),
        (b"PK\x03\x04rest", zip),
    ];
    for (content, expected) in cases {
        assert_eq!(refused(content), expected);
    }
}

#[test]
fn compressed_dumps_that_are_cut_off_or_damaged_are_refused() {
    let names = [
        ("gz", "gzip"),
        ("bz2", "bzip2"),
        ("xz", "xz"),
        ("lzma", "lzma"),
        ("zst", "zstd"),
    ];
    for form in ["json", "jsonl", "yaml", "xml"] {
        for (suffix, name) in names {
            let content = fs::read(recorded(&format!("plain.{form}.{suffix}"))).unwrap();
            for kept in [content.len() / 2, content.len() - 1] {
                let told = refused(&content[..kept]);
                let reason = format!("the {name} data is cut off");
                assert!(told.ends_with(&reason), "{form}.{suffix} {kept}: {told}");
            }
            let mut damaged = content.clone();
            let middle = content.len() / 2;
            damaged[middle..middle + 8].fill(0xa5);
            assert!(refused(&damaged).starts_with("dump"), "{form}.{suffix}");
        }
    }
}

#[test]
fn a_bomb_is_refused() {
    let record = format!(
        "{{\"model\":\"a.b\",\"fields\":{{\"x\":\"{}\"}}}}\n",
        " ".repeat(1 << 20)
    );
    let many = gzip(record.repeat(80).as_bytes());

    let told = refused(&many);

    let reason =
        "the gzip data becomes more than 500 times as large: unpack it first if it is no attack";
    assert!(told.ends_with(reason), "{told}");
}

#[test]
fn what_is_compressed_twice_is_refused() {
    assert_eq!(
        refused(&gzip(&gzip(b"[]"))),
        "dump: the file is compressed twice"
    );
}

#[test]
fn an_empty_text_that_is_compressed_is_refused() {
    assert_eq!(refused(&gzip(b"")), "dump: the file is empty");
}
