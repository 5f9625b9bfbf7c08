//! The OpenAPI 3.1 document of all routes.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::problem::title;
use super::route::{Access, MakeSchema, Route};
use super::table::ROUTES;

/// The document.
pub fn document() -> Value {
    let mut generator = generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "tiltyard",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Registered agents, sessions and battles on recorded market history.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "key": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
            },
        },
    })
}

fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = route.parts().map(part).collect();
    parameters.extend(route.query.iter().map(|key| {
        // The table's schemas are JSON; a test reads them all.
        let schema: Value = serde_json::from_str(key.schema).unwrap_or_default();
        json!({ "name": key.name, "in": "query", "required": key.required, "description": key.doc, "schema": schema })
    }));
    if route.once {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Names the request: it is carried out once, however often it is sent.",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$" },
        }));
    }
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses(route, generator),
        "security": match route.access {
            Access::Anyone => json!([]),
            Access::Token => json!([{ "token": [] }]),
            Access::Key => json!([{ "key": [] }]),
        },
    });
    if let Some(body) = route.body {
        let schema = body(generator);
        operation["requestBody"] = json!({ "required": !route.may_lack_body, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

fn part(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let success = route.success;
    let mut answer = json!({ "description": title(success.status) });
    if !success.content.is_empty() {
        answer["content"] = json!({ success.content: content(route, generator) });
    }
    let links = links(route);
    if !links.is_empty() {
        answer["links"] = links.into();
    }
    responses.insert(success.status.to_string(), answer);
    for status in problems(route) {
        let mut answer = json!({
            "description": title(status),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
        if status == 429 || status == 503 {
            answer["headers"] = json!({ "Retry-After": { "schema": { "type": "string" } } });
        }
        responses.insert(status.to_string(), answer);
    }
    responses.into()
}

/// What an answer holds: JSON of a schema, text, or events, which have none.
fn content(route: &Route, generator: &mut SchemaGenerator) -> Value {
    match (route.success.schema, route.success.content) {
        (Some(make), _) => json!({ "schema": schema(make, generator) }),
        (None, "text/event-stream") => json!({}),
        (None, _) => json!({ "schema": { "type": "string" } }),
    }
}

/// From a route that makes something to the routes of what it has made.
fn links(route: &Route) -> Map<String, Value> {
    if !matches!(route.success.status, 201 | 202) {
        return Map::new();
    }
    let place: Vec<&str> = route.path.split('/').take(4).collect();
    let of_one = format!("{}/{{id}}", place.join("/"));
    let own = ROUTES.iter().filter(|other| other.path.starts_with(&of_one));
    let link =
        |other: &Route| json!({ "operationId": other.id, "parameters": { "id": "$response.body#/id" } });
    own.map(|other| (other.id.to_owned(), link(other))).collect()
}

/// The status codes of a route's problems.
pub fn problems(route: &Route) -> Vec<u16> {
    let mut all = vec![400, 408, 413, 429];
    if route.access != Access::Anyone {
        all.push(401);
    }
    if route.body.is_some() {
        all.extend([415, 422]);
    }
    all.extend(route.problems);
    all.sort_unstable();
    all.dedup();
    all
}

fn schema(make: MakeSchema, generator: &mut SchemaGenerator) -> Value {
    make(generator).to_value()
}

/// RFC 9457.
fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What is wrong with a request (RFC 9457).",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string", "description": "The phrase of the status." },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What is wrong." },
            "help": { "type": "string", "description": "How to mend it." },
        },
        "required": ["type", "title", "status", "detail"],
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reference_leads_somewhere_and_every_query_has_a_schema() {
        let document = document();
        let text = document.to_string();
        let schemas: BTreeSet<&String> =
            document["components"]["schemas"].as_object().unwrap().keys().collect();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap().to_owned();
            assert!(schemas.contains(&name), "{name}");
        }
        assert!(schemas.len() > 15, "{schemas:?}");
        for key in ROUTES.iter().flat_map(|route| route.query) {
            assert!(serde_json::from_str::<Value>(key.schema).unwrap().is_object(), "{}", key.name);
        }
    }

    #[test]
    fn names_and_paths_are_unique_and_only_these_routes_are_open_to_anyone() {
        let ids: BTreeSet<&str> = ROUTES.iter().map(|route| route.id).collect();
        assert_eq!(ids.len(), ROUTES.len());
        let open = ROUTES.iter().filter(|route| route.access == Access::Anyone).map(|route| route.path);
        assert_eq!(open.collect::<Vec<_>>(), ["/openapi.json", "/docs", "/api/v1/auth/login"]);
    }
}
