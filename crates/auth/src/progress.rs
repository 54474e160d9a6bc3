//! Judgements in three phases (ADR 0036): what is to be looked up is read from the credentials, someone looks it up,
//! and what was found is judged. Only the second phase waits for anything.

use profiled_domain::{Holder, HolderQuery, ProfileDepth, Repository, RepositoryError};

/// How far a judgement has come. Whoever carries it on chooses the threads, and whether to wait or to await.
#[must_use = "nothing is judged before what it asks for is there"]
pub enum Progress<T> {
    /// It is done.
    Done(T),
    /// A holder has to be looked up: [`LookUp::query`], [`LookUp::found`].
    Find(LookUp<T>),
    /// The storage has to do more than look a holder up.
    Ask(Task<T>),
    /// A password has to be verified, which takes a good part of a second of a core.
    Hash(Task<T>),
    /// Keys of a foreign issuer are being fetched: the call waits for them a little.
    Wait(Box<dyn FnOnce() -> Progress<T> + Send>),
}

/// Work with the storage, and what comes after it.
pub type Task<T> = Box<dyn FnOnce(&dyn Repository) -> Result<Progress<T>, RepositoryError> + Send>;

/// A look-up that a judgement waits for.
pub struct LookUp<T> {
    query: HolderQuery,
    depth: ProfileDepth,
    judge: Box<dyn FnOnce(Option<Holder>) -> Progress<T> + Send>,
}

impl<T> LookUp<T> {
    /// Whom to look up, and how much of the profile is wanted.
    #[must_use]
    pub fn query(&self) -> (&HolderQuery, ProfileDepth) {
        (&self.query, self.depth)
    }

    /// Goes on with what was found.
    pub fn found(self, holder: Option<Holder>) -> Progress<T> {
        (self.judge)(holder)
    }
}

impl<T: 'static> Progress<T> {
    /// Looks a holder up, and judges it.
    pub(crate) fn find(
        query: HolderQuery,
        depth: ProfileDepth,
        judge: impl FnOnce(Option<Holder>) -> Self + Send + 'static,
    ) -> Self {
        let judge = Box::new(judge);
        Self::Find(LookUp {
            query,
            depth,
            judge,
        })
    }

    /// Goes on with the outcome.
    pub(crate) fn then<U: 'static>(
        self,
        next: impl FnOnce(T) -> Progress<U> + Send + 'static,
    ) -> Progress<U> {
        match self {
            Self::Done(outcome) => next(outcome),
            Self::Find(look_up) => Progress::find(look_up.query, look_up.depth, |holder| {
                (look_up.judge)(holder).then(next)
            }),
            Self::Ask(task) => Progress::Ask(Box::new(|storage| Ok(task(storage)?.then(next)))),
            Self::Hash(task) => Progress::Hash(Box::new(|storage| Ok(task(storage)?.then(next)))),
            Self::Wait(wait) => Progress::Wait(Box::new(|| wait().then(next))),
        }
    }

    /// Carries the judgement to its end on this thread, with the look-ups one after the other.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn resolve(self, repository: &dyn Repository) -> Result<T, RepositoryError> {
        let mut progress = self;
        loop {
            progress = match progress {
                Self::Done(outcome) => return Ok(outcome),
                Self::Find(look_up) => {
                    let found = repository.find_holder(look_up.query, look_up.depth)?;
                    (look_up.judge)(found)
                }
                Self::Ask(task) | Self::Hash(task) => task(repository)?,
                Self::Wait(wait) => wait(),
            };
        }
    }
}
