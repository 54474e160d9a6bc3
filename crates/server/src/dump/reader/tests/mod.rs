//! All forms of the same dump are the same records, and bad input is refused with its place.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::{Dump, ReadError, Record};

mod bad_files;
mod bad_input;

const FORMS: [&str; 4] = ["json", "jsonl", "yaml", "xml"];

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/dumps")
        .join(name)
}

fn read(dump: &Dump) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    let outcome = dump.records(&ProgressBar::hidden(), |record| {
        records.push(record);
        Ok::<_, ()>(())
    });
    match outcome {
        Ok(()) => Ok(records),
        Err(ReadError::Dump(error)) => Err(error.to_string()),
        Err(ReadError::Sink(())) => Err("the sink failed".to_owned()),
    }
}

fn read_file(path: &Path) -> Result<Vec<Record>, String> {
    read(&Dump::open(path).map_err(|error| error.to_string())?)
}

/// Reads a dump called `dump`.
fn read_bytes(content: &[u8]) -> Result<Vec<Record>, String> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    read(&Dump {
        name: "dump".to_owned(),
        file,
    })
}

fn refused(content: &[u8]) -> String {
    let outcome = read_bytes(content);
    outcome.map(|records| records.len()).unwrap_err()
}

fn values(records: &[Record]) -> Vec<Value> {
    let value = |record: &Record| json!([record.model, record.pk, record.fields]);
    records.iter().map(value).collect()
}

/// What `serde_json` makes of a recorded JSON dump.
fn expected(name: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_reader(File::open(recorded(name)).unwrap()).unwrap();
    let value = |record: &Value| json!([record["model"], record["pk"], record["fields"]]);
    all.iter().map(value).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn forms_of_one_dump_are_the_same_records() {
    for keys in ["plain", "natural"] {
        let expected = expected(&format!("{keys}.json"));
        for form in FORMS {
            let name = format!("{keys}.{form}");
            let records = read_file(&recorded(&name)).unwrap();
            let found = values(&records);
            assert_eq!(found.len(), expected.len(), "{name}");
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found, expected, "{name}");
            }
        }
    }
}

#[test]
fn compressed_dumps_are_read_whatever_their_names() {
    let expected = expected("plain.json");
    for form in FORMS {
        for suffix in ["gz", "bz2", "xz", "lzma", "zst"] {
            let name = format!("plain.{form}.{suffix}");
            let content = fs::read(recorded(&name)).unwrap();
            assert_eq!(values(&read_bytes(&content).unwrap()), expected, "{name}");
        }
    }
}

#[test]
fn compressed_dumps_of_several_parts_are_read_as_one() {
    let record = |pk: u32| format!("{{\"model\":\"a.b\",\"pk\":{pk},\"fields\":{{}}}}\n");
    let parts = [gzip(record(1).as_bytes()), gzip(record(2).as_bytes())];

    assert_eq!(read_bytes(&parts.concat()).unwrap().len(), 2);
}

#[test]
fn a_dump_is_read_twice() {
    let dump = Dump::open(&recorded("plain.xml.xz")).unwrap();

    assert_eq!(read(&dump).unwrap(), read(&dump).unwrap());
}

#[test]
fn records_tell_the_lines_where_they_begin() {
    let cases = [
        (
            "[{\"model\":\"a.b\",\"fields\":{}},\n\n{\"model\":\"a.b\",\n\"fields\":{}}]",
            [1, 3],
        ),
        (
            "\n{\"model\":\"a.b\",\"fields\":{}}\n{\"model\":\"a.b\",\"fields\":{}}",
            [2, 3],
        ),
        (
            "# a\n---\n- model: a.b\n  fields: {}\n# b\n- model: a.b\n  fields: {}\n",
            [3, 6],
        ),
        (
            "  - model: a.b\n    fields: {x: [\n     ]}\n  - model: a.b\n    fields: {x: 1}\n",
            [1, 4],
        ),
        (
            "<django-objects>\n<object\n model='a.b'>\n<field name='x'>\n\n</field></object>\n<object model='a.b'/>\n</django-objects>",
            [2, 7],
        ),
    ];
    for (text, lines) in cases {
        for start in ["", "\u{feff}"] {
            let records = read_bytes(format!("{start}{text}").as_bytes()).unwrap();
            let found: Vec<u64> = records.iter().map(|record| record.line).collect();
            assert_eq!(found, lines, "{text}");
        }
    }
}

#[test]
fn numbers_that_json_does_not_have_are_texts() {
    let dumps = [
        r#"[{"model":"a.b","fields":{"x":[NaN,-Infinity,Infinity],"y":"NaN -Infinity \""}}]"#,
        "- model: a.b\n  fields: {x: [.nan, -.inf, .inf], y: \"NaN -Infinity \\\"\"}\n",
    ];
    for dump in dumps {
        let records = read_bytes(dump.as_bytes()).unwrap();
        assert_eq!(
            records[0].fields["x"],
            json!(["NaN", "-Infinity", "Infinity"])
        );
        assert_eq!(records[0].fields["y"], json!("NaN -Infinity \""));
    }
}

#[test]
fn microseconds_and_naive_instants_of_yaml_and_xml_are_kept() {
    let yaml =
        "- model: a.b\n  fields: {x: 2024-01-02 03:04:05.000001+00:00, y: 2024-01-02 03:04:05}\n";
    let xml = "<django-objects><object model='a.b'>\
        <field name='x' type='DateTimeField'>2024-01-02T03:04:05.000001+00:00</field>\
        <field name='y' type='DateTimeField'>2024-01-02T03:04:05</field></object></django-objects>";
    for dump in [yaml, xml] {
        let records = read_bytes(dump.as_bytes()).unwrap();
        assert_eq!(records[0].fields["x"], "2024-01-02T03:04:05.000001Z");
        assert_eq!(records[0].fields["y"], "2024-01-02T03:04:05");
    }
}

#[test]
fn natural_keys_of_xml_are_lists_of_texts() {
    let xml = "<django-objects><object model='a.b'>\
        <field name='x' rel='ManyToOneRel' to='a.c'><natural>a</natural><natural>1</natural></field>\
        <field name='y' rel='ManyToManyRel' to='a.c'><object><natural>a</natural></object></field>\
        <field name='z' rel='ManyToOneRel' to='a.c'>007</field></object></django-objects>";

    let records = read_bytes(xml.as_bytes()).unwrap();

    let expected = json!({"x": ["a", "1"], "y": [["a"]], "z": "007"});
    assert_eq!(Value::from(records[0].fields.clone()), expected);
    assert_eq!(records[0].pk, Value::Null);
}

#[test]
fn an_empty_dump_has_no_records() {
    for dump in [
        "[]",
        " [ ]\n",
        "<django-objects version=\"1.0\"></django-objects>",
        "<django-objects/>",
    ] {
        assert_eq!(read_bytes(dump.as_bytes()).unwrap(), [], "{dump}");
    }
}
