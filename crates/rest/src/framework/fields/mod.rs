//! Serializers as Django REST framework has them: one description of the fields of a body drives
//! validation, OPTIONS documents and forms on pages (contract `drf.md`, sections 9 and 10).

mod described;
mod input;
mod instant;
mod text;

pub use input::{Input, body_of};

/// A field of a body.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each argument that the framework's fields have"
)]
pub struct Field {
    /// Its name in bodies.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// In characters.
    pub max_length: Option<usize>,
    /// Must be sent.
    pub is_required: bool,
    /// Shown and never written.
    pub is_read_only: bool,
    /// Written and never shown.
    pub is_write_only: bool,
    /// Null is a value.
    pub takes_null: bool,
    /// `""` is a value.
    pub takes_blank: bool,
    /// A blank in a form counts as one, and not as nothing.
    pub is_never_blank: bool,
    /// White space around text is cut off.
    pub is_trimmed: bool,
    /// Folder of uploaded files, with its final slash.
    pub upload_to: &'static str,
    /// What its type and its limits do not say, for people; `""` for nothing.
    pub help: &'static str,
    /// What browsers know it by when they fill it in (the attribute `autocomplete`).
    pub autofill: &'static str,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// An instant.
    DateTime,
    /// Text of any kind.
    Text,
    /// Text that names an account.
    Username,
    /// An e-mail address.
    Email,
    /// Text that is never shown.
    Password,
    /// Values and their labels.
    Choice(&'static [(&'static str, &'static str)]),
    /// An uploaded picture.
    Image,
    /// A list of objects with these fields.
    Nested(fn() -> Vec<Field>),
}

impl Field {
    /// A field that is shown and never written.
    #[must_use]
    pub fn shown(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            is_read_only: true,
            ..Self::written(name, label, kind)
        }
    }

    /// A field that may be sent, and neither be null nor blank.
    #[must_use]
    pub fn written(name: &'static str, label: &'static str, kind: Kind) -> Self {
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
            help: "",
            autofill: "off",
        }
    }

    /// The field with a longest value, in characters.
    #[must_use]
    pub fn at_most(mut self, max_length: usize) -> Self {
        self.max_length = Some(max_length);
        self
    }

    /// The field, which must be sent and must not be blank.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self.never_blank()
    }

    /// The field, which may be null.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.takes_null = true;
        self
    }

    /// The field, which may be `""`.
    #[must_use]
    pub fn blank(mut self) -> Self {
        self.takes_blank = true;
        self
    }

    /// The model demands a value: one that is sent must not be blank, in forms either.
    #[must_use]
    pub fn never_blank(mut self) -> Self {
        self.is_never_blank = true;
        self
    }

    /// The field, whose white space is kept.
    #[must_use]
    pub fn untrimmed(mut self) -> Self {
        self.is_trimmed = false;
        self
    }

    /// The field, whose files go into a folder.
    #[must_use]
    pub fn upload_to(mut self, folder: &'static str) -> Self {
        self.upload_to = folder;
        self
    }

    /// The field with a text for people.
    #[must_use]
    pub fn help(mut self, text: &'static str) -> Self {
        self.help = text;
        self
    }

    /// The field, which browsers know by a name.
    #[must_use]
    pub fn autofill(mut self, name: &'static str) -> Self {
        self.autofill = name;
        self
    }

    /// The field, which is written and never shown.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.is_write_only = true;
        self
    }
}

/// Messages of the framework.
pub mod messages {
    /// Of a field that is missing.
    pub const REQUIRED: &str = "This field is required.";
    /// Of a null that is no value.
    pub const NULL: &str = "This field may not be null.";
    /// Of a `""` that is no value.
    pub const BLANK: &str = "This field may not be blank.";
    /// Of anything but text.
    pub const NOT_TEXT: &str = "Not a valid string.";
    /// Of text that is no instant.
    pub const NOT_AN_INSTANT: &str = "Datetime has wrong format. Use one of these formats instead: \
        YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    /// Of anything but a file.
    pub const NOT_A_FILE: &str =
        "The submitted data was not a file. Check the encoding type on the form.";
}
