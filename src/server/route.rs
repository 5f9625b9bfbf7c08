//! What a route is: one table of them makes the router, the OpenAPI document and the tests.

use schemars::{Schema, SchemaGenerator};

use super::call::{Call, Later, Outcome};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Anyone,
    /// An account, with its token.
    Token,
    /// An agent, with its key.
    Key,
}

/// What carries a route out.
#[derive(Clone, Copy)]
pub(super) enum Handler {
    /// A page about the routes themselves.
    Page(Page),
    /// At once, on a thread that may wait for the disk.
    Blocking(fn(&Call) -> Outcome),
    /// As soon as there is an answer.
    Waiting(fn(Call) -> Later),
}

/// A page about the routes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Page {
    /// The OpenAPI document.
    OpenApi,
    /// For people.
    Docs,
}

/// Makes the schema of a message.
pub type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// A key of the query.
#[derive(Debug, Clone, Copy)]
pub struct QueryKey {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What it is.
    pub doc: &'static str,
    /// Its JSON Schema, as text.
    pub schema: &'static str,
}

/// A successful answer.
#[derive(Clone, Copy)]
pub struct Success {
    /// Status code.
    pub status: u16,
    /// Content type; empty where it has no content.
    pub content: &'static str,
    /// Schema of JSON content.
    pub schema: Option<MakeSchema>,
}

/// A method of a path.
#[derive(Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with its variable parts in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Its name in the OpenAPI document.
    pub id: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// The keys of its query.
    pub query: &'static [QueryKey],
    /// The schema of its body, where it has one.
    pub body: Option<MakeSchema>,
    /// Whether the body may be left out.
    pub may_lack_body: bool,
    /// Whether it takes `Idempotency-Key`.
    pub once: bool,
    /// Its successful answer.
    pub success: Success,
    /// Status codes of its problems, besides those that any request may have.
    pub problems: &'static [u16],
    /// What carries it out.
    pub(super) handler: Handler,
}

impl Route {
    /// A route without query, body and content.
    pub(super) const fn new(
        method: &'static str,
        path: &'static str,
        access: Access,
        id: &'static str,
        handler: Handler,
    ) -> Self {
        let success = Success { status: 204, content: "", schema: None };
        Self {
            method,
            path,
            access,
            id,
            summary: "",
            query: &[],
            body: None,
            may_lack_body: false,
            once: false,
            success,
            problems: &[],
            handler,
        }
    }

    /// What it does.
    pub(super) const fn does(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// The keys of its query.
    pub(super) const fn query(self, query: &'static [QueryKey]) -> Self {
        Self { query, ..self }
    }

    /// The schema of its body.
    pub(super) const fn body(self, schema: MakeSchema) -> Self {
        Self { body: Some(schema), ..self }
    }

    /// The schema of its body, which may be left out.
    pub(super) const fn optional_body(self, schema: MakeSchema) -> Self {
        Self { body: Some(schema), may_lack_body: true, ..self }
    }

    /// Takes `Idempotency-Key`.
    pub(super) const fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// Answers with JSON of a schema.
    pub(super) const fn json(self, status: u16, schema: MakeSchema) -> Self {
        Self { success: Success { status, content: "application/json", schema: Some(schema) }, ..self }
    }

    /// Answers with other content, or none.
    pub(super) const fn content(self, status: u16, content: &'static str) -> Self {
        Self { success: Success { status, content, schema: None }, ..self }
    }

    /// Its problems, besides those that any request may have.
    pub(super) const fn fails(self, problems: &'static [u16]) -> Self {
        Self { problems, ..self }
    }

    /// The names of the variable parts of the path.
    pub fn parts(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
