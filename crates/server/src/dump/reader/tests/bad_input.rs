//! Texts that are refused, and what is said of them.

use super::{read_bytes, refused};

fn check(cases: &[(&str, &str)]) {
    let different = cases.iter().filter_map(|(text, expected)| {
        let told = read_bytes(text.as_bytes()).map(|records| records.len());
        let start: String = text.chars().take(100).collect();
        (told != Err((*expected).to_owned())).then(|| format!("{start}\n=> {told:?}"))
    });
    let different: Vec<String> = different.collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn json_that_is_wrong_is_refused_with_its_place() {
    let large = format!(
        "[\n{{\"model\":\"a.b\",\"fields\":{{\"x\":\"{}\"}}}}]",
        "x".repeat(16 << 20)
    );
    let blank = format!("[\n{}", " ".repeat(17 << 20));
    let deep = format!("[\n{{\"model\":\"a.b\",\"fields\":{}", "[".repeat(100_000));
    let many = format!(
        "[\n{{\"model\":\"a.b\",\"fields\":{{\"x\":[{}",
        "{},".repeat(200_000)
    );
    check(&[
        (&many, "dump, line 2: a record has too many values"),
        ("", "dump: the file is empty"),
        ("\u{feff} \n", "dump: the file is empty"),
        (
            "[",
            "dump, line 1: the dump is cut off: its array does not end",
        ),
        (
            "[\n{\"model\":\"a.b\",\"fields\":{}},\n",
            "dump, line 3: the dump is cut off: its array does not end",
        ),
        (
            "[\n{\"model\":\"a.b\",\"fields\":{}}\n",
            "dump, line 3: the dump is cut off: its array does not end",
        ),
        (
            "[\n{\"model\":\"a.b\",\n\"fields\":{\"x\":\"y",
            "dump, line 2: the dump is cut off in this record",
        ),
        (
            "[\n {\"model\" \"a.b\"}]",
            "dump, line 2, column 11: expected `:`",
        ),
        (
            "[{\"model\":\"a.b\",\n \"fields\": {]}",
            "dump, line 2, column 13: key must be a string",
        ),
        (
            "[{\"model\":\"a.b\"}]",
            "dump, line 1: the record has no fields",
        ),
        ("[{\"fields\":{}}]", "dump, line 1: the record has no model"),
        (
            "{\"model\":\"a.b\",\"fields\":{}}\n{\"model\":1,\"fields\":{}}",
            "dump, line 2: the model of the record is not a text",
        ),
        (
            "[{\"model\":\"a.b\",\"fields\":[]}]",
            "dump, line 1: the fields of the record are not an object",
        ),
        ("[1]", "dump, line 1, column 2: a record is expected"),
        (
            "[{\"model\":\"a.b\",\"fields\":{}},]",
            "dump, line 1, column 30: a record is expected",
        ),
        (
            "[{\"model\":\"a.b\",\"fields\":{}} {}]",
            "dump, line 1, column 30: a comma or the end is expected",
        ),
        (
            "[]\n]",
            "dump, line 2, column 1: there is more after the array",
        ),
        (
            "{\"model\":\"a.b\",\"fields\":{}}\n,",
            "dump, line 2, column 1: a record is expected",
        ),
        (
            "[{\"model\":\"a.b\",\"fields\":{\"x\":1,\n\"x\":2}}]",
            "dump, line 2, column 6: \"x\" is given twice in one object",
        ),
        (
            "[{\"model\":\"a.b\",\"fields\":{\"x\":{\"y\":1,\"y\":1}}}]",
            "dump, line 1, column 43: \"y\" is given twice in one object",
        ),
        (
            "[{\"model\":\"a.b\",\"model\":\"a.b\",\"fields\":{}}]",
            "dump, line 1, column 29: \"model\" is given twice in one object",
        ),
        (
            &deep,
            "dump, line 2: lists and objects are nested deeper than 64",
        ),
        (&large, "dump, line 2: a record is larger than 16 MiB"),
        (&blank, "dump, line 2: a record is larger than 16 MiB"),
    ]);
}

#[test]
fn yaml_that_is_wrong_is_refused_with_its_place() {
    let record = "- model: a.b\n  fields: {}\n";
    let large = format!(
        "{record}- model: a.b\n  fields: {{x: '{}'}}\n",
        "x ".repeat(9 << 20)
    );
    let deep = format!("{record}- model: a.b\n  fields: {}\n", "[".repeat(100_000));
    let bomb = "- &a [x, x]\n- [*a, *a]\n";
    let with = |value: &str| format!("{record}- model: a.b\n  fields: {{x: {value}}}\n");
    check(&[
        (
            &format!("{record}- model: a.b\n  fie"),
            "dump, line 4: the dump is cut off: its last line does not end",
        ),
        (
            "- model: a.b\n  fields:\n    x: 1\n    y: 2\n- model: a.b\n  fields:\n    x: 1\n",
            "dump, line 5: the dump is cut off: its last record has fewer fields than others",
        ),
        (
            &format!("{record}- model: a.b\n"),
            "dump, line 3: the record has no fields",
        ),
        (
            &format!("{record}- 1\n"),
            "dump, line 3: a record is expected",
        ),
        (
            "- model: a.b\n  fields: {}\n  model: a.b\n",
            "dump, line 3: \"model\" is given twice in one object",
        ),
        (
            &with("{y: 1, 'y': 2}"),
            "dump, line 4: \"y\" is given twice in one object",
        ),
        (
            &with("!!python/object/apply:os.system ['ls']"),
            "dump, line 4: YAML tags are refused: tag:yaml.org,2002:python/object/apply:os.system",
        ),
        (
            &with("!!str 1"),
            "dump, line 4: YAML tags are refused: tag:yaml.org,2002:str",
        ),
        (&with("!x 1"), "dump, line 4: YAML tags are refused: !x"),
        (&with("&x 1"), "dump, line 4: YAML anchors are refused"),
        (&with("{<<: {a: 1}}"), "dump, line 4: a name is expected"),
        (&with("{? [a] : 1}"), "dump, line 4: a name is expected"),
        (bomb, "dump, line 1: YAML anchors are refused"),
        (
            "!!python/tuple\n- 1\n",
            "dump, line 1: YAML tags are refused: tag:yaml.org,2002:python/tuple",
        ),
        (
            &with("0712345"),
            "dump, line 4: a number in a notation that Django does not write: quote it if it is a text",
        ),
        (
            &with("'a\u{2028}\n\n   b'"),
            "dump, line 3: a text has line breaks of two kinds beside one another: dump it as JSON",
        ),
        (
            &format!("{record}---\n{record}"),
            "dump, line 3: a sequence of records is expected",
        ),
        (
            "# nothing\n",
            "dump, line 2: a sequence of records is expected",
        ),
        (
            &with(&"[".repeat(70)),
            "dump, line 4: lists and objects are nested deeper than 64",
        ),
        (&deep, "dump, line 4: recursion limit exceeded"),
        (
            &with(&format!("[{}]", "a: b, ".repeat(200_000))),
            "dump, line 4: a record has too many values",
        ),
        (
            &format!("{record}- model: a.b\n  fields:\n    {}\n", "- ".repeat(70)),
            "dump, line 5: lists and objects are nested deeper than 64",
        ),
        (&large, "dump, line 4: a record is larger than 16 MiB"),
    ]);
}

#[test]
fn xml_that_is_wrong_is_refused_with_its_place() {
    let start = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<django-objects version=\"1.0\">\n";
    let with =
        |field: &str| format!("{start}<object model=\"a.b\">\n{field}</object></django-objects>");
    let large = with(&format!(
        "<field name=\"x\">{}</field>",
        "x".repeat(17 << 20)
    ));
    let attribute = with(&format!("<field name=\"{}\"/>", "x".repeat(17 << 20)));
    let doctype = "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]>\n<django-objects/>";
    check(&[
        (
            start,
            "dump, line 3: the dump is cut off: its objects do not end",
        ),
        (
            &format!("{start}<object model=\"a.b\">\n\n<field name=\"x\">"),
            "dump, line 5: the dump is cut off in this record",
        ),
        (
            &format!("{start}<object model=\"a.b\">\n\n"),
            "dump, line 3: the dump is cut off in this record",
        ),
        (
            &format!("{start}<object model=\"a"),
            "dump, line 3: syntax error: attribute value not closed: `\"` not found before end of input",
        ),
        (
            doctype,
            "dump, line 2: XML document types (DTD) are refused",
        ),
        (
            &with("<field name=\"x\">&a;</field>"),
            "dump, line 4: XML entities are refused: &a;",
        ),
        (
            &with("<field name=\"&a;\"></field>"),
            "dump, line 4: XML entities are refused: &a;",
        ),
        (
            &with("<field name=\"x\">&#0;</field>"),
            "dump, line 4: invalid character reference: 0x0 character is not permitted in XML",
        ),
        (
            &with("<field name=\"x\"></field>\n<field name=\"x\"/>"),
            "dump, line 5: \"x\" is given twice in one object",
        ),
        (
            &with("<field name=\"x\" name=\"x\"/>"),
            "dump, line 4: error while parsing attribute: position 15: duplicated attribute, previous declaration at position 6",
        ),
        (
            &with("<field>x</field>"),
            "dump, line 4: the field has no name",
        ),
        (
            &with("<field name=\"x\"><script/></field>"),
            "dump, line 4: the element script is unexpected",
        ),
        (
            &with("<field name=\"x\">a<None/></field>"),
            "dump, line 4: text beside elements",
        ),
        (
            &with("<field name=\"x\" type=\"JSONField\">{</field>"),
            "dump, line 4: the field is no JSON: EOF while parsing an object",
        ),
        (
            &with("<field name=\"x\"></object>"),
            "dump, line 4: ill-formed document: expected `</field>`, but `</object>` was found",
        ),
        (
            &with("x"),
            "dump, line 4: text where an element is expected",
        ),
        (
            &format!("{start}<object/></django-objects>"),
            "dump, line 3: the record has no model",
        ),
        (
            "<html></html>",
            "dump, line 1: the element html is unexpected",
        ),
        (
            "<?xml version=\"1.0\" encoding=\"latin-1\"?><django-objects/>",
            "dump, line 1: the text is not UTF-8",
        ),
        (
            "<django-objects/>\n<a/>",
            "dump, line 2: there is more after the objects",
        ),
        (&large, "dump, line 4: a record is larger than 16 MiB"),
        (&attribute, "dump, line 4: a record is larger than 16 MiB"),
    ]);
}

#[test]
fn json_in_xml_is_refused_as_json_is() {
    let with = |text: &str| {
        format!(
            "<django-objects>\n<object model='a.b'><field name='x' type='JSONField'>{text}</field></object></django-objects>"
        )
    };
    check(&[
        (
            &with("{\"a\":1,\"a\":1}"),
            "dump, line 2: the field is no JSON: \"a\" is given twice in one object",
        ),
        (
            &with(&"[".repeat(100)),
            "dump, line 2: the field is no JSON: lists and objects are nested deeper than 64",
        ),
    ]);
}

#[test]
fn a_long_name_is_told_in_part() {
    let name = "x".repeat(1 << 20);
    let dump = format!("{{\"model\":\"a.b\",\"fields\":{{\"{name}\":1,\"{name}\":1}}}}");

    assert!(refused(dump.as_bytes()).len() < 300);
}
