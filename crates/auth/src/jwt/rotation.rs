//! What is given for a refresh token, and what is remembered of it.

use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{RefreshToken, RepositoryError, Rotation, RotationOutcome, User};

use super::checks::instant;
use super::claims::Claims;
use super::key_ring::NoSigningKey;
use super::refresh::{RefreshError, Refreshed};
use super::verifier::JwtService;
use crate::error::JwtFault;
use crate::progress::Progress;

/// 31 December 9999: with the leeway added, a stored instant keeps four digits for the year, without
/// which SQLite sorts it before all others.
const LAST_DAY: i64 = 253_402_214_400;

impl JwtService {
    pub(super) fn exchange(
        &self,
        claims: &Claims,
        user: Option<&User>,
        now: DateTime<Utc>,
    ) -> Progress<Result<Refreshed, RefreshError>> {
        match self.next_tokens(claims, user, now) {
            Ok((refreshed, None)) => Progress::Done(Ok(refreshed)),
            Ok((refreshed, Some(rotation))) => Progress::write(move |repository| {
                let rotated = repository.rotate_refresh_token(&rotation, now);
                rotated_of(rotated).map(|()| refreshed)
            }),
            Err(error) => Progress::Done(Err(error.into())),
        }
    }

    /// The tokens that are given for one, and what has to be remembered of that before they are.
    fn next_tokens(
        &self,
        claims: &Claims,
        user: Option<&User>,
        now: DateTime<Utc>,
    ) -> Result<(Refreshed, Option<Rotation>), NoSigningKey> {
        let holder = user.map(|user| (user.id, user.credentials.number));
        let key = self.signing_key(now)?;
        let access = self.access_claims(&key, claims, holder, now);
        let access = self.encode(&key, access)?;
        if !self.options.rotates {
            let refresh = None;
            return Ok((Refreshed { access, refresh }, None));
        }
        let next = self.rotated_claims(&key, claims, holder, now);
        let rotation = self.options.has_blacklist.then(|| Rotation {
            old: self.remembered(claims),
            new: self.remembered(&next),
            user: user.map(|user| user.id),
            grace: self.options.rotation_grace,
            blacklists: self.options.blacklists_rotated,
        });
        let refresh = Some(self.encode(&key, next)?);
        Ok((Refreshed { access, refresh }, rotation))
    }

    /// What has to be remembered of a token, for as long as it would be taken.
    pub(super) fn remembered(&self, claims: &Claims) -> RefreshToken {
        let end = claims.get("exp").and_then(|claim| instant(&claim).ok());
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an instant that was checked"
        )]
        let end = (end.unwrap_or_default() as i64).min(LAST_DAY);
        let end = DateTime::from_timestamp(end, 0).unwrap_or_default();
        RefreshToken {
            jti: self.stored_id(claims),
            expires_at: end + self.options.leeway + TimeDelta::seconds(1),
        }
    }
}

/// What a rotation comes to.
fn rotated_of(outcome: Result<RotationOutcome, RepositoryError>) -> Result<(), RefreshError> {
    match outcome {
        Ok(RotationOutcome::Rotated) => Ok(()),
        Ok(RotationOutcome::Blacklisted | RotationOutcome::Reused) => {
            Err(JwtFault::Blacklisted.into())
        }
        // Gone since it was read.
        Err(RepositoryError::Missing("user")) => Err(RefreshError::NoActiveAccount),
        Err(error) => Err(error.into()),
    }
}
