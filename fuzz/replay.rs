//! Replays a corpus: inputs that led somewhere once.

use std::fs;
use std::path::Path;

pub fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut replayed = 0;
    for entry in fs::read_dir(folder.join(target)).unwrap() {
        run(&fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 10, "{replayed}");
}
