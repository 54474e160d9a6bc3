//! The image and the manifests.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use acceptance::python::Python;
use profiled_store::testing::skip;
use serde_json::json;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// A command in the root folder of an image, as the user whom it names.
fn in_image(image: &Path, command: &str) -> Command {
    let mut inside = Command::new("/usr/sbin/chroot");
    inside
        .args(["--userspec=65532:65532"])
        .arg(image)
        .env_clear();
    inside.env("PROFILED__DATA_DIR", "/var/lib/profiled");
    inside.args(["/usr/bin/profiled"]).args(command.split(' '));
    inside
}

#[test]
fn image_has_all_that_the_program_needs_and_no_shell() {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        let test = "packaging::image_has_all_that_the_program_needs_and_no_shell";
        skip(
            test,
            "only root can look at the world from an image",
            "REQUIRE_CLIENTS",
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image");
    let mut assemble = Command::new(root().join("scripts/assemble-image"));
    let assemble = assemble.arg(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let assembled = assemble.arg(&image).output().unwrap();
    assert!(assembled.status.success(), "{}", text(&assembled));

    for command in [
        "--version",
        "migrate",
        "check",
        "user create --username ada",
    ] {
        let ended = in_image(&image, command).output().unwrap();
        assert!(ended.status.success(), "{command}: {}", text(&ended));
    }

    assert!(!image.join("bin/sh").exists());
    let database = image.join("var/lib/profiled/profiled.sqlite3");
    assert!(database.exists());
}

#[test]
fn manifests_of_kubernetes_are_valid_and_fit_together() {
    let test = "packaging::manifests_of_kubernetes_are_valid_and_fit_together";
    let packages = ["kubernetes-validate==1.37.0", "PyYAML==6.0.4"];
    let Some(python) = Python::with(test, "kubernetes", &packages) else {
        return;
    };
    let folder = root().join("deploy/kubernetes");

    let judged = python.run("kubernetes_manifests.py", &json!({ "folder": folder }));

    assert_eq!(judged["problems"], json!([]));
    let kinds = [
        "Deployment",
        "Ingress",
        "Job",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Secret",
        "Secret",
        "Service",
    ];
    assert_eq!(judged["kinds"], json!(kinds));
}
