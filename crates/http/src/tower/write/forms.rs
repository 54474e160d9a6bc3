//! The forms of pages (contract `tower.md`, section 12, items 3 and 7).

use profiled_auth::Scheme;
use profiled_rest::error::ApiError;
use profiled_rest::fields::{Field, Kind};
use profiled_rest::{PageForms, RequestContext};

use crate::tower::fields::ObjectSchema;
use crate::tower::kind::ObjectKind;
use crate::tower::object::load;

/// Creates an object, where the caller is offered that.
pub(in crate::tower) fn create(
    context: &RequestContext<'_>,
    schema: &'static ObjectSchema,
    is_offered: bool,
) -> PageForms {
    let forms = PageForms::default();
    if !is_offered {
        return forms;
    }
    let forms = forms.form(&["POST"], &schema.controls(&[]), &schema.blank());
    // Those of other credentials are recorded without (contract `tower.md`, section 12, item 7).
    match context.identity {
        Some(identity) if identity.scheme == Scheme::Session => forms,
        _ => forms.without_raw_passwords(),
    }
}

/// Changes an object but for these fields, and deletes it.
pub(super) fn change<K: ObjectKind>(
    context: &RequestContext<'_>,
    object: &K,
    but: &[&str],
    may_delete: bool,
) -> PageForms {
    let buttons: &[_] = if may_delete { &["DELETE"] } else { &[] };
    let body = object.body(context.mount);
    PageForms::buttons(buttons).form(&["PATCH", "PUT"], &K::SCHEMA.controls(but), &body)
}

/// Names an object that is there, to be added to a list or, if `removal` says how that is called, removed from it.
pub(super) fn membership(
    forms: PageForms,
    title: &'static str,
    removal: Option<&'static [(&'static str, &'static str)]>,
) -> PageForms {
    let id = Field::written("id", "ID", Kind::Integer);
    let mut fields = vec![id.required().help("Database ID of an object that is there")];
    fields.extend(removal.map(|choices| {
        let remove = Field::written("disassociate", "Remove", Kind::Choice(choices));
        remove.help("Blank adds it")
    }));
    forms.titled_form(title, &["POST"], &fields)
}

/// The same for a kind whose objects are deleted by those who may change them.
pub(super) async fn change_or_delete<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<PageForms, ApiError> {
    let loaded = load::<K>(context, id).await?;
    Ok(if loaded.may_change {
        change::<K>(context, &loaded.object, &[], true)
    } else {
        PageForms::default()
    })
}
