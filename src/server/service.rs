//! From a request to its answer: who calls, how often, with what body; and one line of the log.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, Method, Response, header};
use axum::routing::{MethodFilter, on};

use super::access::caller;
use super::call::{Answer, Call, Caller, Outcome};
use super::docs;
use super::problem::Problem;
use super::route::{Handler, Page, Route};
use super::state::State;
use super::table::ROUTES;
use crate::process::LINE_BYTES;

/// Most bytes of a body: a line of the protocol.
pub const BODY_BYTES: usize = LINE_BYTES;
/// Most characters of an `Idempotency-Key`.
const REQUEST_KEY: usize = 200;

/// The address of the other side of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// All routes, and what answers where there is none.
pub fn router(state: &Arc<State>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let shared = Arc::clone(state);
        let handler = move |parts: Result<RawPathParams, RawPathParamsRejection>, request: Request| {
            let state = Arc::clone(&shared);
            async move { answered(route, state, parts.ok(), request).await }
        };
        // The table has no other methods.
        let method = Method::from_bytes(route.method.as_bytes()).unwrap_or_default();
        let filter = MethodFilter::try_from(method).unwrap_or(MethodFilter::GET);
        router = router.route(route.path, on(filter, handler));
    }
    router
        .method_not_allowed_fallback(|| async {
            Answer::of(&Problem::new(405, "the path has no such method")).response()
        })
        .fallback(|| async {
            Answer::of(&Problem::not_found("path").help("/openapi.json has them all")).response()
        })
}

/// Carries out a request, and logs it: its route, never its path, headers or body.
async fn answered(
    route: &'static Route,
    state: Arc<State>,
    parts: Option<RawPathParams>,
    request: Request,
) -> Response<Body> {
    let began = Instant::now();
    let (log, mut who) = (Arc::clone(&state.log), String::new());
    let outcome = carried_out(route, state, parts, request, &mut who).await;
    let cause = outcome.as_ref().err().and_then(|problem| problem.cause.clone());
    let answer = outcome.unwrap_or_else(|problem| Answer::of(&problem));
    let took = began.elapsed().as_millis();
    log(&format!("{} {} {} {took} ms {who}", route.method, route.path, answer.status));
    if let Some(cause) = cause {
        log(&format!("  {cause}"));
    }
    answer.response()
}

async fn carried_out(
    route: &'static Route,
    state: Arc<State>,
    parts: Option<RawPathParams>,
    request: Request,
    who: &mut String,
) -> Outcome {
    let (head, body) = request.into_parts();
    let peer = head.extensions.get::<Peer>().map(|peer| peer.0.ip().to_string()).unwrap_or_default();
    let (access, headers, shared) = (route.access, head.headers.clone(), Arc::clone(&state));
    let found = tokio::task::spawn_blocking(move || caller(&shared, access, &headers)).await;
    let found = found.map_err(Problem::failed)?;
    let counted = match &found {
        Ok(caller) if !matches!(caller, Caller::Anyone) => caller.id(),
        _ => &peer,
    };
    counted.clone_into(who);
    limited(&state, counted)?;
    let caller = found?;
    let parts = parts.ok_or_else(|| Problem::malformed("the path is no UTF-8"))?;
    let path = parts.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let query = query(route, head.uri.query())?;
    let request = request_key(route, &head.headers)?;
    let body = read(route, &state, &head.headers, body).await?;
    let call = Call { state, caller, path, query, body, request };
    match route.handler {
        Handler::Page(Page::OpenApi) => docs::openapi(),
        Handler::Page(Page::Docs) => docs::docs(),
        Handler::Waiting(work) => work(call).await,
        Handler::Blocking(work) => {
            tokio::task::spawn_blocking(move || work(&call)).await.map_err(Problem::failed)?
        }
    }
}

fn limited(state: &State, caller: &str) -> Result<(), Problem> {
    state.rates.take(caller, Instant::now()).map_err(|seconds| Problem {
        retry_after: Some(seconds),
        ..Problem::new(429, format!("there are at most {} requests a minute", state.options.rate))
    })
}

/// The query, each key of which is one of the route and is given once.
fn query(route: &Route, text: Option<&str>) -> Result<BTreeMap<String, String>, Problem> {
    let mut query = BTreeMap::new();
    for pair in text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(key), Some(value)) = (decoded(key), decoded(value)) else {
            return Err(Problem::malformed("the query is no UTF-8"));
        };
        if !route.query.iter().any(|known| known.name == key) {
            let known: Vec<_> = route.query.iter().map(|known| known.name).collect();
            let help = match known.as_slice() {
                [] => "this route takes no query".to_owned(),
                known => format!("this route takes {}", known.join(", ")),
            };
            return Err(Problem::malformed("the query has a key that this route does not take").help(help));
        }
        if query.insert(key, value).is_some() {
            return Err(Problem::malformed("a key of the query is given twice"));
        }
    }
    match route.query.iter().find(|key| key.required && !query.contains_key(key.name)) {
        Some(missing) => {
            Err(Problem::malformed(format!("the query needs `{}`", missing.name)).help(missing.doc))
        }
        None => Ok(query),
    }
}

/// A part of a query without its escapes.
fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

fn request_key(route: &Route, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key").filter(|_| route.once) else { return Ok(None) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let text = value.to_str().ok();
    match text {
        Some(text) if (1..=REQUEST_KEY).contains(&text.len()) && text.bytes().all(plain) => {
            Ok(Some(text.to_owned()))
        }
        _ => Err(Problem::malformed(format!(
            "`Idempotency-Key` has 1 to {REQUEST_KEY} letters, digits, hyphens and underscores"
        ))),
    }
}

/// The body, where the route takes one: no longer than it may be, and no later.
async fn read(route: &Route, state: &State, headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let reading = tokio::time::timeout(state.options.patience, to_bytes(body, BODY_BYTES)).await;
    let body = match reading {
        Err(_) => return Err(Problem::new(408, "the body did not come in time")),
        Ok(Err(error)) if is_too_long(&error) => {
            return Err(Problem::new(413, format!("a body has at most {BODY_BYTES} bytes")));
        }
        Ok(Err(_)) => return Err(Problem::malformed("the body could not be read")),
        Ok(Ok(body)) => body,
    };
    if route.body.is_none() {
        return match body.is_empty() {
            true => Ok(body),
            false => Err(Problem::malformed("this route takes no body")),
        };
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = kind.is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if !body.is_empty() && !is_json {
        return Err(Problem::new(415, "a body is JSON").help("send `Content-Type: application/json`"));
    }
    Ok(body)
}

/// Whether a body could not be read for its length.
fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(found) = cause {
        if found.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = found.source();
    }
    false
}
