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
