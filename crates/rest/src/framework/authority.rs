//! Writes that a caller asks for: their rights are judged once more when they are carried out (`decisions.md` 22).

use profiled_auth::{AuthError, JwtFault, Scheme};
use profiled_domain::{Authority, Lapse, Repository, RepositoryError, Right, WriteContext};

use crate::error::ApiError;
use crate::framework::context::RequestContext;

impl RequestContext<'_> {
    /// Runs `work` on the threads that write, with the authority that the write is to be judged by: the
    /// caller's credential and `rights`, which were found to be there.
    ///
    /// # Errors
    /// 401 or 403 if the authority has ended meanwhile.
    pub async fn write<T, F>(
        &self,
        rights: Vec<Right>,
        work: F,
    ) -> Result<Result<T, RepositoryError>, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository, WriteContext<'_>) -> Result<T, RepositoryError> + Send + 'static,
    {
        match self.judged(rights, work).await? {
            Err(RepositoryError::Lapsed(lapse)) => Err(self.lapsed(lapse)),
            other => Ok(other),
        }
    }

    /// The same, for those who have something to clean up when the authority has ended:
    /// [`RepositoryError::Lapsed`].
    ///
    /// # Errors
    /// What keeps the work from being done at all.
    pub async fn judged<T, F>(
        &self,
        rights: Vec<Right>,
        work: F,
    ) -> Result<Result<T, RepositoryError>, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository, WriteContext<'_>) -> Result<T, RepositoryError> + Send + 'static,
    {
        let (authority, now) = (self.authority(rights)?, self.services.now());
        let work = move |repository: &dyn Repository| {
            work(repository, WriteContext::caller(&authority, now))
        };
        self.services.lanes.write(work).await
    }

    /// The right that views for staff ask for (`decisions.md` 5).
    pub fn staff_or_admin(&self) -> Result<Vec<Right>, ApiError> {
        let caller = self.caller()?.profile.user.id;
        Ok(vec![Right::staff_or_admin(caller)])
    }

    fn authority(&self, rights: Vec<Right>) -> Result<Authority, ApiError> {
        let caller = self.caller()?;
        let user = &caller.profile.user;
        Ok(Authority {
            actor: user.id,
            epoch: user.credentials.number,
            credential: caller.keep.clone(),
            rights,
        })
    }

    /// The answer that the next request with the same credential would get.
    #[must_use]
    pub fn lapsed(&self, lapse: Lapse) -> ApiError {
        let scheme = self.identity.map(|identity| identity.scheme);
        let error = match (lapse, scheme) {
            (Lapse::Right, _) => return ApiError::PermissionDenied,
            (_, Some(Scheme::Session) | None) => AuthError::NotProvided,
            (_, Some(Scheme::Basic)) => AuthError::InvalidPassword,
            (Lapse::Account, Some(scheme)) => AuthError::UserInactive(scheme),
            (Lapse::Credential, Some(Scheme::Bearer)) => AuthError::Jwt(JwtFault::Revoked),
            (Lapse::Credential, Some(Scheme::Token)) => AuthError::InvalidToken,
        };
        error.into()
    }
}
