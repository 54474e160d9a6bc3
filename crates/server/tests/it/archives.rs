//! Archives that are damaged, or made by somebody else, are refused in one line, and nothing is touched.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use crate::sandbox::Sandbox;

/// A member: its name and what is in it.
type Member = (String, Vec<u8>);

/// A sandbox with a backup of it.
fn backed_up() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada"]);
    sandbox.done(&["jwt", "create", "ada"]);
    let archive = sandbox.path().join("backup.tar.gz");
    sandbox.done(&["backup", archive.to_str().unwrap()]);
    (sandbox, archive)
}

fn members(archive: &Path) -> Vec<Member> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive).unwrap()));
    let entries = archive.entries().unwrap();
    let members = entries.map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (name, content)
    });
    members.collect()
}

fn header(name: &str, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    // Without the checks of the library.
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size as u64);
    header.set_mode(0o600);
    header.set_cksum();
    header
}

fn pack(members: &[Member]) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in members {
        tar.append(&header(name, content.len()), &**content)
            .unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The members with another manifest.
fn with_manifest(members: &[Member], change: impl Fn(&mut Value)) -> Vec<Member> {
    let mut members = members.to_vec();
    let manifest = &mut members.last_mut().unwrap().1;
    let mut value: Value = serde_json::from_slice(manifest).unwrap();
    change(&mut value);
    *manifest = value.to_string().into_bytes();
    members
}

/// An archive of one member that is no file.
fn pack_odd(kind: EntryType, link: Option<&str>, content: &[u8]) -> Vec<u8> {
    let mut header = header("keys/1", content.len());
    header.set_entry_type(kind);
    if let Some(link) = link {
        header.set_link_name(link).unwrap();
    }
    header.set_cksum();
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    tar.append(&header, content).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}

fn link() -> Vec<u8> {
    pack_odd(EntryType::Symlink, Some("/etc/passwd"), b"")
}

fn long_name() -> Vec<u8> {
    pack_odd(EntryType::GNULongName, None, b"keys/1\0\0")
}

/// More than a gigabyte of nothing, in some megabytes.
fn bomb() -> Vec<u8> {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    let head = header("keys/1", 1 << 31);
    bomb.write_all(head.as_bytes()).unwrap();
    for _ in 0..65 {
        bomb.write_all(&vec![0; 1 << 24]).unwrap();
    }
    bomb.finish().unwrap()
}

/// What lies in a folder, with its content.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(everything(&path));
        } else {
            let content = std::fs::read(&path).unwrap();
            all.push((path, content));
        }
    }
    all.sort();
    all
}

#[test]
fn an_archive_is_private_and_tells_what_it_has() {
    let (sandbox, archive) = backed_up();

    let mode = std::fs::metadata(&archive).unwrap().permissions().mode();
    let members = members(&archive);

    assert_eq!(mode & 0o7777, 0o600);
    let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["store.jsonl", "keys/1", "manifest.json"]);
    let manifest: Value = serde_json::from_slice(&members[2].1).unwrap();
    assert_eq!(manifest["build"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["rows"]["users"], 1);
    assert_eq!(manifest["members"][1]["path"], "signing.key");
    let key = std::fs::read(sandbox.path().join("data/signing.key")).unwrap();
    assert_eq!(members[1].1, key);
}

