//! Judgements in phases (ADR 0036): what is to be looked up is read from the credentials, someone looks it up, and what
//! was found is judged. Only what lies between the phases waits for anything.

use chrono::{DateTime, Utc};
use profiled_domain::repository::BoxError;
use profiled_domain::{
    BindOutcome, ForeignSubject, Holder, HolderQuery, PasswordHash, ProfileDepth,
    RefreshTokenState, Repository, RepositoryError, User, UserId, UserLookup,
};

use crate::key_fetch::KeyFetch;
use crate::password::token_digest;
use crate::throttle::Claimant;

/// How far a judgement has come. Whoever carries it on chooses the threads, and whether to wait or to await.
#[must_use = "nothing is judged before what it asks for is there"]
pub enum Progress<T> {
    /// It is done.
    Done(T),
    /// A holder has to be looked up, with so much of the profile.
    Find(LookUp<T>),
    /// It has to be read what has become of the refresh token of an id.
    RefreshState(Question<String, Option<RefreshTokenState>, T>),
    /// A foreign subject has to be bound to the user whom its first token names.
    Bind(Question<Box<BindRequest>, BindOutcome, T>),
    /// A newer hash of the same password has to take the place of the stored one. It may fail.
    ReplaceHash(Question<Box<NewHash>, Result<(), BoxError>, T>),
    /// The storage has to do something else, which writes.
    Write(Task<T>),
    /// A password has to be hashed for somebody, which takes a good part of a second of a core, and waits for nothing.
    Hash(Box<Claimant>, Work<T>),
    /// Keys of a foreign issuer are being fetched, and may be waited for a little.
    Wait(KeyWait<T>),
}

/// The question for a holder.
pub type LookUp<T> = Question<(HolderQuery, ProfileDepth), Option<Holder>, T>;

/// Work that needs no storage, and what comes after it.
pub type Work<T> = Box<dyn FnOnce() -> Progress<T> + Send>;

/// Work with the storage, and what comes after it.
pub type Task<T> = Box<dyn FnOnce(&dyn Repository) -> Result<Progress<T>, RepositoryError> + Send>;

/// A question to whoever keeps users, for whose answer a judgement waits.
pub struct Question<Q, A, T> {
    query: Q,
    judge: Box<dyn FnOnce(A) -> Progress<T> + Send>,
}

/// A fetch of keys, for which a judgement waits.
pub struct KeyWait<T> {
    fetch: KeyFetch,
    judge: Work<T>,
}

/// The arguments of [`BindingRepository::bind`](profiled_domain::BindingRepository::bind).
#[derive(Clone, Debug)]
pub struct BindRequest {
    /// The subject.
    pub subject: ForeignSubject,
    /// The user whom its token names, as just read.
    pub user: User,
    /// By what the token names the user.
    pub name: UserLookup,
    /// The moment of the request.
    pub now: DateTime<Utc>,
}

/// The arguments of [`CredentialRepository::replace_password_hash`](profiled_domain::CredentialRepository::replace_password_hash).
/// It has no `Debug`: it holds hashes.
#[derive(Clone)]
pub struct NewHash {
    /// Whose password it is.
    pub user: UserId,
    /// The hash that was verified. If another one is stored by now, a parallel log-in or a change of the password was faster.
    pub old: PasswordHash,
    /// The one in its place.
    pub new: PasswordHash,
}

impl<Q, A, T> Question<Q, A, T> {
    fn new(query: Q, judge: impl FnOnce(A) -> Progress<T> + Send + 'static) -> Self {
        let judge = Box::new(judge);
        Self { query, judge }
    }

    /// What is asked for.
    #[must_use]
    pub fn query(&self) -> &Q {
        &self.query
    }

    /// Goes on with the answer.
    pub fn answer(self, answer: A) -> Progress<T> {
        (self.judge)(answer)
    }
}

impl<Q, A: 'static, T: 'static> Question<Q, A, T> {
    fn then<U: 'static>(
        self,
        next: impl FnOnce(T) -> Progress<U> + Send + 'static,
    ) -> Question<Q, A, U> {
        Question::new(self.query, |answer| (self.judge)(answer).then(next))
    }
}

impl<T> KeyWait<T> {
    pub(crate) fn new(
        fetch: KeyFetch,
        judge: impl FnOnce() -> Progress<T> + Send + 'static,
    ) -> Self {
        let judge = Box::new(judge);
        Self { fetch, judge }
    }

    /// The fetch, which is waited for until its [end](KeyFetch::until) and no longer.
    pub fn fetch(&mut self) -> &mut KeyFetch {
        &mut self.fetch
    }

    /// Goes on with the keys that are there.
    pub fn go_on(self) -> Progress<T> {
        (self.judge)()
    }

