//! The JSON Schema of settings, as a validator of others reads it.

use std::path::Path;
use std::process::Command;

use acceptance::python::Python;
use serde_json::{Value, json};

#[test]
fn a_validator_takes_the_files_of_the_project_and_refuses_wrong_ones() {
    let test = "settings_schema::a_validator_takes_the_files_of_the_project";
    let Some(python) = Python::with(test, "schema", &["jsonschema==4.26.0"]) else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let right = "[auth.jwt]\naudience = [\"a\"]\n[[auth.jwt.issuers]]\nissuer = \"i\"\naudience = \"a\"\n\
                 algorithms = [\"RS256\"]\nuser_field = \"id\"\n";
    let wrong = [
        "[http]\nwokers = 3\n",
        "[htpp]\nworkers = 3\n",
        "[http]\nworkers = \"three\"\n",
        "[http]\nbind = \"127.0.0.1:8000\"\n",
        "[log]\nformat = \"xml\"\n",
        "[limits]\nmobile_number = 33\n",
        "[dialects.drf]\nauthenticators = [\"basic\"]\n",
        "[[auth.jwt.issuers]]\naudience = \"a\"\n",
        "[[auth.jwt.issuers]]\nissuer = \"a\"\nalgorithms = [\"none\"]\n",
    ];
    let names = ["base", "development", "production"];
    let ours =
        names.map(|name| std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap());
    let files: Vec<&str> = ours
        .iter()
        .map(String::as_str)
        .chain([right])
        .chain(wrong)
        .collect();
    let program = env!("CARGO_BIN_EXE_profiled-of-acceptance");
    let output = Command::new(program)
        .args(["settings", "--schema"])
        .output();
    let schema: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();

    let valid = python.run(
        "settings_schema.py",
        &json!({ "schema": schema, "files": files }),
    );

    let expected: Vec<bool> = (0..files.len()).map(|at| at < names.len() + 1).collect();
    assert_eq!(valid, json!(expected));
}
