//! Lists of objects: all that there are, or those that belong to another one.

use std::marker::PhantomData;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::{
    Condition, Membership, Model, OrderBy, OrganizationId, Repository, RepositoryError, Selection,
};

use crate::failure::ApiError;
use crate::page::Controls;
use crate::tower::caller::Caller;
use crate::tower::kind::ObjectKind;
use crate::tower::mount::Mount;
use crate::tower::paging::{Envelope, requested_page};
use crate::tower::write::forms;
use crate::tower::{filter, options, order, parent, write};
use crate::view::{Answer, Exchange, Spec, View};

/// A list.
pub(super) struct ObjectList<R> {
    spec: Spec,
    owner: Option<Owner>,
    post: Option<Post>,
    kind: PhantomData<R>,
}

/// What a list belongs to: a model, and which objects are on the list of one of its objects.
pub(super) type Owner = (Model, fn(i64) -> Condition);

/// What POST to a list does.
pub(super) enum Post {
    CreateUser,
    CreateOrganization,
    CreateTeam,
    /// Adds a user to the object that the list belongs to, or removes one.
    Member(fn(i64) -> Membership),
    /// Does the same with teams of an organization.
    TeamOf,
}

impl<R: ObjectKind> ObjectList<R> {
    /// Reads; `description` is for people.
    pub(super) fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            spec: Spec {
                name,
                description,
                allow: "GET, HEAD, OPTIONS",
                ..Spec::VIEW
            },
            owner: None,
            post: None,
            kind: PhantomData,
        }
    }

    /// Has only what belongs to the object that the path names.
    pub(super) fn of(mut self, model: Model, contents: fn(i64) -> Condition) -> Self {
        self.owner = Some((model, contents));
        self
    }

    /// Takes POST, too.
    pub(super) fn with(mut self, post: Post) -> Self {
        self.spec.allow = "GET, POST, HEAD, OPTIONS";
        self.post = Some(post);
        self
    }

    async fn read(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let asked = filter::condition(R::MODEL, exchange.query)?;
        let order = order::requested(R::MODEL, exchange.query)?;
        let page = requested_page(exchange)?;
        let caller = Caller::of(exchange)?;
        let id = exchange.parameters.id(0);
        let contents = self.owner.map(|(_, contents)| contents(id));
        let work = move |repository: &dyn Repository| {
            let keys = order.as_deref().unwrap_or_default();
            let viewer = caller.viewer_of_query(repository, R::MODEL, &asked, keys)?;
            let seen_order = |keys: Vec<OrderBy>| {
                let keys = keys.into_iter().map(|key| viewer.seen_order(key));
                keys.collect()
            };
            let conditions = [viewer.may_read(R::MODEL), viewer.seen(asked)];
            let selection = Selection {
                condition: filter::all(contents.into_iter().chain(conditions).collect()),
                order: order.map_or_else(|| order::default_order(R::MODEL), seen_order),
                page,
            };
            R::select(repository, &selection)
        };
        let found: Result<_, RepositoryError> = exchange.state.blocking(work).await?;
        let found = found?;
        let mount = Mount::of(exchange.path);
        let bodies = found.items.iter().map(|object| R::body(object, mount));
        let envelope = Envelope::new(exchange, page, found.total, bodies.collect())?;
        Ok(exchange.ok(&envelope))
    }

    async fn post(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let id = exchange.parameters.id(0);
        match self.post {
            Some(Post::CreateUser) => write::users::create(exchange).await,
            Some(Post::CreateOrganization) => write::organizations::create(exchange).await,
            Some(Post::CreateTeam) => write::teams::create(exchange).await,
            Some(Post::Member(of)) => write::membership::post(exchange, of(id)).await,
            Some(Post::TeamOf) => write::membership::post_team(exchange, OrganizationId(id)).await,
            None => exchange.unknown_method(),
        }
    }

    /// What POST takes is told on a membership list to everybody, elsewhere to some.
    async fn describe(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        let shows_post = match self.post {
            None => false,
            Some(Post::Member(_) | Post::TeamOf) => true,
            Some(Post::CreateUser | Post::CreateOrganization | Post::CreateTeam) => {
                write::may_create(exchange, R::MODEL).await?
            }
        };
        let document = options::list(&self.spec, exchange, R::SCHEMA, shows_post);
        Ok(exchange.ok(&document))
    }

    /// Whether the caller may use the list: of an object, if it may read that; to create, what the model
    /// says.
    async fn may_use(&self, exchange: &Exchange<'_>) -> Result<(), ApiError> {
        if let Some((model, _)) = self.owner {
            return parent::permit(exchange, model, exchange.parameters.id(0)).await;
        }
        match self.post {
            _ if *exchange.method != Method::POST => Ok(()),
            Some(Post::CreateUser) => write::users::permit_create(exchange).await,
            Some(Post::CreateOrganization) => write::organizations::permit_create(exchange),
            Some(Post::CreateTeam) => write::teams::permit_create(exchange).await,
            Some(Post::Member(_) | Post::TeamOf) | None => Ok(()),
        }
    }
}

impl<R: ObjectKind> View for ObjectList<R> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn permit<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        self.may_use(exchange).boxed_local()
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        match *exchange.method {
            Method::GET => self.read(exchange).boxed_local(),
            Method::POST => self.post(exchange).boxed_local(),
            _ => self.describe(exchange).boxed_local(),
        }
    }

    fn controls<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Controls, ApiError>> {
        let id = exchange.parameters.id(0);
        match self.post {
            None => future::ready(Ok(Controls::default())).boxed_local(),
            Some(Post::Member(of)) => forms::of_members(exchange, of(id)).boxed_local(),
            Some(Post::TeamOf) => forms::of_teams(exchange, OrganizationId(id)).boxed_local(),
            Some(Post::CreateUser | Post::CreateOrganization | Post::CreateTeam) => {
                forms::of_list::<R>(exchange).boxed_local()
            }
        }
    }
}
