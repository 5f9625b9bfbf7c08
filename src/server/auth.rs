//! `POST /auth/login`: from a key and a secret to a token.

use super::bodies::{LoginAnswer, LoginBody};
use super::call::{Answer, Call, Outcome};
use super::problem::Problem;
use super::state::seconds;
use super::token::LIFETIME;
use crate::store::registry::{ApiKey, ApiSecret};

/// Logs an account in.
pub fn login(call: &Call) -> Outcome {
    let body: LoginBody = call.message()?;
    let wrong = || Problem::unauthorized("`tiltyard account create` makes a key and its secret");
    let (Some(key), Some(secret)) = (ApiKey::parse(&body.api_key), ApiSecret::parse(&body.api_secret)) else {
        return Err(wrong());
    };
    let account = call.state.look().log_in(&key, &secret)?.ok_or_else(wrong)?;
    let token = call.state.tokens.issue(&account.id, seconds());
    Answer::json(200, &LoginAnswer { token, expires_in: LIFETIME })
}
