//! The section `database`.

use profiled_store::{DatabaseSettings, DatabaseUrl, LaneSizes};

use super::finding::{Finding, some};

pub(super) fn check(database: &DatabaseSettings) -> Vec<Finding> {
    some([url(database), lanes(database), deadline(database)])
}

fn url(database: &DatabaseSettings) -> Option<Finding> {
    let error = database.url.parse::<DatabaseUrl>().err()?;
    // The message names the key itself; here its source comes between.
    let text = error.to_string();
    let text = text.strip_prefix("database.url ").unwrap_or(&text);
    Some(Finding("database.url", text.to_owned()))
}

fn lanes(database: &DatabaseSettings) -> Option<Finding> {
    let (size, least) = (database.connections(), LaneSizes::LEAST);
    let text = format!("is {size}: it must be at least {least}, one for each lane, or 0");
    (size < least).then_some(Finding("database.pool_size", text))
}

/// A request waits for a connection, and then for the answer.
fn deadline(database: &DatabaseSettings) -> Option<Finding> {
    let (deadline, connect) = (database.deadline, database.connect_timeout);
    let text = format!(
        "is {deadline}: it must be greater than database.connect_timeout, {connect}; raise one or lower the other"
    );
    (deadline <= connect).then_some(Finding("database.deadline", text))
}
