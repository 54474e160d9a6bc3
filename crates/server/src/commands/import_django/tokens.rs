//! Tokens of an import.

use profiled_domain::{RepositoryError, UserId};
use profiled_store::ImportedToken;

use super::report::Kind;
use super::{BATCH, Import, LABEL};
use crate::dump::{DumpedToken, Reference};

impl Import<'_, '_> {
    pub(super) fn store_tokens(&mut self) -> Result<(), RepositoryError> {
        let name = |prefix: &str| format!("token {prefix}…");
        let mut waiting = std::mem::take(&mut self.tokens).into_iter().peekable();
        while waiting.peek().is_some() {
            let chunk: Vec<DumpedToken> = waiting.by_ref().take(BATCH).collect();
            let owners: Vec<&Reference> = chunk.iter().map(|token| &token.owner).collect();
            let owners = self.resolve_users(&owners)?;
            let mut tokens = Vec::with_capacity(chunk.len());
            for (token, owner) in chunk.into_iter().zip(owners) {
                self.digests.extend(token.digest.0.first_chunk::<8>());
                match owner {
                    Ok(id) => tokens.push(imported(token, id)),
                    Err(reason) => {
                        let name = || name(&token.prefix);
                        self.report.skip(Kind::Tokens, name, &reason);
                    }
                }
            }
            for (outcome, token) in self.session.tokens(&tokens)?.iter().zip(&tokens) {
                let name = || name(&token.prefix);
                self.report.count(Kind::Tokens, outcome, name);
            }
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
        expires_at: None,
        is_sliding: false,
        binding: None,
        epoch: None,
    }
}
