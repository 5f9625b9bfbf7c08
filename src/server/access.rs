//! Who calls: a token or a key, looked up on every request.

use axum::http::HeaderMap;

use super::call::Caller;
use super::problem::Problem;
use super::route::Access;
use super::state::{State, seconds};
use crate::store::StoreError;
use crate::store::registry::ApiKey;

const TOKEN: &str = "log in at /api/v1/auth/login, and send the token as `Authorization: Bearer TOKEN`";
const KEY: &str = "send the agent's key as `X-API-Key`";

/// The caller of a route.
///
/// # Errors
/// 401 without credentials that are valid now.
pub fn caller(state: &State, access: Access, headers: &HeaderMap) -> Result<Caller, Problem> {
    match access {
        Access::Anyone => Ok(Caller::Anyone),
        Access::Token => {
            let token = one(headers, "authorization").and_then(|text| text.strip_prefix("Bearer "));
            let account = token.and_then(|token| state.tokens.account(token, seconds()));
            let account = account.map(|id| state.look().account(&id)).transpose()?.flatten();
            account.map(Caller::Account).ok_or_else(|| Problem::unauthorized(TOKEN))
        }
        Access::Key => {
            let key = one(headers, "x-api-key").and_then(ApiKey::parse);
            let found = key.map(|key| state.look().whoami(&key));
            match found {
                Some(Ok(agent)) => Ok(Caller::Agent(Box::new(agent))),
                None | Some(Err(StoreError::UnknownKey)) => Err(Problem::unauthorized(KEY)),
                Some(Err(error)) => Err(error.into()),
            }
        }
    }
}

/// The value of a header that is there once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}
