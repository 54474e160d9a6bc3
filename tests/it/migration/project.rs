//! Projects that real Django makes.

use std::path::Path;
use std::process::Command;

use acceptance::python::Python;
use profiled_store::testing::skip;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A version of Django.
#[derive(Clone, Copy, Debug)]
pub enum Django {
    V3,
    V4,
    V5,
}

/// What clients' tokens are signed with.
pub const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// The name of its environment, and its packages.
type Environment = (&'static str, [&'static str; 5]);

const DJANGO_3: Environment = (
    "django-projects-3.2",
    [
        "Django==3.2.25",
        "djangorestframework==3.14.0",
        "djangorestframework-simplejwt==5.2.2",
        "django-rest-knox==4.2.0",
        "django-organizations==2.0.2",
    ],
);
const DJANGO_4: Environment = (
    "django-projects-4.2",
    [
        "Django==4.2.26",
        "djangorestframework==3.15.2",
        "djangorestframework-simplejwt==5.5.1",
        "django-rest-knox==5.1.0",
        "django-organizations==2.7.0",
    ],
);
const DJANGO_5: Environment = (
    "django-projects-5.2",
    [
        "Django==5.2.8",
        "djangorestframework==3.15.2",
        "djangorestframework-simplejwt==5.5.1",
        "django-rest-knox==5.1.0",
        "django-organizations==2.7.0",
    ],
);
const EVERYWHERE: [&str; 3] = ["PyYAML==6.0.3", "argon2-cffi==25.1.0", "bcrypt==5.0.0"];

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
    folder: TempDir,
}

/// Python with this version of Django.
pub fn python(test: &str, django: Django) -> Option<Python> {
    if matches!(django, Django::V3) && !runs_django_3() {
        skip(
            test,
            "Django 3.2 needs Python 3.11 or older",
            "REQUIRE_DJANGO_3",
        );
        return None;
    }
    let (name, packages) = match django {
        Django::V3 => DJANGO_3,
        Django::V4 => DJANGO_4,
        Django::V5 => DJANGO_5,
    };
    Python::with(test, name, &[&packages[..], &EVERYWHERE].concat())
}

/// It imports a module that Python has no more from 3.13 on, and another that 3.12 has not.
fn runs_django_3() -> bool {
    let tried = Command::new("python3")
        .args(["-c", "import cgi, distutils"])
        .output();
    tried.is_ok_and(|tried| tried.status.success())
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

    /// Changes the project as happens between two dumps, and dumps it again.
    pub fn change(self, python: &Python, kind: &str) -> Self {
        let people = json!({"kind": kind, "people": self.people});
        Self::in_folder(self.folder, python, people)
    }

    fn with(python: &Python, input: Value) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), python, input)
    }

    fn in_folder(folder: TempDir, python: &Python, mut input: Value) -> Self {
        input["folder"] = json!(folder.path());
        let answer = run(python, input);
        Self {
            imports: serde_json::from_value(answer["imports"].clone()).unwrap(),
            counts: answer["counts"].clone(),
            models: answer["models"].clone(),
            people: answer["people"].clone(),
            folder,
        }
    }
}

/// Makes a project with its users in a folder, with the database `db.sqlite3`.
pub fn make_in(folder: &Path, python: &Python, kind: &str) {
    run(python, json!({"kind": kind, "folder": folder}));
}

fn run(python: &Python, mut input: Value) -> Value {
    input["key"] = json!(KEY);
    python.run("django_projects/project.py", &input)
}
