//! Judgements by a service that keeps users where it likes, and can do no more for them than to look one up.

use std::error::Error;
use std::fmt;

use profiled_domain::{Holder, HolderQuery, ProfileDepth};

use crate::progress::{KeyWait, LookUp, Progress, Work};

/// Why a judgement did not come to its end by look-ups alone. It is no refusal: nobody knows whose the credentials are.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError<E: Error + 'static> {
    /// The look-up itself failed.
    #[error("the holder of the credentials could not be looked up")]
    Failed(#[source] E),
    /// Something else is needed, which the settings or the verifiers ask for.
    #[error("{0}, which a look-up alone cannot do")]
    Beyond(Beyond),
}

/// What a judgement needs besides look-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// The state of a refresh token, or of a sliding one where `auth.jwt.blacklist` is on.
    RefreshState,
    /// A binding of a foreign subject to the user whom its first token names.
    Bind,
    /// A write: failed log-ins that are counted in a database, or the rotation of a refresh token.
    Write,
    /// A thread that may be kept for as long as a hash takes: [`Progress::resolve_with`] on one has it.
    Hash,
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RefreshState => "it has to be read what has become of a token",
            Self::Bind => "a subject of a foreign issuer has to be bound to its user",
            Self::Write => "something has to be stored",
            Self::Hash => "a password has to be hashed on a thread of its own",
        })
    }
}

/// How far a judgement goes without storage.
enum Next<T> {
    Done(T),
    Find(LookUp<T>),
    Hash(Work<T>),
    Wait(KeyWait<T>),
}

impl<T: 'static> Progress<T> {
    /// Carries the judgement to its end on this thread with a function that looks holders up, as
    /// `|query, depth| users.find(query, depth)`. For a [`ProfileRepository`](profiled_domain::ProfileRepository) it is its
    /// [`find_holder`](profiled_domain::ProfileRepository::find_holder).
    ///
    /// A hash that is old stays as it is: the log-in succeeds, and a warning tells it.
    ///
    /// # Errors
    /// [`LookUpError::Failed`] with the error of the function; [`LookUpError::Beyond`] if look-ups do not suffice.
    pub fn resolve_with<E: Error + 'static>(
        self,
        mut find: impl FnMut(HolderQuery, ProfileDepth) -> Result<Option<Holder>, E>,
    ) -> Result<T, LookUpError<E>> {
        let mut progress = self;
        loop {
            progress = match progress.without_storage().map_err(LookUpError::Beyond)? {
                Next::Done(outcome) => return Ok(outcome),
                Next::Find(look_up) => {
                    let (query, depth) = look_up.query().clone();
                    look_up.answer(find(query, depth).map_err(LookUpError::Failed)?)
                }
                Next::Hash(work) => work(),
                Next::Wait(wait) => wait.block(),
            };
        }
    }

    /// The same on whatever runtime polls it, with an asynchronous look-up. No thread is kept: passwords, which would keep
    /// one, take [`Self::resolve_with`] on a thread for that. Keys of a foreign issuer that are just being fetched are
    /// awaited until the fetch is over, which the timeouts of its client bound.
    ///
    /// # Errors
    /// [`LookUpError::Failed`] with the error of the function; [`LookUpError::Beyond`] if look-ups do not suffice.
    pub async fn resolve_async<E, F>(
        self,
        mut find: impl FnMut(HolderQuery, ProfileDepth) -> F,
    ) -> Result<T, LookUpError<E>>
    where
        E: Error + 'static,
        F: Future<Output = Result<Option<Holder>, E>>,
    {
        let mut progress = self;
        loop {
            progress = match progress.without_storage().map_err(LookUpError::Beyond)? {
                Next::Done(outcome) => return Ok(outcome),
                Next::Find(look_up) => {
                    let (query, depth) = look_up.query().clone();
                    let found = find(query, depth).await;
                    look_up.answer(found.map_err(LookUpError::Failed)?)
                }
                Next::Hash(_) => return Err(LookUpError::Beyond(Beyond::Hash)),
                Next::Wait(mut wait) => {
                    wait.fetch().await;
                    wait.go_on()
                }
            };
        }
    }

    fn without_storage(self) -> Result<Next<T>, Beyond> {
        let mut progress = self;
        loop {
            progress = match progress {
                Self::Done(outcome) => return Ok(Next::Done(outcome)),
                Self::Find(look_up) => return Ok(Next::Find(look_up)),
                Self::Hash(_, work) => return Ok(Next::Hash(work)),
                Self::Wait(wait) => return Ok(Next::Wait(wait)),
                Self::ReplaceHash(request) => request.answer(Err("nothing is stored here".into())),
                Self::RefreshState(_) => return Err(Beyond::RefreshState),
                Self::Bind(_) => return Err(Beyond::Bind),
                Self::Write(_) => return Err(Beyond::Write),
            };
        }
    }
}
