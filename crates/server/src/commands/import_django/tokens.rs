//! Tokens of an import.

use profiled_domain::{RepositoryError, UserId};
use profiled_store::ImportedToken;

use super::report::Kind;
use super::state::{BATCH, Import, LABEL};
use crate::dump::{DumpedToken, Reference};

impl Import<'_, '_> {
    pub(super) fn token(&mut self, token: DumpedToken) -> Result<(), RepositoryError> {
        self.tokens
            .digests
            .extend(token.digest.0.first_chunk::<8>());
        self.tokens.batch.push(token);
        if self.tokens.batch.len() < BATCH {
            return Ok(());
        }
        self.store_users()?;
        let batch = std::mem::take(&mut self.tokens.batch);
        let waiting = self.store_tokens(batch, true)?;
        self.tokens.waiting.extend(waiting);
        Ok(())
    }

    /// Stores the rest, now that all users are there.
    pub(super) fn store_waiting_tokens(&mut self) -> Result<(), RepositoryError> {
        let mut waiting = std::mem::take(&mut self.tokens.waiting);
        waiting.append(&mut self.tokens.batch);
        let mut waiting = waiting.into_iter().peekable();
        while waiting.peek().is_some() {
            let batch = waiting.by_ref().take(BATCH).collect();
            self.store_tokens(batch, false)?;
        }
        Ok(())
    }

    /// Stores tokens. Those of users who are not there are returned while they `may_wait`.
    fn store_tokens(
        &mut self,
        batch: Vec<DumpedToken>,
        may_wait: bool,
    ) -> Result<Vec<DumpedToken>, RepositoryError> {
        let name = |prefix: &str| format!("token {prefix}…");
        let owners: Vec<&Reference> = batch.iter().map(|token| &token.owner).collect();
        let owners = self.resolve_users(&owners)?;
        let (mut tokens, mut waiting) = (Vec::with_capacity(batch.len()), Vec::new());
        for (token, owner) in batch.into_iter().zip(owners) {
            match owner {
                Ok(id) if !may_wait || self.is_stored(id) => tokens.push(imported(token, id)),
                Err(reason) if !may_wait => {
                    let name = || name(&token.prefix);
                    self.report.skip(Kind::Tokens, name, &reason);
                }
                _ => waiting.push(token),
            }
        }
        for (outcome, token) in self.session.tokens(&tokens)?.iter().zip(&tokens) {
            let name = || name(&token.prefix);
            self.report.count(Kind::Tokens, outcome, name);
        }
        Ok(waiting)
    }

    /// A dump without tokens says nothing of those that are stored.
    pub(super) fn count_other_tokens(&mut self) -> Result<(), RepositoryError> {
        if !self.tokens.digests.is_empty() {
            let digests = &self.tokens.digests;
            let count = self.session.other_tokens(LABEL, digests, self.absent)?;
            self.report.absent.insert("tokens", count);
        }
        Ok(())
    }
}

fn imported(token: DumpedToken, owner: i64) -> ImportedToken {
    ImportedToken {
        owner: UserId(owner),
        digest: token.digest,
        prefix: token.prefix,
        label: LABEL.to_owned(),
        created_at: token.created,
        expires_at: token.expires,
        is_sliding: false,
        binding: None,
        epoch: None,
    }
}
