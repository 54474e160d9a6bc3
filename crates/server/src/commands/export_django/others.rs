//! The records of groups and of refused refresh tokens.

use profiled_domain::Group;
use profiled_store::RefusedRefreshToken;

use super::fields::{Fields, Instants, key, none, text};
use super::records::Records;
use crate::dump::{FieldValue, OutputKey, OutputRecord};

impl<'t> Records<'t> {
    /// The record of a group, and that of the model that holds its notes. The error says why Django cannot load it.
    pub(super) fn group<'r>(&mut self, group: &'r Group) -> Result<Vec<OutputRecord<'r>>, String>
    where
        't: 'r,
    {
        let target = self.target;
        let notes = group.notes.as_deref();
        let put_notes = |fields: &mut Fields<'r>| {
            let model = fields.model;
            model.notes.as_deref().is_some_and(|field| {
                fields.put(field, || {
                    notes
                        .map(text)
                        .or(none(model, field))
                        .unwrap_or(FieldValue::Null)
                })
            })
        };
        let mut fields = Fields::of(&target.groups);
        fields.put("name", || text(&group.name));
        let mut is_written = put_notes(&mut fields);
        for (name, at) in [
            ("created_at", group.created_at),
            ("updated_at", group.updated_at),
        ] {
            let at = self.instants.field(at)?;
            fields.put(name, || at);
        }
        let pk = key(&target.groups, group.id.0, None);
        let mut records = vec![fields.record(pk.clone())];
        let child = target.group_notes.as_ref();
        if let Some(child) = child.filter(|child| child.is_complete || notes.is_some()) {
            let mut fields = Fields::of(child);
            is_written |= put_notes(&mut fields);
            records.push(fields.record(pk));
        }
        if !is_written && notes.is_some_and(|notes| !notes.is_empty()) {
            self.report.lose("notes of groups");
        }
        Ok(records)
    }
}

/// The records of a refused refresh token, both with the same primary key.
pub(super) fn refresh_token(
    token: &RefusedRefreshToken,
    pk: i64,
    instants: Instants,
) -> Result<[OutputRecord<'_>; 2], String> {
    const OUTSTANDING: &str = "token_blacklist.outstandingtoken";
    const BLACKLISTED: &str = "token_blacklist.blacklistedtoken";
    let outstanding = vec![
        ("user", FieldValue::Null),
        ("jti", text(&token.jti)),
        ("token", text("")),
        ("created_at", FieldValue::Null),
        ("expires_at", instants.field(token.expires_at)?),
    ];
    let (model, key) = (OUTSTANDING, Some(OutputKey::Number(pk)));
    let blacklisted = vec![
        ("token", FieldValue::One { model, key }),
        ("blacklisted_at", instants.field(token.refused_at)?),
    ];
    let record = |model, fields| OutputRecord {
        model,
        pk: OutputKey::Number(pk),
        fields,
    };
    Ok([
        record(OUTSTANDING, outstanding),
        record(BLACKLISTED, blacklisted),
    ])
}