#[test]
fn odd_archives_are_refused_in_one_line_and_touch_nothing() {
    let (_sandbox, archive) = backed_up();
    let whole = std::fs::read(&archive).unwrap();
    let good = members(&archive);
    let target = Sandbox::new();
    let file = target.path().join("odd.tar.gz");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let named = |place: usize, name: &str| {
        let mut members = good.clone();
        members[place].0 = name.to_owned();
        pack(&members)
    };
    let changed = |place: usize| {
        let mut members = good.clone();
        members[place].1[0] ^= 1;
        pack(&members)
    };
    let manifest = |change: &dyn Fn(&mut Value)| pack(&with_manifest(&good, change));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "cannot be read"),
        ("text", b"not an archive".to_vec(), "cannot be read"),
        ("half", whole[..whole.len() / 2].to_vec(), "cannot be read"),
        ("short", whole[..whole.len() - 1].to_vec(), "cannot be read"),
        (
            "more",
            [&whole[..], b"x"].concat(),
            "goes on behind its end",
        ),
        ("flipped", flipped, ""),
        ("rows", changed(0), "store.jsonl is another one"),
        ("key", changed(1), "keys/1 is another one"),
        ("no manifest", pack(&good[..2]), "has no manifest"),
        ("no rows", pack(&good[1..]), "does not begin with the rows"),
        (
            "less",
            pack(&[good[0].clone(), good[2].clone()]),
            "does not have what its manifest says",
        ),
        (
            "upwards",
            named(1, "../signing.key"),
            "has a member that is none",
        ),
        (
            "upwards in a folder",
            named(1, "keys/../1"),
            "has a member that is none",
        ),
        (
            "absolute",
            named(1, "/tmp/profiled"),
            "has a member that is none",
        ),
        ("link", link(), "has a member that is none"),
        ("long name", long_name(), "has a member that is none"),
        ("bomb", bomb(), "has a file that is too large: keys/1"),
        (
            "later form",
            manifest(&|it| it["version"] = json!(2)),
            "has version 2 of backups",
        ),
        (
            "other form",
            manifest(&|it| it["format"] = json!("x")),
            "is none of profiled backup",
        ),
        (
            "later schema",
            manifest(&|it| it["schema"] = json!("9999-01-01-000001_later")),
            "which this version does not know",
        ),
        (
            "key elsewhere",
            manifest(&|it| it["members"][1]["path"] = json!("keys/../../x.pem")),
            "has a key that is none",
        ),
    ];
    for (case, bytes, reason) in cases {
        std::fs::write(&file, bytes).unwrap();

        let ended = target.run(&["restore", file.to_str().unwrap(), "--yes"]);

        assert_eq!(ended.code, Some(1), "{case}: {}", ended.err);
        assert!(ended.err.contains(reason), "{case}: {}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{case}: {}", ended.err);
        assert_eq!(everything(&target.path().join("data")), [], "{case}");
    }
}

#[test]
fn a_media_file_cannot_leave_its_folder() {
    let (_sandbox, archive) = backed_up();
    let mut members = members(&archive);
    members[1].0 = "media/1".to_owned();
    let members = with_manifest(&members, |manifest| {
        manifest["members"][1]["name"] = json!("media/1");
        manifest["members"][1]["path"] = json!("../../escaped.png");
    });
    let target = Sandbox::new();
    let file = target.path().join("odd.tar.gz");
    std::fs::write(&file, pack(&members)).unwrap();

    let ended = target.run(&["restore", file.to_str().unwrap()]);

    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("does not take"), "{}", ended.err);
    assert_eq!(everything(&target.path().join("data")), []);
    assert!(!target.path().join("escaped.png").exists());
}

#[test]
fn rows_that_are_odd_leave_the_database_that_was_there() {
    let (sandbox, archive) = backed_up();
    let mut members = members(&archive);
    let rows = String::from_utf8(members[0].1.clone()).unwrap();
    let odd = rows.replace("[1,\"ada\"", "[\"1\",\"ada\"");
    members[0].1 = odd.clone().into_bytes();
    let hash = {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(odd.as_bytes());
        digest
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    let members = with_manifest(&members, |manifest| {
        manifest["members"][0]["size"] = json!(odd.len());
        manifest["members"][0]["sha256"] = json!(hash);
    });
    let file = sandbox.path().join("odd.tar.gz");
    std::fs::write(&file, pack(&members)).unwrap();
    sandbox.done(&["user", "create", "--username", "eve"]);
    // Left by a restore that was killed.
    std::fs::create_dir(sandbox.path().join("data/.restore-old")).unwrap();
    let before = everything(&sandbox.path().join("data"));

    let ended = sandbox.run(&["restore", file.to_str().unwrap(), "--yes"]);

    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(
        ended.err.contains("that is no whole number"),
        "{}",
        ended.err
    );
    let names =
        |all: Vec<(PathBuf, Vec<u8>)>| all.into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    assert_eq!(
        names(everything(&sandbox.path().join("data"))),
        names(before)
    );
    assert!(!sandbox.path().join("data/.restore-old").exists());
    let header = std::fs::read(sandbox.path().join("data/profiled.sqlite3")).unwrap();
    // A file with a write-ahead log, as before.
    assert_eq!(header[18..20], [2, 2]);
    assert!(sandbox.done(&["user", "list"]).contains("eve"));
}
