//! The avatar of a profile that is being changed: judged with the other fields, stored when all of them
//! are fine, and withdrawn when the change is refused after all.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::web::Bytes;
use profiled_domain::{Patch, RepositoryError, User, UserProfile};
use profiled_rest::Services;
use profiled_rest::error::{ApiError, FieldErrors, chain};
use profiled_rest::fields::Field;
use profiled_rest::wire::body::{Data, Upload};

use super::name::{self, Names};
use super::picture::{self, PictureRefusal};
use super::{EXTENSIONS, Media, StorageError};

/// Names that are tried before an upload is refused for a while.
const ATTEMPTS: usize = 10;
/// Django cuts longer names before it looks at them.
const NAME_MAX: usize = 255;

/// A picture that may be stored.
pub(crate) struct Picture {
    folder: &'static str,
    name: String,
    bytes: Bytes,
}

/// What a change does to the avatar, between the storage and the database.
pub(crate) struct Avatar {
    pub(crate) patch: Patch<String>,
}

/// The picture that a body has for a field. What is wrong with it goes to `errors`.
///
/// # Errors
/// [`ApiError::Unavailable`] when too many uploads wait already.
pub(crate) async fn read(
    media: &Media,
    field: &Field,
    data: &Data,
    errors: &mut FieldErrors,
) -> Result<Patch<Picture>, ApiError> {
    let upload = match field.file(data, errors) {
        Patch::Keep => return Ok(Patch::Keep),
        Patch::Clear => return Ok(Patch::Clear),
        Patch::Set(upload) => upload,
    };
    if let Some(message) = outer_fault(upload, field.max_length, media.settings.max_file_bytes) {
        errors.push(field.name, message);
        return Ok(Patch::Keep);
    }
    let extension = name::extension(&upload.name);
    // The content is looked at before the extension.
    match encode(media, upload.bytes.clone()).await? {
        Err(refusal) => errors.push(field.name, refusal.to_string()),
        Ok(_) if !EXTENSIONS.contains(&extension.as_str()) => {
            errors.push(field.name, wrong_extension(&extension));
        }
        Ok(bytes) => {
            return Ok(Patch::Set(Picture {
                folder: field.upload_to,
                name: upload.name.clone(),
                bytes: bytes.into(),
            }));
        }
    }
    Ok(Patch::Keep)
}

/// What is known without a look at the content.
fn outer_fault(upload: &Upload, name_max: Option<usize>, max_bytes: usize) -> Option<String> {
    if upload.bytes.is_empty() {
        return Some("The submitted file is empty.".to_owned());
    }
    let length = upload.name.chars().count().min(NAME_MAX);
    if let Some(max) = name_max.filter(|max| length > *max) {
        return Some(format!(
            "Ensure this filename has at most {max} characters (it has {length})."
        ));
    }
    let size = upload.bytes.len();
    (size > max_bytes)
        .then(|| format!("Ensure this file has at most {max_bytes} bytes (it has {size})."))
}

fn wrong_extension(extension: &str) -> String {
    let allowed = EXTENSIONS.join(", ");
    format!("File extension “{extension}” is not allowed. Allowed extensions are: {allowed}.")
}

/// Encodes a picture anew, on the threads that are there for it.
async fn encode(media: &Media, bytes: Bytes) -> Result<Result<Vec<u8>, PictureRefusal>, ApiError> {
    let settings = media.settings.clone();
    let work = move |bytes: &[u8]| {
        let work = AssertUnwindSafe(|| picture::encode_anew(bytes, &settings));
        // A decoder that stumbles over a file has found no picture in it.
        catch_unwind(work).unwrap_or_else(|_panic| {
            tracing::warn!("a decoder panicked over an upload");
            Err(PictureRefusal::NotAnImage)
        })
    };
    media.pictures.run(bytes, work).await
}

impl Avatar {
    /// Stores a picture under a name that nothing else has. From then on it is swept away unless a change
    /// gives it to the user in time.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`] when the storage does not answer, and those of the database.
    pub(crate) async fn store(
        services: &Services,
        media: &Media,
        user: &User,
        picture: Patch<Picture>,
    ) -> Result<Self, ApiError> {
        let patch = match picture {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(picture) => {
                let stored = store(services, media, user, picture);
                // What is given up here is left to the sweep.
                let in_time = media.storage.in_time(async { Ok(stored.await) });
                in_time.await??
            }
        };
        Ok(Self { patch })
    }

    /// Withdraws the picture if its change was refused. The outcome of a change that failed
    /// otherwise is unknown: the sweep finds out.
    pub(crate) async fn settle(
        self,
        services: &Services,
        media: &Media,
        outcome: &Result<Option<UserProfile>, RepositoryError>,
    ) {
        let is_refused = match outcome {
            Ok(profile) => profile.is_none(),
            Err(error) => matches!(
                error,
                RepositoryError::Conflict(_) | RepositoryError::Missing(_) | RepositoryError::Stale
            ),
        };
        if let Patch::Set(key) = self.patch
            && is_refused
        {
            withdraw(services, media, key).await;
        }
    }
}

async fn store(
    services: &Services,
    media: &Media,
    user: &User,
    picture: Picture,
) -> Result<Patch<String>, ApiError> {
    let names = Names::new(picture.folder, &picture.name, user.id.0, &picture.bytes);
    for (key, is_of_content) in names.keys().take(ATTEMPTS) {
        if media.storage.head(&key).await?.is_some() {
            if is_of_content && user.person.avatar.as_deref() == Some(&*key) {
                // The very picture that the user has.
                return Ok(Patch::Keep);
            }
            continue;
        }
        let wanted = key.clone();
        let reserved = services
            .lanes
            .write(move |repository| repository.reserve_file(&wanted));
        if !reserved.await?? {
            continue;
        }
        if let Err(error) = media.storage.put(&key, picture.bytes).await {
            withdraw(services, media, key).await;
            return Err(error.into());
        }
        return Ok(Patch::Set(key));
    }
    Err(ApiError::Unavailable("all names are taken".into()))
}

/// Deletes a file whose key is reserved, and gives the key back.
async fn withdraw(services: &Services, media: &Media, key: String) {
    let deleted = media.storage.delete(&key).await.map_err(ApiError::from);
    let withdrawn = match deleted {
        Ok(()) => {
            let unreserved = services
                .lanes
                .write(move |repository| repository.unreserve_file(&key));
            unreserved
                .await
                .and_then(|done| done.map_err(ApiError::from))
        }
        Err(error) => Err(error),
    };
    if let Err(error) = withdrawn {
        tracing::warn!(error = %chain(&error), "an upload is left to the sweep");
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
