//! The embedded migrations are read at compile time: cargo has to notice a new file.

fn main() {
    println!("cargo::rerun-if-changed=migrations/sqlite");
    println!("cargo::rerun-if-changed=migrations/postgres");
}
