//! Single objects.

use std::marker::PhantomData;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::{
    Condition, Model, NumberedPage, PageNumber, Repository, RepositoryError, Right, Selection,
};
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext, Spec, View, ViewResponse};

use crate::tower::kind::ObjectKind;
use crate::tower::mount::Mount;
use crate::tower::viewer::Caller;
use crate::tower::write::forms;
use crate::tower::{filter, options, order, write};

/// An object that a path names, and what the caller may do with it.
pub(super) struct Found<T> {
    pub(super) object: T,
    pub(super) caller: Caller,
    pub(super) may_read: bool,
    /// See [`profiled_domain::Viewer::may_change`].
    pub(super) may_change: bool,
    /// The same, for a write.
    pub(super) right: Right,
}

/// Looks up an object. Whether the caller may read it comes next, and only then [`check_selected`]
/// (contract `tower.md`, section 1.5, step 7).
///
/// # Errors
/// 404 without such an object.
pub(super) async fn find<R: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<Found<R::Object>, ApiError> {
    let caller = Caller::of(context)?;
    let selection = Selection {
        condition: Condition::has_id(id),
        order: Vec::new(),
        page: NumberedPage {
            number: PageNumber::At(1),
            size: 1,
        },
    };
    let work = move |repository: &dyn Repository| {
        let page = R::select(repository, &selection)?;
        let Some(object) = page.items.into_iter().next() else {
            return Ok(None);
        };
        let viewer = caller.member(repository, R::MODEL)?;
        let rights = [viewer.may_read(R::MODEL), viewer.may_change(R::MODEL)];
        let [may_read, may_change] = decide(repository, R::MODEL, id, &rights)?;
        Ok(Some(Found {
            object,
            caller,
            may_read,
            may_change,
            right: viewer.right_to_change(R::MODEL, id),
        }))
    };
    let found: Result<_, RepositoryError> = context.services.blocking(work).await?;
    found?.ok_or(ApiError::NotFound)
}

/// Whether the query selects an object that the caller may read: what is told of one that it may not read would
/// tell its values (`decisions.md` 24). An order is only checked.
///
/// # Errors
/// 400 and 403 for what is wrong with the query, 404 for another object than it selects.
pub(super) async fn check_selected<R: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<(), ApiError> {
    let asked = filter::condition(R::MODEL, context.query)?;
    order::asked(R::MODEL, context.query)?;
    if asked == Condition::everything() {
        return Ok(());
    }
    let caller = Caller::of(context)?;
    let work = move |repository: &dyn Repository| {
        let viewer = caller.reader(repository, R::MODEL, &asked, &[])?;
        repository.holds(R::MODEL, id, &[viewer.seen(asked)])
    };
    if context.services.blocking(work).await?? == [true] {
        Ok(())
    } else {
        Err(ApiError::NotFound)
    }
}

/// Which of two rights there are. Some need no look at the object.
fn decide(
    repository: &dyn Repository,
    model: Model,
    id: i64,
    rights: &[Condition; 2],
) -> Result<[bool; 2], RepositoryError> {
    let known = |right: &Condition| *right == Condition::everything();
    let is_open = |right: &Condition| !known(right) && *right != Condition::nothing();
    if !rights.iter().any(is_open) {
        return Ok(rights.each_ref().map(known));
    }
    let held = repository.holds(model, id, rights)?;
    let mut held = held.into_iter();
    Ok([(); 2].map(|()| held.next().unwrap_or_default()))
}

impl<T> Found<T> {
    /// # Errors
    /// 403 if the caller may not read it.
    fn readable(self) -> Result<T, ApiError> {
        if self.may_read {
            Ok(self.object)
        } else {
            Err(ApiError::PermissionDenied)
        }
    }
}

/// The view.
pub(super) struct Detail<R> {
    spec: Spec,
    kind: PhantomData<R>,
}

impl<R: ObjectKind> Detail<R> {
    pub(super) fn new(name: &'static str, description: &'static str) -> Self {
        let allow = match R::MODEL {
            Model::ActivityEvent => "GET, HEAD, OPTIONS",
            _ => "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
        };
        Self {
            spec: Spec {
                name,
                description,
                allow,
                ..Spec::VIEW
            },
            kind: PhantomData,
        }
    }

    async fn respond(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let id = context.parameters.id(0);
        match (context.method, R::MODEL) {
            (&Method::GET, _) => {
                let object = find::<R>(context, id).await?.readable()?;
                check_selected::<R>(context, id).await?;
                Ok(context.ok(&R::body(&object, Mount::of(context.path))))
            }
            (&Method::OPTIONS, _) => {
                find::<R>(context, id).await?.readable()?;
                Ok(context.ok(&options::detail(&self.spec, context, R::FIELDS)))
            }
            (_, Model::ActivityEvent) => context.unknown_method(),
            _ => self.change(context, id).await,
        }
    }

    /// PUT, PATCH and DELETE.
    async fn change(
        &self,
        context: &RequestContext<'_>,
        id: i64,
    ) -> Result<ViewResponse, ApiError> {
        match (context.method, R::MODEL) {
            (&Method::DELETE, Model::User) => write::users::delete(context, id).await,
            (&Method::DELETE, Model::Organization) => {
                write::organizations::delete(context, id).await
            }
            (&Method::DELETE, Model::Team) => write::teams::delete(context, id).await,
            (_, Model::User) => write::users::update(context, id).await,
            (_, Model::Organization) => write::organizations::update(context, id).await,
            (_, Model::Team) => write::teams::update(context, id).await,
            (_, Model::ActivityEvent) => context.unknown_method(),
        }
    }
}

impl<R: ObjectKind> View for Detail<R> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        self.respond(context).boxed_local()
    }

    fn forms<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        let id = context.parameters.id(0);
        match R::MODEL {
            Model::User => forms::of_user(context, id).boxed_local(),
            Model::Organization | Model::Team => forms::of_named::<R>(context, id).boxed_local(),
            Model::ActivityEvent => future::ready(Ok(PageForms::default())).boxed_local(),
        }
    }
}
