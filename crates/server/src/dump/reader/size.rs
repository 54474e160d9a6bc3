//! How deep and how large a record is. Values take far more memory than their text.

/// How deep lists and objects may be nested.
const MAX_DEPTH: usize = 64;

/// How much a record may weigh: its values then take little more than 100 MiB.
const MAX_WEIGHT: usize = 2_000_000;

/// The part of a record that has been read.
#[derive(Default)]
pub(super) struct Size {
    pub(super) depth: usize,
    weight: usize,
}

impl Size {
    pub(super) fn add_value(&mut self) {
        self.weight += 1;
    }

    /// A name weighs as much as a text.
    pub(super) fn add_name(&mut self) {
        self.weight += 2;
    }

    pub(super) fn open_list(&mut self) {
        self.depth += 1;
        self.weight += 2;
    }

    /// Even an object of one member has room for eleven.
    pub(super) fn open_object(&mut self) {
        self.depth += 1;
        self.weight += 15;
    }

    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// What is too much, if anything.
    pub(super) fn excess(&self) -> Option<String> {
        if self.depth > MAX_DEPTH {
            Some(format!(
                "lists and objects are nested deeper than {MAX_DEPTH}"
            ))
        } else if self.weight > MAX_WEIGHT {
            Some("a record has too many values".to_owned())
        } else {
            None
        }
    }
}
