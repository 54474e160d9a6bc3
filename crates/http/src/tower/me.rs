//! `/api/v1/me/`: a list of one, the caller (contract `tower.md`, section 5).

use actix_web::http::Method;
use profiled_domain::{
    Field, FieldValue, Model, ObjectGraph, ProfileDepth, Relation, Repository, User,
};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, EntityTag, Operation, RequestContext, Resource, Spec, ViewResponse};

use crate::tower::body::UserBody;
use crate::tower::caller::Caller;
use crate::tower::paging::{Envelope, list_parameters, requested_page};
use crate::tower::{fields, filter, options, order};

const SPEC: Spec = Spec {
    name: "Me",
    description: "The user who asks, as a list with one item. Parameters select, order and page it \
                  as those of any list.",
    access: Access::Authenticated,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

/// The view.
pub(super) fn view() -> Resource<()> {
    let view = Resource::new(SPEC, ()).get(list).options(describe);
    view.operations(|()| {
        let list = Operation::new(Method::GET)
            .reads(list_parameters())
            .tagged();
        let list = list.answers_page::<Envelope<UserBody<'_>>, UserBody<'_>>();
        vec![list, options::object_operation()]
    })
}

async fn describe((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    Ok(context.ok(&options::list(&SPEC, context, fields::USER, false)))
}

/// The list. The caller has been read with the credentials, so only a filter that leads to other objects
/// asks the database once more.
async fn list((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    if context.query.pairs().is_empty() {
        return show(context, true);
    }
    let user = &context.caller()?.profile.user;
    let condition = filter::condition(Model::User, context.query)?;
    order::requested(Model::User, context.query)?;
    let is_listed = if condition.has_relations() {
        let caller = Caller::of(context)?;
        let work = move |repository: &dyn Repository| {
            let seen = caller.viewer(repository)?.within_readable(condition);
            repository.holds(Model::User, caller.id.0, &[seen])
        };
        context.list(work).await?? == [true]
    } else {
        condition.holds(&SingleUser(user), Model::User, user.id.0)
    };
    show(context, is_listed)
}

fn show(context: &RequestContext<'_>, is_listed: bool) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let users = is_listed.then(|| UserBody::new(&profile.user, context.mount));
    let count = i64::from(is_listed);
    let users = users.into_iter().collect();
    let page = Envelope::new(context, requested_page(context)?, count, users)?;
    let variant = (context.query.pairs(), is_listed);
    let tag = EntityTag::new(context, profile, variant);
    Ok(context.show(&tag, || page))
}

/// A user without others.
struct SingleUser<'a>(&'a User);

impl ObjectGraph for SingleUser<'_> {
    fn value(&self, _model: Model, _id: i64, field: Field) -> Option<FieldValue> {
        let text = |text: &Option<String>| Some(FieldValue::Text(text.clone().unwrap_or_default()));
        match field {
            Field::Id => Some(FieldValue::Integer(self.0.id.0)),
            Field::Username => text(&self.0.person.username),
            Field::FirstName => text(&self.0.person.first_name),
            Field::LastName => text(&self.0.person.last_name),
            Field::Email => text(&self.0.person.email),
            Field::IsSuperuser => Some(FieldValue::Boolean(self.0.is_superuser)),
            Field::IsStaff => Some(FieldValue::Boolean(self.0.is_staff)),
            Field::DateJoined => Some(FieldValue::Instant(self.0.date_joined)),
            Field::LastLogin => self.0.last_login.map(FieldValue::Instant),
            Field::LdapDn => Some(FieldValue::Text(self.0.ldap_dn.clone())),
            _ => None,
        }
    }

    fn related(&self, _relation: Relation, _id: i64) -> Vec<i64> {
        Vec::new()
    }
}
