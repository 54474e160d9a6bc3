//! Writes of organizations (contract `tower.md`, section 8.2).

use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::{
    NewOrganization, Organization, OrganizationChange, Repository, RepositoryError, Right,
    UniqueKey, WriteContext,
};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::{PageForms, RequestContext, ViewResponse};

use super::named::NamedForm;
use super::{created, forms, mode};
use crate::tower::body::OrganizationBody;
use crate::tower::caller::Caller;
use crate::tower::fields::{Mode, NAME, object};
use crate::tower::kind::WritableKind;
use crate::tower::object::load_changeable;

impl WritableKind for Organization {
    async fn permit_create(context: &RequestContext<'_>) -> Result<(), ApiError> {
        if Self::may_create(context).await? {
            Ok(())
        } else {
            Err(ApiError::PermissionDenied)
        }
    }

    async fn may_create(context: &RequestContext<'_>) -> Result<bool, ApiError> {
        Ok(Caller::of(context)?.is_superuser)
    }

    async fn create(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let form = read(context, Mode::Create).await?;
        let new = NewOrganization {
            name: form.name().unwrap_or_default().to_owned(),
            description: form.description.unwrap_or_default(),
        };
        let caller = Caller::of(context)?;
        let record = context.record(Action::OrganizationCreate);
        let create = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let created = repository.create_organization(&new, by);
            record.log_created(created, |record, made| {
                record.on(Object::Organization(made.id))
            })
        };
        let rights = vec![Right::superuser(caller.id)];
        let organization = context.write(rights, create).await?.map_err(to_error)?;
        let path = format_args!("organizations/{}/", organization.id);
        created(context, &body(&organization, context), path)
    }

    async fn update(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError> {
        let loaded = load_changeable::<Self>(context, id).await?;
        let form = read(context, mode(context)).await?;
        let change = OrganizationChange {
            name: form.name().map(str::to_owned),
            description: form.description,
        };
        let id = loaded.object.id;
        let record = context.record(Action::OrganizationUpdate);
        let record = record.on(Object::Organization(id)).fields(change.fields());
        let write = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let updated = repository.update_organization(id, &change, by);
            record.log(updated, AuditOutcome::of_found)
        };
        let organization = context.write(vec![loaded.right], write).await?;
        let organization = organization.map_err(to_error)?;
        let organization = organization.ok_or(ApiError::NotFound)?;
        Ok(context.ok(&body(&organization, context)))
    }

    async fn delete(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError> {
        let loaded = load_changeable::<Self>(context, id).await?;
        let id = loaded.object.id;
        let record = context.record(Action::OrganizationDelete);
        let record = record.on(Object::Organization(id));
        let delete = move |repository: &dyn Repository, by: WriteContext<'_>| {
            let deleted = repository.delete_organization(id, by);
            record.log(deleted, AuditOutcome::of_object)
        };
        if context.write(vec![loaded.right], delete).await?? {
            Ok(ViewResponse::no_content())
        } else {
            Err(ApiError::NotFound)
        }
    }

    async fn forms(context: &RequestContext<'_>, id: i64) -> Result<PageForms, ApiError> {
        forms::change_or_delete::<Self>(context, id).await
    }
}

fn body<'a>(
    organization: &'a Organization,
    context: &'a RequestContext<'_>,
) -> OrganizationBody<'a> {
    OrganizationBody::new(organization, context.mount)
}

/// The body after all phases but for the uniqueness of the name, which the write checks.
async fn read(context: &RequestContext<'_>, mode: Mode) -> Result<NamedForm, ApiError> {
    let body = object(context.data().await?)?;
    let mut errors = FieldErrors::default();
    let form = NamedForm::read(&body, mode, &mut errors);
    std::mem::take(&mut errors).into_result()?;
    form.check(&mut errors);
    errors.into_result()?;
    Ok(form)
}

fn to_error(error: RepositoryError) -> ApiError {
    match error {
        RepositoryError::Conflict(UniqueKey::OrganizationName) => {
            let message = "Organization with this Name already exists.";
            ApiError::Invalid(FieldErrors::of(NAME.name, message))
        }
        other => other.into(),
    }
}
