//! The section `media`.

use profiled::{Settings, Sources};

use crate::sandbox::Sandbox;

const S3: [&str; 4] = [
    "media.storage=s3",
    "media.s3.bucket=media",
    "media.s3.access_key=key-id",
    "media.s3.secret_key=key-secret",
];

fn complaint(overrides: &[&str]) -> String {
    let overrides = overrides.iter().map(ToString::to_string).collect();
    let sources = Sources {
        overrides,
        ..Sources::default()
    };
    let settings = Settings::load(&sources).map(drop);
    settings.map_or_else(|failure| failure.to_string(), |()| String::new())
}

#[cfg(not(feature = "s3"))]
#[test]
fn bucket_in_a_build_without_its_client_is_refused_at_start() {
    let sandbox = Sandbox::migrated();
    let text = "is s3, and this build is without it: build with --features s3, or set file";

    let ended = sandbox.run(&["--set", S3[0], "serve"]);

    assert_eq!(
        ended.err,
        format!("profiled: media.storage in --set {text}\n")
    );
    assert_eq!(complaint(&S3), format!("media.storage in --set {text}"));
    // Nothing else is wrong with such a build.
    assert_eq!(complaint(&[]), "");
}

#[cfg(feature = "s3")]
#[test]
fn incomplete_settings_of_a_bucket_are_refused() {
    let table: [(&[&str], &str); 7] = [
        (&[], ""),
        (
            &["media.s3.bucket="],
            "media.s3.bucket in --set is empty: media.storage is s3, so name a bucket",
        ),
        (
            &["media.s3.region="],
            "media.s3.region in --set is empty: name the region, or us-east-1 for a server that has none",
        ),
        (
            &["media.s3.endpoint=s3.example.com"],
            "media.s3.endpoint in --set is no URL: write a scheme and a host, as https://s3.example.com",
        ),
        (
            &["media.s3.endpoint=http://127.0.0.1:9000"],
            "media.s3.endpoint in --set is without TLS: write https://, or set media.s3.allow_http",
        ),
        (
            &[
                "media.s3.endpoint=http://127.0.0.1:9000",
                "media.s3.allow_http=true",
            ],
            "",
        ),
        (
            &["media.s3.secret_key="],
            "media.s3.secret_key in --set is empty: media.s3.access_key needs it",
        ),
    ];

    for (more, expected) in table {
        assert_eq!(complaint(&[&S3, more].concat()), expected);
    }
    let id_missing = [S3[0], S3[1], S3[3]];
    let expected = "media.s3.access_key is empty: media.s3.secret_key needs it";
    assert_eq!(complaint(&id_missing), expected);
    // The role of the machine gives the credentials.
    assert_eq!(complaint(&S3[..2]), "");
    // What is not used is not looked at.
    assert_eq!(complaint(&["media.s3.endpoint=nowhere"]), "");
}

#[cfg(feature = "s3")]
#[test]
fn credentials_come_from_files_and_are_never_shown() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write("s3", "key-secret\n");
    let from_file = format!("media.s3.secret_key_file={file}");
    let given = [S3[0], S3[1], S3[2], from_file.as_str()];
    let mut command: Vec<&str> = given
        .iter()
        .flat_map(|setting| ["--set", setting])
        .collect();
    command.push("settings");

    let ended = sandbox.run(&command);

    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(
        ended.out.contains("media.s3.secret_key = \"***\""),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("media.s3.access_key = \"***\""));
    assert!(!ended.out.contains("key-secret") && !ended.out.contains("key-id"));
}

#[test]
fn unusable_media_folder_is_refused_at_start() {
    let sandbox = Sandbox::migrated();
    sandbox.write("data/media", "no folder");

    let ended = sandbox.run(&["serve"]);

    assert_eq!(ended.code, Some(5), "{}", ended.err);
    let expected = "profiled: media.storage: the media folder";
    assert!(ended.err.starts_with(expected), "{}", ended.err);
}
