//! Lists of objects: all that there are, or those that belong to another one.

use std::marker::PhantomData;

use actix_web::http::{Method, StatusCode};
use profiled_domain::{Condition, OrderBy, Relation, Repository, RepositoryError, Selection};
use profiled_rest::error::ApiError;
use profiled_rest::{Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse};

use crate::tower::caller::Caller;
use crate::tower::kind::{ObjectKind, WritableKind};
use crate::tower::paging::{Envelope, list_parameters, requested_page};
use crate::tower::write::forms;
use crate::tower::{filter, options, order, parent};

/// A list of objects of a kind, with what POST does.
pub(super) struct ObjectList<K, P = NoPost> {
    spec: Spec,
    /// Relations that lead to the object that the path names, which the list belongs to; none for a list of all.
    parent: &'static [Relation],
    post: P,
    kind: PhantomData<K>,
}

/// What POST to a list of objects of a kind does.
pub(super) trait ListPost<K>: Send + Sync + 'static {
    const IS_TAKEN: bool = true;

    /// Whether the caller may use POST on a list without parent: checked before negotiation (contract `tower.md`,
    /// section 1.5).
    async fn permit(&self, _context: &RequestContext<'_>) -> Result<(), ApiError> {
        Ok(())
    }

    /// What it takes and answers.
    fn operation(&self) -> Option<Operation>;

    /// Whether the OPTIONS document shows the caller what POST takes.
    async fn is_described(&self, _context: &RequestContext<'_>) -> Result<bool, ApiError> {
        Ok(true)
    }

    async fn answer(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError>;

    /// What the page of the list lets the caller do.
    async fn forms(&self, context: &RequestContext<'_>) -> Result<PageForms, ApiError>;
}

/// The list takes no POST.
pub(super) struct NoPost;

/// POST creates an object.
pub(super) struct Create;

impl<K: ObjectKind> ObjectList<K> {
    /// A list that is only read; `description` is for people.
    pub(super) fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            spec: Spec {
                name,
                description,
                ..Spec::VIEW
            },
            parent: &[],
            post: NoPost,
            kind: PhantomData,
        }
    }

    /// The list of the objects that one of the relations leads from to the object that the path names.
    pub(super) fn related(self, parent: &'static [Relation]) -> Self {
        Self { parent, ..self }
    }

    /// The list, which takes POST.
    pub(super) fn with<P: ListPost<K>>(self, post: P) -> ObjectList<K, P> {
        ObjectList {
            spec: Spec { ..self.spec },
            parent: self.parent,
            post,
            kind: PhantomData,
        }
    }
}

impl<K: ObjectKind, P: ListPost<K>> ObjectList<K, P> {
    async fn read(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let condition = filter::condition(K::MODEL, context.query)?;
        let order = order::requested(K::MODEL, context.query)?;
        let page = requested_page(context)?;
        let caller = Caller::of(context)?;
        let contents = self.contents(context.parameters.id(0));
        let work = move |repository: &dyn Repository| {
            let keys = order.as_deref().unwrap_or_default();
            let viewer = caller.viewer_of_query(repository, K::MODEL, &condition, keys)?;
            let order_within_readable = |keys: Vec<OrderBy>| {
                let keys = keys
                    .into_iter()
                    .map(|key| viewer.order_within_readable(key));
                keys.collect()
            };
            let conditions = vec![
                contents,
                viewer.may_read(K::MODEL),
                viewer.within_readable(condition),
            ];
            let selection = Selection {
                condition: filter::all(conditions),
                order: order.map_or_else(|| order::default_order(K::MODEL), order_within_readable),
                page,
            };
            K::select(repository, &selection)
        };
        let selected: Result<_, RepositoryError> = context.list(work).await?;
        let selected = selected?;
        let items = selected.items.iter();
        let bodies = items.map(|object| object.body(context.mount)).collect();
        let envelope = Envelope::new(context, page, selected.total, bodies)?;
        Ok(context.ok(&envelope))
    }

    fn operations(&self) -> Vec<Operation> {
        let list = Operation::new(Method::GET).reads(list_parameters());
        let list = list.answers_page::<Envelope<K::Body<'_>>, K::Body<'_>>();
        let list = list.describes::<K::Body<'_>, _>(K::SCHEMA.shown());
        let post = self.post.operation();
        let all = [Some(list), post, Some(options::object_operation())];
        let all = all.into_iter().flatten();
        all.map(|one| one.refuses(StatusCode::FORBIDDEN)).collect()
    }

    async fn post(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        self.post.answer(context).await
    }

    async fn forms(&self, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
        // Who may not add anything may search all the same.
        let offered = self.post.forms(context).await.unwrap_or_default();
        Ok(offered.filtered_by(K::FILTERS))
    }

    /// What is on the list of an object.
    fn contents(&self, id: i64) -> Condition {
        match self.parent {
            [] => Condition::everything(),
            relations => {
                let related = relations.iter().map(|one| Condition::related_to(*one, id));
                filter::any(related.collect())
            }
        }
    }

    async fn describe(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let shows_post = self.post.is_described(context).await?;
        let document = options::list(&self.spec, context, K::SCHEMA, shows_post);
        Ok(context.ok(&document))
    }

    /// Whether the caller may use the list: of an object, if it may read that.
    async fn may_use(&self, context: &RequestContext<'_>) -> Result<(), ApiError> {
        match self.parent.first() {
            Some(relation) => {
                parent::permit(context, relation.target(), context.parameters.id(0)).await
            }
            None if *context.method == Method::POST => self.post.permit(context).await,
            None => Ok(()),
        }
    }
}

impl<K: ObjectKind, P: ListPost<K>> From<ObjectList<K, P>> for Box<dyn View> {
    fn from(list: ObjectList<K, P>) -> Self {
        type L<K, P> = ObjectList<K, P>;
        let view = Resource::new(list.spec, list).permit(L::<K, P>::may_use);
        let view = view.get(L::<K, P>::read).options(L::<K, P>::describe);
        let view = view.forms(L::<K, P>::forms);
        let view = view.operations(L::<K, P>::operations);
        if P::IS_TAKEN {
            view.post(L::<K, P>::post).into()
        } else {
            view.into()
        }
    }
}

impl<K: ObjectKind> ListPost<K> for NoPost {
    const IS_TAKEN: bool = false;

    fn operation(&self) -> Option<Operation> {
        None
    }

    async fn is_described(&self, _context: &RequestContext<'_>) -> Result<bool, ApiError> {
        Ok(false)
    }

    async fn answer(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        Err(ApiError::MethodNotAllowed(context.method.to_string()))
    }

    async fn forms(&self, _context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
        Ok(PageForms::default())
    }
}

impl<K: WritableKind> ListPost<K> for Create {
    fn operation(&self) -> Option<Operation> {
        let create = Operation::new(Method::POST).takes(K::SCHEMA.written());
        let create = create.answers::<K::Body<'_>>(StatusCode::CREATED);
        Some(create.with_header("Location", "The object."))
    }

    async fn permit(&self, context: &RequestContext<'_>) -> Result<(), ApiError> {
        K::permit_create(context).await
    }

    async fn is_described(&self, context: &RequestContext<'_>) -> Result<bool, ApiError> {
        K::may_create(context).await
    }

    async fn answer(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        K::create(context).await
    }

    async fn forms(&self, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
        Ok(forms::create(
            context,
            K::SCHEMA,
            K::may_create(context).await?,
        ))
    }
}
