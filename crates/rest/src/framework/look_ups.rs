//! Look-ups of holders travel together (ADR 0034): a reader takes all that wait, and answers them in one go. A lone one
//! waits for nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use profiled_domain::{Holder, HolderQuery, ProfileDepth, ProfileRepository, RepositoryError};
use tokio::sync::oneshot;

use crate::framework::crew::{Crew, CrewSettings, PoolError};

/// Look-ups that are answered in one go: more of them make it slow for the first, and hardly quicker for all.
const TOGETHER: usize = 64;

/// The readers.
pub(super) struct LookUps {
    name: &'static str,
    pub(super) crew: Crew<LookUp>,
}

/// A look-up that waits.
pub(super) struct LookUp {
    query: (HolderQuery, ProfileDepth),
    answer: oneshot::Sender<Answer>,
}

pub(super) type Answer = Result<Option<Holder>, RepositoryError>;

impl LookUps {
    /// Starts readers.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(super) fn start(
        name: &'static str,
        repository: Arc<dyn ProfileRepository>,
        threads: usize,
        waiting: usize,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let settings = CrewSettings {
            name,
            threads,
            waiting,
            together: TOGETHER,
            patience: Some(patience),
        };
        let crew = Crew::start(settings, move |batch| answer(&*repository, batch))?;
        Ok(Self { name, crew })
    }

    /// The holder that a query asks for, as of a moment between this call and its answer.
    ///
    /// # Errors
    /// [`PoolError::Full`] at once when too many wait; [`PoolError::Died`] when the look-up panics.
    pub(super) async fn find(
        &self,
        query: HolderQuery,
        depth: ProfileDepth,
    ) -> Result<Answer, PoolError> {
        let (answer, answered) = oneshot::channel();
        let query = (query, depth);
        self.crew.push(LookUp { query, answer })?;
        answered.await.map_err(|_died| PoolError::Died(self.name))
    }
}

/// Answers look-ups whose client still waits.
fn answer(repository: &dyn ProfileRepository, batch: Vec<LookUp>) {
    let waiting = batch.into_iter().filter(|one| !one.answer.is_closed());
    let (queries, waiting): (Vec<_>, Vec<_>) = waiting.map(|one| (one.query, one.answer)).unzip();
    if queries.is_empty() {
        return;
    }
    let together = catch_unwind(AssertUnwindSafe(|| repository.find_holders(&queries)));
    // What makes one of them panic does so alone.
    let found = together.map_or_else(|_panic| alone(repository, &queries), all);
    for (answer, found) in waiting.into_iter().zip(found) {
        if let Some(found) = found {
            // The client may have gone away meanwhile.
            let _ = answer.send(found);
        }
    }
}

fn all(answers: Vec<Answer>) -> Vec<Option<Answer>> {
    answers.into_iter().map(Some).collect()
}

/// No answer where the look-up panics.
fn alone(
    repository: &dyn ProfileRepository,
    queries: &[(HolderQuery, ProfileDepth)],
) -> Vec<Option<Answer>> {
    let one = |(query, depth): &(HolderQuery, ProfileDepth)| {
        let find = || repository.find_holder(query.clone(), *depth);
        catch_unwind(AssertUnwindSafe(find)).ok()
    };
    queries.iter().map(one).collect()
}
