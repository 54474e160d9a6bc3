//! `/api/groups/` and `/api/groups/{id}/`: groups, for staff and admins. A group gives its members no right
//! here.

use actix_web::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_auth::audit::{Action, Object, Outcome};
use profiled_domain::{Authority, Group, GroupId, NewGroup, Patch, Repository};
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{Access, PageForms, RequestContext, Spec, View, ViewResponse};

use crate::drf::body::GroupBody;
use crate::drf::group_change::{read, written};
use crate::drf::list::{Envelope, Paging};
use crate::flows::options::metadata;

const LIST: Spec = Spec {
    name: "Group List",
    allow: "GET, POST, HEAD, OPTIONS",
    access: Access::StaffOrAdmin,
    ..Spec::VIEW
};

const DETAIL: Spec = Spec {
    name: "Group Detail",
    allow: "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
    ..LIST
};

pub(super) const NO_GROUP: ApiError = ApiError::NoSuchObject("No Group matches the given query.");

/// All groups.
pub(super) struct GroupList {
    pub(super) paging: Paging,
    pub(super) fields: Vec<Field>,
}

impl View for GroupList {
    fn spec(&self) -> &Spec {
        &LIST
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::GET => self.list(context).await,
                Method::POST => self.create(context).await,
                Method::OPTIONS => {
                    let writes = Some(("POST", self.fields.as_slice()));
                    Ok(context.ok(&metadata(&LIST, context, writes)))
                }
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }

    fn forms<'a>(
        &'a self,
        _context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        let create = PageForms::default().form(&["POST"], &self.fields, &());
        future::ready(Ok(create)).boxed_local()
    }
}

impl GroupList {
    async fn list(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let page = self.paging.asked(context.query)?;
        let found = context
            .services
            .blocking(move |r| r.list_groups(page))
            .await??;
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
        let now = context.services.now();
        let record = context.record(Action::GroupCreate);
        let create = move |repository: &dyn Repository, by: Option<&Authority>| {
            let created = repository.create_group(&group, by, now);
            record.tell_made(created, |record, group| record.on(Object::Group(group.id)))
        };
        let created = context.write(context.staff_or_admin()?, create);
        let group = written(created.await?)?;
        Ok(context.answer(StatusCode::CREATED, &GroupBody::new(&group)))
    }
}

/// One group.
pub(super) struct GroupDetail {
    pub(super) fields: Vec<Field>,
}

impl View for GroupDetail {
    fn spec(&self) -> &Spec {
        &DETAIL
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let id = GroupId(context.parameters.id(0));
        async move {
            match *context.method {
                Method::GET => {
                    let group = find(context, id).await?.ok_or(NO_GROUP)?;
                    Ok(context.ok(&GroupBody::new(&group)))
                }
                Method::PUT => self.update(context, id, false).await,
                Method::PATCH => self.update(context, id, true).await,
                Method::DELETE => {
                    let record = context.record(Action::GroupDelete).on(Object::Group(id));
                    let rights = context.staff_or_admin()?;
                    let deleted = context.write(rights, move |r, by| {
                        record.tell(r.delete_group(id, by), Outcome::of_object)
                    });
                    let is_gone = deleted.await??;
                    is_gone.then(ViewResponse::no_content).ok_or(NO_GROUP)
                }
                Method::OPTIONS => {
                    // As in the framework: what cannot be written has no fields to tell.
                    let found = find(context, id).await?;
                    let writes = found.map(|_| ("PUT", self.fields.as_slice()));
                    Ok(context.ok(&metadata(&DETAIL, context, writes)))
                }
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }

    fn forms<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        async move {
            let id = GroupId(context.parameters.id(0));
            let group = find(context, id).await?.ok_or(NO_GROUP)?;
            let forms = PageForms::buttons(&["DELETE"]);
            Ok(forms.form(&["PUT", "PATCH"], &self.fields, &GroupBody::new(&group)))
        }
        .boxed_local()
    }
}

impl GroupDetail {
    async fn update(
        &self,
        context: &RequestContext<'_>,
        id: GroupId,
        is_partial: bool,
    ) -> Result<ViewResponse, ApiError> {
        find(context, id).await?.ok_or(NO_GROUP)?;
        let change = read(context, &self.fields, Some(id), is_partial).await?;
        let now = context.services.now();
        let record = context.record(Action::GroupUpdate);
        let record = record.on(Object::Group(id)).fields(change.fields());
        let updated = context.write(context.staff_or_admin()?, move |r, by| {
            record.tell(r.update_group(id, &change, by, now), Outcome::of_found)
        });
        let group = written(updated.await?)?.ok_or(NO_GROUP)?;
        Ok(context.ok(&GroupBody::new(&group)))
    }
}

async fn find(context: &RequestContext<'_>, id: GroupId) -> Result<Option<Group>, ApiError> {
    let found = context.services.blocking(move |r| r.find_group_by_id(id));
    Ok(found.await??)
}
