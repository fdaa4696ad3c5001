//! One table entry of the API: both the router and the OpenAPI document are made of it.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type, for the document: that is made in tests, so that the Worker carries none of this code.
fn schema_of<T: JsonSchema>() -> Option<SchemaOf> {
    if cfg!(test) { Some(|generator| generator.subschema_for::<T>()) } else { None }
}

/// A body of a request or an answer.
#[derive(Clone, Copy)]
#[cfg_attr(not(test), expect(dead_code, reason = "the document is made in tests"))]
pub struct Content {
    pub media_type: &'static str,
    /// `None`: not JSON.
    pub schema: Option<SchemaOf>,
}

/// A method of a path, with what it takes and gives.
#[cfg_attr(not(test), expect(dead_code, reason = "the document is made in tests"))]
pub struct Operation {
    pub id: &'static str,
    pub summary: &'static str,
    pub method: Method,
    /// As axum and OpenAPI both write it: `/api/v1/products/{handle}`.
    pub path: &'static str,
    pub handler: MethodRouter,
    pub query: Option<SchemaOf>,
    pub body: Option<Content>,
    pub status: u16,
    pub answer: Content,
    /// Whether it asks for the team's token.
    pub staff: bool,
    /// Whether it asks for an idempotency key.
    pub keyed: bool,
    /// What it can refuse with, beside what follows from the other fields.
    pub refusals: &'static [u16],
}

const JSON: &str = "application/json";

impl Operation {
    /// A reading operation that answers JSON of type `T`.
    pub fn get<T: JsonSchema, H: Handler<X, ()>, X: 'static>(
        id: &'static str,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Operation::new::<T>(id, Method::GET, path, summary, on(MethodFilter::GET, handler))
    }

    /// A writing operation that answers JSON of type `T`.
    pub fn post<T: JsonSchema, H: Handler<X, ()>, X: 'static>(
        id: &'static str,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Operation::new::<T>(id, Method::POST, path, summary, on(MethodFilter::POST, handler))
    }

    /// An operation that puts what it is sent in the place of what is there, and answers JSON of type `T`.
    pub fn put<T: JsonSchema, H: Handler<X, ()>, X: 'static>(
        id: &'static str,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Operation::new::<T>(id, Method::PUT, path, summary, on(MethodFilter::PUT, handler))
    }

    /// An operation that takes something back, and answers JSON of type `T`.
    pub fn delete<T: JsonSchema, H: Handler<X, ()>, X: 'static>(
        id: &'static str,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Operation::new::<T>(id, Method::DELETE, path, summary, on(MethodFilter::DELETE, handler))
    }

    fn new<T: JsonSchema>(
        id: &'static str,
        method: Method,
        path: &'static str,
        summary: &'static str,
        handler: MethodRouter,
    ) -> Self {
        Operation {
            id,
            summary,
            method,
            path,
            handler,
            query: None,
            body: None,
            status: 200,
            answer: Content { media_type: JSON, schema: schema_of::<T>() },
            staff: false,
            keyed: false,
            refusals: &[],
        }
    }

    /// It reads a query string of type `T`.
    pub fn query<T: JsonSchema>(self) -> Self {
        Operation { query: if cfg!(test) { Some(T::json_schema) } else { None }, ..self }
    }

    /// It reads a JSON body of type `T`.
    pub fn body<T: JsonSchema>(self) -> Self {
        Operation { body: Some(Content { media_type: JSON, schema: schema_of::<T>() }), ..self }
    }

    /// It reads a body of any media type.
    pub fn any_body(self) -> Self {
        Operation { body: Some(Content { media_type: "*/*", schema: None }), ..self }
    }

    /// It answers with this status when all goes well; else 200.
    pub fn status(self, status: u16) -> Self {
        Operation { status, ..self }
    }

    /// It answers with this media type rather than JSON.
    pub fn media_type(self, media_type: &'static str) -> Self {
        Operation { answer: Content { media_type, schema: None }, ..self }
    }

    /// It asks for the team's token.
    pub fn staff(self) -> Self {
        Operation { staff: true, ..self }
    }

    /// It asks for an idempotency key.
    pub fn keyed(self) -> Self {
        Operation { keyed: true, ..self }
    }

    /// It can refuse with these too.
    pub fn refuses(self, refusals: &'static [u16]) -> Self {
        Operation { refusals, ..self }
    }

    /// Puts a layer around the handler.
    pub fn handled(self, change: impl FnOnce(MethodRouter) -> MethodRouter) -> Self {
        Operation { handler: change(self.handler), ..self }
    }

    /// The names of the variable parts of the path.
    #[cfg(test)]
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The statuses of all problems that it can answer with, sorted; those of a broken shop aside.
    #[cfg(test)]
    pub fn problems(&self) -> Vec<u16> {
        let mut problems = self.refusals.to_vec();
        let mut add = |applies: bool, statuses: &[u16]| {
            if applies {
                problems.extend(statuses);
            }
        };
        add(self.staff, &[401]);
        add(self.method != Method::GET, &[403]);
        add(self.keyed, &[400]);
        add(self.query.is_some(), &[422]);
        add(self.path_parameters().next().is_some(), &[400, 404]);
        add(self.body.is_some(), &[400, 413, 422]);
        add(self.body.is_some_and(|body| body.schema.is_some()), &[415]);
        problems.sort_unstable();
        problems.dedup();
        problems
    }
}

/// The router of these operations.
pub fn router(operations: Vec<Operation>) -> Router {
    operations
        .into_iter()
        .fold(Router::new(), |router, operation| router.route(operation.path, operation.handler))
}
