//! A disk without room.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::skip;
use tempfile::TempDir;

use super::asked::{Asked, assert_all_told_to_wait, until_well};
use super::{assert_reads_are_answered, reads, writes};

/// A file system in memory.
struct Disk {
    folder: TempDir,
}

impl Disk {
    /// One of so many MiB. Where none may be mounted, `test` is told as skipped.
    fn mount(test: &str, size: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={size}m");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path());
        let mounted = mount.stderr(Stdio::null()).status();
        if mounted.is_ok_and(|mounted| mounted.success()) {
            return Some(Self { folder });
        }
        skip(test, "no file system can be mounted", "REQUIRE_MOUNT");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all that is left.
    fn fill(&self) {
        let mut file = File::create(self.path().join("ballast")).unwrap();
        for block in [64 * 1024, 1024, 1] {
            while file.write_all(&vec![0; block]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a service that is just ending may have it open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn on_a_full_disk_reads_are_answered_and_writes_work_once_there_is_room() {
    let test = "lanes::disks::on_a_full_disk_reads_are_answered_and_writes_work_once_there_is_room";
    let Some(disk) = Disk::mount(test, 8) else {
        return;
    };
    let elsewhere = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let file = disk.path().join("small.sqlite3").display().to_string();
    elsewhere.execute(&format!("VACUUM INTO '{file}'"));
    let service = elsewhere.sibling_with(&[&format!("database.url=sqlite://{file}")]);
    let ready = (service.client().anonymous(), Request::new("GET", "/ready"));
    until_well(&ready);

    disk.fill();
    let answers = Asked::all(service.address(), writes(&service, 6)).rest();
    let told = ready.0.get("/ready");
    for (caller, request) in reads(&service) {
        if request.path != "/ready" {
            let (path, answer) = (request.path.clone(), caller.send(request));
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        }
    }
    disk.free();

    assert_all_told_to_wait(&answers);
    assert_eq!(told.status, 503, "{}", told.text());
    for ask in writes(&service, 3) {
        until_well(&ask);
    }
    until_well(&ready);
    assert_reads_are_answered(&service);
}
