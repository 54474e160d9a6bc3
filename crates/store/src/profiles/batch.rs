//! Queries that are answered together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use profiled_domain::{Holder, HolderQuery, ProfileDepth, RepositoryError};

use super::found::Wanted;
use super::shared_error::SharedError;

/// A batch. What is asked for more than once is looked up once.
pub(super) struct Batch<'a> {
    distinct: Vec<Wanted<'a>>,
    /// For each query the place of an earlier one that is the same.
    earlier: Vec<Option<usize>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(queries: &'a [(HolderQuery, ProfileDepth)]) -> Self {
        let mut places = HashMap::with_capacity(queries.len());
        let mut distinct = Vec::with_capacity(queries.len());
        let earlier = queries.iter().enumerate().map(|(place, (query, depth))| {
            match places.entry((query, *depth)) {
                Entry::Occupied(known) => Some(*known.get()),
                Entry::Vacant(new) => {
                    distinct.push(*new.key());
                    new.insert(place);
                    None
                }
            }
        });
        let earlier = earlier.collect();
        Self { distinct, earlier }
    }

    /// The queries without repetition.
    pub(super) fn distinct(&self) -> &[Wanted<'a>] {
        &self.distinct
    }

    /// The answers to all queries, from those to the distinct ones.
    pub(super) fn answer(
        &self,
        mut distinct: impl Iterator<Item = Result<Option<Holder>, SharedError>>,
    ) -> Vec<Result<Option<Holder>, RepositoryError>> {
        let mut answers = Vec::with_capacity(self.earlier.len());
        for earlier in &self.earlier {
            let answer = match earlier {
                None => distinct.next(),
                Some(place) => answers.get(*place).cloned(),
            };
            // There is an answer for each.
            answers.extend(answer);
        }
        let answers = answers.into_iter();
        answers
            .map(|answer| answer.map_err(RepositoryError::from))
            .collect()
    }

    /// The failure of all.
    pub(super) fn refuse(
        &self,
        error: &SharedError,
    ) -> Vec<Result<Option<Holder>, RepositoryError>> {
        let each = self.earlier.iter();
        each.map(|_| Err(error.clone().into())).collect()
    }
}
