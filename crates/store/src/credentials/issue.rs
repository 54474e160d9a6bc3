//! Parts of handing a token out, within the transaction of the caller.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{NewToken, TokenId, UserId};

use crate::database::schema::{tokens, users};
use crate::database::{DbConnection, stored};

pub(crate) fn insert_token(
    connection: &mut DbConnection,
    token: &NewToken,
) -> QueryResult<TokenId> {
    let binding = token.binding.as_ref();
    let id = diesel::insert_into(tokens::table)
        .values((
            tokens::digest.eq(token.digest.0.as_slice()),
            tokens::user_id.eq(token.owner.0),
            tokens::prefix.eq(token.prefix.as_str()),
            tokens::label.eq(token.label.as_str()),
            tokens::created_at.eq(stored(token.created_at)),
            tokens::expires_at.eq(token.expires_at.map(stored)),
            tokens::is_sliding.eq(token.is_sliding),
            tokens::bound_address.eq(binding.map(|b| b.address.as_str())),
            tokens::bound_user_agent.eq(binding.and_then(|b| b.user_agent.as_deref())),
        ))
        .returning(tokens::id)
        .get_result(connection)?;
    Ok(TokenId(id))
}

/// The epoch of the credentials of a user who may log in. The user stays as it is until the transaction
/// ends: whoever revokes credentials, or asks for one more token, waits.
pub(crate) fn lock_owner(connection: &mut DbConnection, user: UserId) -> QueryResult<Option<i64>> {
    let epoch = users::table
        .find(user.0)
        .filter(users::is_active.and(users::deleted_at.is_null()))
        .select(users::credentials_epoch);
    match connection {
        DbConnection::Sqlite(c) => epoch.first(c).optional(),
        DbConnection::Postgres(c) => epoch.for_no_key_update().first(c).optional(),
    }
}

/// How many tokens of a user have not expired.
pub(crate) fn live_tokens(
    connection: &mut DbConnection,
    owner: UserId,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    let is_live = tokens::expires_at
        .is_null()
        .or(tokens::expires_at.gt(stored(now)));
    tokens::table
        .filter(tokens::user_id.eq(owner.0).and(is_live))
        .count()
        .get_result(connection)
}
