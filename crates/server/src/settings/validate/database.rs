//! The section `database`.

use profiled_store::{DatabaseSettings, DatabaseUrl, LaneSizes};

use super::finding::{Finding, some};

pub(super) fn check(database: &DatabaseSettings) -> Vec<Finding> {
    some([
        url(database),
        read_url(database),
        lanes(database),
        deadline(database),
    ])
}

fn url(database: &DatabaseSettings) -> Option<Finding> {
    let error = database.url.parse::<DatabaseUrl>().err()?;
    // The message names the key itself; here its source comes between.
    let text = error.to_string();
    let text = text.strip_prefix("database.url ").unwrap_or(&text);
    Some(Finding("database.url", text.to_owned()))
}

/// A replica is a server, beside another one.
fn read_url(database: &DatabaseSettings) -> Option<Finding> {
    if database.read_url.is_empty() {
        return None;
    }
    let embedded = |url: &str| matches!(url.parse(), Ok(DatabaseUrl::Sqlite(_)));
    let text = if embedded(&database.url) {
        "has a use with PostgreSQL alone: remove it, or let database.url name a server".to_owned()
    } else {
        match database.read_url.parse::<DatabaseUrl>() {
            Ok(DatabaseUrl::Postgres(_)) => return None,
            Ok(DatabaseUrl::Sqlite(_)) => {
                "must begin with postgres://: a file is no replica of a server".to_owned()
            }
            Err(error) => {
                let text = error.to_string();
                text.strip_prefix("database.url ")
                    .unwrap_or(&text)
                    .to_owned()
            }
        }
    };
    Some(Finding("database.read_url", text))
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