    /// Waits on this thread, and goes on.
    pub fn block(self) -> Progress<T> {
        self.fetch.block();
        self.go_on()
    }
}

impl<T: 'static> Progress<T> {
    /// Looks a holder up, and judges it.
    pub(crate) fn find(
        query: HolderQuery,
        depth: ProfileDepth,
        judge: impl FnOnce(Option<Holder>) -> Self + Send + 'static,
    ) -> Self {
        Self::Find(Question::new((query, depth), judge))
    }

    /// Reads what has become of a refresh token, and judges it.
    pub(crate) fn refresh_state(
        id: String,
        judge: impl FnOnce(Option<RefreshTokenState>) -> Self + Send + 'static,
    ) -> Self {
        Self::RefreshState(Question::new(id, judge))
    }

    /// Binds a subject, and judges what came of it.
    pub(crate) fn bind(
        request: BindRequest,
        judge: impl FnOnce(BindOutcome) -> Self + Send + 'static,
    ) -> Self {
        Self::Bind(Question::new(Box::new(request), judge))
    }

    /// Replaces a hash, and goes on in any case.
    pub(crate) fn replace_hash(
        hash: NewHash,
        judge: impl FnOnce(Result<(), BoxError>) -> Self + Send + 'static,
    ) -> Self {
        Self::ReplaceHash(Question::new(Box::new(hash), judge))
    }

    /// Ends with some work of the storage.
    pub(crate) fn write(work: impl FnOnce(&dyn Repository) -> T + Send + 'static) -> Self {
        Self::Write(Box::new(|storage| Ok(Self::Done(work(storage)))))
    }

    /// Goes on with the outcome, on the thread that has made it.
    pub fn then<U: 'static>(
        self,
        next: impl FnOnce(T) -> Progress<U> + Send + 'static,
    ) -> Progress<U> {
        match self {
            Self::Done(outcome) => next(outcome),
            Self::Find(look_up) => Progress::Find(look_up.then(next)),
            Self::RefreshState(look_up) => Progress::RefreshState(look_up.then(next)),
            Self::Bind(request) => Progress::Bind(request.then(next)),
            Self::ReplaceHash(request) => Progress::ReplaceHash(request.then(next)),
            Self::Write(task) => Progress::Write(Box::new(|storage| Ok(task(storage)?.then(next)))),
            Self::Hash(claimant, work) => Progress::Hash(claimant, Box::new(|| work().then(next))),
            Self::Wait(KeyWait { fetch, judge }) => {
                Progress::Wait(KeyWait::new(fetch, || judge().then(next)))
            }
        }
    }

    /// Carries the judgement to its end on this thread, one step after the other.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn resolve(self, repository: &dyn Repository) -> Result<T, RepositoryError> {
        let mut progress = self;
        loop {
            progress = match progress {
                Self::Done(outcome) => return Ok(outcome),
                Self::Find(Question { query, judge }) => {
                    let (query, depth) = query;
                    judge(repository.find_holder(query, depth)?)
                }
                Self::RefreshState(look_up) => {
                    let state = repository.find_refresh_token(&look_up.query)?;
                    look_up.answer(state)
                }
                Self::Bind(request) => {
                    let outcome = request.query.carry_out(repository)?;
                    request.answer(outcome)
                }
                Self::ReplaceHash(request) => {
                    let replaced = request.query.carry_out(repository);
                    request.answer(replaced.map_err(BoxError::from))
                }
                Self::Write(task) => task(repository)?,
                Self::Hash(_, work) => work(),
                Self::Wait(wait) => wait.block(),
            };
        }
    }
}

impl<T: 'static, E: 'static> Progress<Result<T, E>> {
    /// Goes on with what is good; a refusal is the end.
    pub(crate) fn and_then<U: 'static>(
        self,
        next: impl FnOnce(T) -> Progress<Result<U, E>> + Send + 'static,
    ) -> Progress<Result<U, E>> {
        self.then(|outcome| match outcome {
            Ok(good) => next(good),
            Err(refusal) => Progress::Done(Err(refusal)),
        })
    }
}

impl BindRequest {
    /// Has a repository bind the subject.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn carry_out(&self, repository: &dyn Repository) -> Result<BindOutcome, RepositoryError> {
        repository.bind(&self.subject, &self.user, &self.name, self.now)
    }
}

impl NewHash {
    /// Has a repository replace the hash.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn carry_out(&self, repository: &dyn Repository) -> Result<(), RepositoryError> {
        let digest = token_digest(&self.old);
        repository.replace_password_hash(self.user, &self.old, &self.new, &digest)?;
        Ok(())
    }
}
