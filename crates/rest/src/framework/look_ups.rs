//! Look-ups of holders travel together (ADR 0034): a reader takes all that wait, and answers them in one go. A lone one
//! waits for nothing.

use std::sync::Arc;
use std::time::Duration;

use profiled_domain::{Holder, HolderQuery, ProfileDepth, Repository, RepositoryError};
use tokio::sync::oneshot;

use crate::framework::crew::{Crew, CrewSettings, PoolBusy};

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

type Answer = Result<Option<Holder>, RepositoryError>;

impl LookUps {
    /// Starts readers.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(super) fn start(
        name: &'static str,
        repository: Arc<dyn Repository>,
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
    /// [`PoolBusy`] at once when too many wait.
    pub(super) async fn find(
        &self,
        query: HolderQuery,
        depth: ProfileDepth,
    ) -> Result<Answer, PoolBusy> {
        let (answer, answered) = oneshot::channel();
        let query = (query, depth);
        self.crew.push(LookUp { query, answer })?;
        answered.await.map_err(|_died| PoolBusy(self.name))
    }
}

/// Answers look-ups whose client still waits.
fn answer(repository: &dyn Repository, batch: Vec<LookUp>) {
    let waiting = batch.into_iter().filter(|one| !one.answer.is_closed());
    let (queries, waiting): (Vec<_>, Vec<_>) = waiting.map(|one| (one.query, one.answer)).unzip();
    if queries.is_empty() {
        return;
    }
    let found = repository.find_holders(&queries);
    for (answer, found) in waiting.into_iter().zip(found) {
        // The client may have gone away meanwhile.
        let _ = answer.send(found);
    }
}
