//! Serializers as Django REST framework has them: one description of the fields of a body drives
//! validation, OPTIONS documents and forms on pages (contract `drf.md`, sections 9 and 10).

mod input;
mod instant;
mod options;
mod text;

pub(crate) use input::{Input, body_of};
pub(crate) use options::metadata;
pub(crate) use text::{Candidate, TextRules};

/// A field of a body.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each argument that the framework's fields have"
)]
pub(crate) struct Field {
    /// Its name in bodies.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    /// In characters.
    pub(crate) max_length: Option<usize>,
    /// Must be sent.
    pub(crate) is_required: bool,
    /// Shown and never written.
    pub(crate) is_read_only: bool,
    /// Written and never shown.
    pub(crate) is_write_only: bool,
    /// Null is a value.
    pub(crate) takes_null: bool,
    /// `""` is a value.
    pub(crate) takes_blank: bool,
    /// A blank in a form counts as one, and not as nothing.
    pub(crate) is_never_blank: bool,
    /// White space around text is cut off.
    pub(crate) is_trimmed: bool,
    /// Folder of uploaded files, with its final slash.
    pub(crate) upload_to: &'static str,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Integer,
    Boolean,
    DateTime,
    Text,
    Username,
    Email,
    Password,
    /// Values and their labels.
    Choice(&'static [(&'static str, &'static str)]),
    Image,
    /// A list of objects with these fields.
    Nested(fn() -> Vec<Field>),
}

impl Field {
    /// A field that is shown and never written.
    pub(crate) fn shown(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            is_read_only: true,
            ..Self::written(name, label, kind)
        }
    }

    /// A field that may be sent, and neither be null nor blank.
    pub(crate) fn written(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            max_length: None,
            is_required: false,
            is_read_only: false,
            is_write_only: false,
            takes_null: false,
            takes_blank: false,
            is_never_blank: false,
            is_trimmed: true,
            upload_to: "",
        }
    }

    #[must_use]
    pub(crate) fn at_most(mut self, max_length: usize) -> Self {
        self.max_length = Some(max_length);
        self
    }

    #[must_use]
    pub(crate) fn required(mut self) -> Self {
        self.is_required = true;
        self.never_blank()
    }

    #[must_use]
    pub(crate) fn nullable(mut self) -> Self {
        self.takes_null = true;
        self
    }

    #[must_use]
    pub(crate) fn blank(mut self) -> Self {
        self.takes_blank = true;
        self
    }

    /// The model demands a value: one that is sent must not be blank, in forms either.
    #[must_use]
    pub(crate) fn never_blank(mut self) -> Self {
        self.is_never_blank = true;
        self
    }

    #[must_use]
    pub(crate) fn untrimmed(mut self) -> Self {
        self.is_trimmed = false;
        self
    }

    #[must_use]
    pub(crate) fn upload_to(mut self, folder: &'static str) -> Self {
        self.upload_to = folder;
        self
    }

    #[must_use]
    pub(crate) fn write_only(mut self) -> Self {
        self.is_write_only = true;
        self
    }
}

/// Messages of the framework.
pub(crate) mod messages {
    pub(crate) const REQUIRED: &str = "This field is required.";
    pub(crate) const NULL: &str = "This field may not be null.";
    pub(crate) const BLANK: &str = "This field may not be blank.";
    pub(crate) const NOT_TEXT: &str = "Not a valid string.";
    pub(crate) const NOT_AN_INSTANT: &str = "Datetime has wrong format. Use one of these formats instead: \
        YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    pub(crate) const NOT_A_FILE: &str =
        "The submitted data was not a file. Check the encoding type on the form.";
}
