//! Pages of a list.

/// A slice of a list: `limit` items after the first `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Items to skip.
    pub offset: i64,
    /// Items to return at most.
    pub limit: i64,
}

/// The items of a page, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Items of this page, in the order of the list.
    pub items: Vec<T>,
    /// Items of the whole list.
    pub total: i64,
}

impl<T> Page<T> {
    /// The page with each item turned into something else.
    ///
    /// # Errors
    /// The first that `change` returns.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items: Result<_, E> = self.items.into_iter().map(change).collect();
        let (items, total) = (items?, self.total);
        Ok(Page { items, total })
    }
}

/// Which page of a list is wanted, when pages are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// This one.
    At(i64),
    /// The one that ends the list.
    Last,
}

/// A page by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedPage {
    /// Which one.
    pub number: PageNumber,
    /// Items of each page, at least 1; only the last one may have fewer.
    pub size: i64,
}

/// Where a page lies in its list, from the end that is nearer: whatever is skipped has to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Items to skip.
    pub skip: i64,
    /// Items to take after them.
    pub take: i64,
    /// Both are counted from the end of the list backwards.
    pub is_from_end: bool,
}

impl NumberedPage {
    /// The number of the page in a list of `total` items, `None` if the list has no such page. The first
    /// page is there even when nothing is on it.
    #[must_use]
    pub fn resolve(self, total: i64) -> Option<i64> {
        let last = self.last(total);
        match self.number {
            PageNumber::Last => Some(last),
            PageNumber::At(number) => (1..=last).contains(&number).then_some(number),
        }
    }

    /// The number of the last page.
    #[must_use]
    pub fn last(self, total: i64) -> i64 {
        let size = self.size.max(1);
        (total.max(1) - 1) / size + 1
    }

    /// Where the page lies in a list of `total` items, `None` if the list has no such page.
    #[must_use]
    pub fn slice(self, total: i64) -> Option<Slice> {
        let size = self.size.max(1);
        let before = (self.resolve(total)? - 1) * size;
        let take = size.min(total - before).max(0);
        let after = total - before - take;
        Some(Slice {
            skip: before.min(after).max(0),
            take,
            is_from_end: after < before,
        })
    }
}
