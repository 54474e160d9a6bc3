//! What the bodies of all requests may take together.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::ApiError;

/// Bytes of bodies that may be held at a time, shared by all workers.
#[derive(Debug)]
pub struct BodyBudget(AtomicUsize);

impl BodyBudget {
    /// So many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }
}

/// What one request has of it, until it is dropped.
pub(super) struct Share<'a> {
    budget: &'a BodyBudget,
    bytes: Cell<usize>,
}

impl<'a> Share<'a> {
    pub(super) fn of(budget: &'a BodyBudget) -> Self {
        Self {
            budget,
            bytes: Cell::new(0),
        }
    }

    /// Takes more, as bytes arrive: those that are announced cost nothing.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`]: other requests have it all.
    pub(super) fn take(&self, bytes: usize) -> Result<(), ApiError> {
        let less = |left: usize| left.checked_sub(bytes);
        let taken = self
            .budget
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        match taken {
            Ok(_before) => {
                self.bytes.set(self.bytes.get() + bytes);
                Ok(())
            }
            Err(left) => {
                let text = format!("too many bytes of bodies at a time, {left} are left");
                Err(ApiError::Unavailable(text.into()))
            }
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.bytes.get(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_with_the_end_of_its_request() {
        let budget = BodyBudget::new(10);
        let (one, other) = (Share::of(&budget), Share::of(&budget));

        let taken = [one.take(6), other.take(4), other.take(1)].map(|taken| taken.is_ok());
        drop(one);
        let later = other.take(6);

        assert_eq!(taken, [true, true, false]);
        assert!(later.is_ok());
    }
}
