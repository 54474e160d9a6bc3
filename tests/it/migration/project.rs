//! Projects that real Django makes.

use std::path::Path;

use acceptance::python::Python;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A version of Django.
#[derive(Clone, Copy, Debug)]
pub enum Django {
    Old,
    New,
}

/// What clients' tokens are signed with.
pub const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

const PACKAGES: [&str; 7] = [
    "djangorestframework==3.15.2",
    "djangorestframework-simplejwt==5.5.1",
    "django-rest-knox==5.1.0",
    "django-organizations==2.7.0",
    "PyYAML==6.0.3",
    "argon2-cffi==25.1.0",
    "bcrypt==5.0.0",
];

/// A project in a folder of its own.
pub struct Project {
    /// The dumps to be imported one after the other, each of several files.
    pub imports: Vec<Vec<String>>,
    /// Rows that have to come over, by kind.
    pub counts: Value,
    /// Records of each model.
    pub models: Value,
    /// Users, what their clients know, and what Django says to it.
    pub people: Value,
    _folder: TempDir,
}

/// Python with this version of Django.
pub fn python(test: &str, django: Django) -> Option<Python> {
    let (package, name) = match django {
        Django::Old => ("Django==4.2.26", "django-projects-4.2"),
        Django::New => ("Django==5.2.8", "django-projects-5.2"),
    };
    Python::with(test, name, &[&[package][..], &PACKAGES].concat())
}

impl Project {
    /// A project with its users.
    pub fn make(python: &Python, kind: &str) -> Self {
        Self::with(python, json!({"kind": kind}))
    }

    /// An empty project into which a dump is loaded, asked by the same clients.
    pub fn load(python: &Python, kind: &str, dump: &Path, people: &Value) -> Self {
        Self::with(
            python,
            json!({"kind": kind, "load": dump, "people": people}),
        )
    }

    fn with(python: &Python, mut input: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        input["key"] = json!(KEY);
        input["folder"] = json!(folder.path());
        let answer = python.run("django_projects/project.py", &input);
        Self {
            imports: serde_json::from_value(answer["imports"].clone()).unwrap(),
            counts: answer["counts"].clone(),
            models: answer["models"].clone(),
            people: answer["people"].clone(),
            _folder: folder,
        }
    }
}
