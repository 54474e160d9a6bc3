//! Loading one object that a path names, with the caller's rights to it.

use profiled_domain::{
    Condition, Model, NumberedPage, PageNumber, Repository, RepositoryError, Right, Selection,
};
use profiled_rest::RequestContext;
use profiled_rest::error::ApiError;

use crate::tower::caller::Caller;
use crate::tower::kind::ObjectKind;
use crate::tower::{filter, order};

/// An object that a path names, and what the caller may do with it.
pub(super) struct LoadedObject<T> {
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
pub(super) async fn load<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<LoadedObject<K>, ApiError> {
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
        let page = K::select(repository, &selection)?;
        let Some(object) = page.items.into_iter().next() else {
            return Ok(None);
        };
        let viewer = caller.viewer_of_model(repository, K::MODEL)?;
        let rights = [viewer.may_read(K::MODEL), viewer.may_change(K::MODEL)];
        let [may_read, may_change] = decide(repository, K::MODEL, id, &rights)?;
        Ok(Some(LoadedObject {
            object,
            caller,
            may_read,
            may_change,
            right: viewer.right_to_change(K::MODEL, id),
        }))
    };
    let loaded: Result<_, RepositoryError> = context.services.lanes.read(work).await?;
    loaded?.ok_or(ApiError::NotFound)
}

/// Looks up an object to show.
///
/// # Errors
/// 404 without such an object, 403 if the caller may not read it.
pub(super) async fn load_readable<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<K, ApiError> {
    let loaded = load::<K>(context, id).await?;
    if loaded.may_read {
        Ok(loaded.object)
    } else {
        Err(ApiError::PermissionDenied)
    }
}

/// Looks up an object to change or delete.
///
/// # Errors
/// As [`load`] and [`check_selected`]; 403 if the caller may not change it.
pub(super) async fn load_changeable<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<LoadedObject<K>, ApiError> {
    let loaded = load::<K>(context, id).await?;
    if !loaded.may_change {
        return Err(ApiError::PermissionDenied);
    }
    check_selected::<K>(context, id).await?;
    Ok(loaded)
}

/// Whether the query selects an object that the caller may read: an answer about one that it may not read would
/// reveal its values (`decisions.md` 24). An order is only checked.
///
/// # Errors
/// 400 and 403 for what is wrong with the query, 404 for another object than it selects.
pub(super) async fn check_selected<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<(), ApiError> {
    let condition = filter::condition(K::MODEL, context.query)?;
    order::requested(K::MODEL, context.query)?;
    if condition == Condition::everything() {
        return Ok(());
    }
    let caller = Caller::of(context)?;
    let work = move |repository: &dyn Repository| {
        let viewer = caller.viewer_of_query(repository, K::MODEL, &condition, &[])?;
        repository.holds(K::MODEL, id, &[viewer.within_readable(condition)])
    };
    // What a filter costs is up to the client.
    if context.list(work).await?? == [true] {
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
