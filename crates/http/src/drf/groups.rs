//! `/api/groups/` and `/api/groups/{id}/`: groups, for staff and admins. A group gives its members no right
//! here.

use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::{Group, GroupId, NewGroup, Patch, Repository, WriteContext};
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{
    Access, Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse, metadata,
};

use crate::drf::body::GroupBody;
use crate::drf::group_change::{read, written};
use crate::drf::list::{Envelope, Paging};

const LIST: Spec = Spec {
    name: "Group List",
    access: Access::StaffOrSuperuser,
    ..Spec::VIEW
};

const DETAIL: Spec = Spec {
    name: "Group Detail",
    ..LIST
};

pub(super) const NO_GROUP: ApiError = ApiError::NoSuchObject("No Group matches the given query.");

/// All groups.
pub(super) fn list(paging: Paging, fields: Vec<Field>) -> Box<dyn View> {
    let view = Resource::new(LIST, GroupList { paging, fields });
    let view = view.get(GroupList::list).post(GroupList::create);
    let view = view.fields("POST", |groups| &groups.fields);
    Box::new(view.operations(|groups| {
        let list =
            Operation::new(Method::GET).answers_page::<Envelope<GroupBody<'_>>, GroupBody<'_>>();
        let create = Operation::new(Method::POST).takes(&groups.fields);
        let create = create.answers::<GroupBody<'_>>(StatusCode::CREATED);
        vec![list.reads(Paging::parameters()), create]
    }))
}

struct GroupList {
    paging: Paging,
    fields: Vec<Field>,
}

impl GroupList {
    async fn list(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let page = self.paging.requested(context.query)?;
        let found = context.list(move |r| r.list_groups(page)).await??;
        let bodies = found.items.iter().map(GroupBody::new).collect();
        let envelope = Envelope::new(context, page, found.total, bodies)?;
        Ok(context.ok(&envelope))
    }

    async fn create(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let change = read(context, &self.fields, None, false).await?;
        let group = NewGroup {
            // Required: without one nothing would have been read.
            name: change.name.unwrap_or_default(),
            notes: match change.notes {
                Patch::Set(notes) => Some(notes),
                Patch::Keep | Patch::Clear => None,
            },
        };
        let record = context.record(Action::GroupCreate);
        let create = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let created = repository.create_group(&group, by);
            record.log_created(created, |record, group| record.on(Object::Group(group.id)))
        };
        let created = context.write(context.staff_or_admin()?, create);
        let group = written(created.await?)?;
        Ok(context.answer(StatusCode::CREATED, &GroupBody::new(&group)))
    }
}

/// One group.
pub(super) fn detail(fields: Vec<Field>) -> Box<dyn View> {
    let view = Resource::new(DETAIL, GroupDetail { fields }).get(GroupDetail::retrieve);
    let view = view.put(GroupDetail::replace).patch(GroupDetail::change);
    let view = view.delete(GroupDetail::delete);
    let view = view.options(GroupDetail::describe);
    let view = view.forms(GroupDetail::forms);
    Box::new(view.operations(|group| {
        let answers = |method| Operation::new(method).answers::<GroupBody<'_>>(StatusCode::OK);
        let change = |method| answers(method).takes(&group.fields);
        vec![
            answers(Method::GET).describes::<GroupBody<'_>, _>(&group.fields),
            change(Method::PUT),
            change(Method::PATCH),
            Operation::new(Method::DELETE).answers_nothing(StatusCode::NO_CONTENT),
        ]
    }))
}

struct GroupDetail {
    fields: Vec<Field>,
}

impl GroupDetail {
    async fn retrieve(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        Ok(context.ok(&GroupBody::new(&existing(context).await?)))
    }

    async fn replace(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        self.update(context, false).await
    }

    async fn change(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        self.update(context, true).await
    }

    async fn delete(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let id = GroupId(context.parameters.id(0));
        let record = context.record(Action::GroupDelete).on(Object::Group(id));
        let deleted = context.write(context.staff_or_admin()?, move |r, by| {
            record.log(r.delete_group(id, by), AuditOutcome::of_object)
        });
        let is_gone = deleted.await??;
        is_gone.then(ViewResponse::no_content).ok_or(NO_GROUP)
    }

    /// As in the framework: what cannot be written has no fields to describe.
    async fn describe(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let found = find(context).await?;
        let writes = found.map(|_| ("PUT", self.fields.as_slice()));
        Ok(context.ok(&metadata(&DETAIL, context, writes)))
    }

    async fn forms(&self, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
        let group = existing(context).await?;
        let forms = PageForms::buttons(&["DELETE"]);
        Ok(forms.form(&["PATCH", "PUT"], &self.fields, &GroupBody::new(&group)))
    }

    async fn update(
        &self,
        context: &RequestContext<'_>,
        is_partial: bool,
    ) -> Result<ViewResponse, ApiError> {
        let id = existing(context).await?.id;
        let change = read(context, &self.fields, Some(id), is_partial).await?;
        let record = context.record(Action::GroupUpdate);
        let record = record.on(Object::Group(id)).fields(change.fields());
        let updated = context.write(context.staff_or_admin()?, move |r, by| {
            record.log(r.update_group(id, &change, by), AuditOutcome::of_found)
        });
        let group = written(updated.await?)?.ok_or(NO_GROUP)?;
        Ok(context.ok(&GroupBody::new(&group)))
    }
}

async fn existing(context: &RequestContext<'_>) -> Result<Group, ApiError> {
    find(context).await?.ok_or(NO_GROUP)
}

/// The group that the path names.
async fn find(context: &RequestContext<'_>) -> Result<Option<Group>, ApiError> {
    let id = GroupId(context.parameters.id(0));
    let found = context.services.lanes.read(move |r| r.find_group_by_id(id));
    Ok(found.await??)
}
