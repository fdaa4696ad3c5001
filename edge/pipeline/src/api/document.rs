//! The OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.0>), made of the table of operations and of the
//! types that they take and give.

use super::extract::KEY_HEADER;
use super::operation::{Content, Operation, SchemaOf};
use crate::problem::ProblemBody;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

const DEFINITIONS: &str = "/components/schemas";

/// The document of these operations.
pub fn document(operations: &[Operation]) -> Value {
    let settings =
        || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = DEFINITIONS.into());
    let mut writer = Writer {
        requests: settings().for_deserialize().into_generator(),
        answers: settings().for_serialize().into_generator(),
    };
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(operation.method.as_str().to_ascii_lowercase(), writer.operation(operation));
        }
    }
    let mut schemas = writer.requests.take_definitions(true);
    schemas.extend(writer.answers.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Orilla",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The shop's HTTP API. Money is counted in minor units, times in milliseconds since 1970. \
                Errors are problems of RFC 9457 with a stable `code` and, where fields are at fault, their names.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "staff": { "type": "http", "scheme": "bearer" } },
        },
    })
}

struct Writer {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Writer {
    fn operation(&mut self, operation: &Operation) -> Value {
        let mut written = Map::new();
        written.insert("operationId".to_owned(), operation.id.into());
        written.insert("summary".to_owned(), operation.summary.into());
        written.insert("parameters".to_owned(), self.parameters(operation).into());
        written.insert("responses".to_owned(), self.responses(operation).into());
        if let Some(body) = operation.body {
            let content = content(body, &mut self.requests);
            written.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        if operation.staff {
            written.insert("security".to_owned(), json!([{ "staff": [] }]));
        }
        written.into()
    }

    fn parameters(&mut self, operation: &Operation) -> Vec<Value> {
        let path = operation.path_parameters().map(
            |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
        );
        let mut parameters: Vec<Value> = path.collect();
        if operation.keyed {
            parameters.push(json!({
                "name": KEY_HEADER,
                "in": "header",
                "required": true,
                "description": "Names the request: sent again with the same key, it has no second effect. \
                    A new UUID for each new request.",
                "schema": { "type": "string", "pattern": "^[!-~]{8,128}$" },
            }));
        }
        if let Some(query) = operation.query {
            parameters.extend(self.query_parameters(query));
        }
        parameters
    }

    /// A parameter for each property of the query's type.
    fn query_parameters(&mut self, query: SchemaOf) -> Vec<Value> {
        let schema = query(&mut self.requests);
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let parameter = |(name, mut schema): (String, Value)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            json!({
                "name": name,
                "in": "query",
                "required": required.iter().any(|field| *field == name.as_str()),
                "description": description.unwrap_or_default(),
                "schema": without_null(schema),
            })
        };
        properties.into_iter().map(parameter).collect()
    }

    fn responses(&mut self, operation: &Operation) -> Map<String, Value> {
        let problem = content(PROBLEM, &mut self.answers);
        let refused = |text: &str| json!({ "description": text, "content": problem });
        let mut responses = Map::new();
        let done = json!({ "description": "Done", "content": content(operation.answer, &mut self.answers) });
        responses.insert(operation.status.to_string(), done);
        for status in operation.problems() {
            responses.insert(status.to_string(), refused(meaning(status)));
        }
        responses.insert("5XX".to_owned(), refused("The shop is broken (500), or can't answer now (503)"));
        responses
    }
}

/// The schema of a value that is left out rather than null: query strings have no null.
fn without_null(schema: Value) -> Value {
    let Value::Object(mut fields) = schema else { return schema };
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|name| *name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [only] = choices.as_slice() {
            return only.clone();
        }
    }
    fields.into()
}

const PROBLEM: Content = Content {
    media_type: "application/problem+json",
    schema: Some(|generator| generator.subschema_for::<ProblemBody>()),
};

fn content(content: Content, generator: &mut SchemaGenerator) -> Value {
    let schema = content.schema.map(|schema: SchemaOf| -> Schema { schema(generator) });
    let mut written = Map::new();
    written.insert(
        content.media_type.to_owned(),
        schema.map_or_else(|| json!({}), |schema| json!({ "schema": schema })),
    );
    Value::Object(written)
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request can't be read",
        401 => "The team's token is missing or wrong",
        403 => "The request comes from another site",
        404 => "There is nothing here",
        409 => "The state of the shop or of the order does not allow it",
        413 => "The request is too large",
        415 => "The body is not JSON",
        _ => "Fields are not acceptable",
    }
}
