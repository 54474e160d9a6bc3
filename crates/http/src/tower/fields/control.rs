//! Fields as pages offer them to be filled in (contract `tower.md`, section 12, item 7).

use profiled_rest::fields::{Field, Kind};

use super::{BodyField, Direction, FieldKind, ObjectSchema, PASSWORD};

impl ObjectSchema {
    /// The fields that clients send, but for those that the path says already.
    pub(in crate::tower) fn controls(&self, but: &[&str]) -> Vec<Field> {
        let sent = self.written().filter(|field| !but.contains(&field.name));
        sent.map(BodyField::control).collect()
    }
}

impl BodyField {
    fn control(&self) -> Field {
        let kind = match self.kind {
            _ if self.name == PASSWORD.name => Kind::Password,
            FieldKind::Integer | FieldKind::Other => Kind::Integer,
            FieldKind::Email => Kind::Email,
            FieldKind::Boolean => Kind::Boolean,
            FieldKind::Instant => Kind::DateTime,
            FieldKind::Text | FieldKind::Choice | FieldKind::Object => Kind::Text,
        };
        let help = match self.kind {
            FieldKind::Other => "Database ID",
            _ => self.help.unwrap_or_default(),
        };
        let mut field = Field::written(self.name, self.label.unwrap_or(self.name), kind).help(help);
        field.max_length = self.max_length;
        field.is_required = self.is_required;
        if self.direction == Direction::WriteOnly {
            field.write_only()
        } else {
            field
        }
    }
}
