//! Pages of lists by ascending id. A page is counted off from the end of the list that is nearer, so that the last
//! page costs what the first one does.

/// The page of a query, with how many rows it has in all: to be read as of one moment.
macro_rules! numbered_page {
    ($connection:expr, $query:expr, $id:expr, $row:ty, $page:expr) => {{
        let total = $query.count().get_result($connection)?;
        let mut items: Vec<$row> = Vec::new();
        if let Some(slice) = $page.slice(total) {
            let rows = $query
                .select(<$row>::as_select())
                .offset(slice.skip)
                .limit(slice.take)
                .into_boxed();
            if slice.is_from_end {
                items = rows.order($id.desc()).load($connection)?;
                items.reverse();
            } else {
                items = rows.order($id.asc()).load($connection)?;
            }
        }
        Ok(Page { items, total })
    }};
}
pub(crate) use numbered_page;
