//! Why something that was sent is no event.

/// Why an event is refused. What is refused is kept beside the reason for a while, so that a sender can be mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No JSON.
    #[error("this is not JSON")]
    NotJson,
    /// JSON, but not what is sent here.
    #[error("a batch is {{\"sent\": milliseconds, \"events\": [{{…}}, …]}}")]
    NotABatch,
    /// More than one batch may have.
    #[error("a batch has at most {most} events: send several")]
    TooMany {
        /// The most.
        most: usize,
    },
    /// A type that this shop does not have (any longer, or yet).
    #[error("there is no such type of event")]
    UnknownType,
    /// A field that this type needs.
    #[error("the field {field} is missing")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A field whose value can't be.
    #[error("the field {field} must be {expected}")]
    Wrong {
        /// Its name.
        field: &'static str,
        /// What it would have to be.
        expected: &'static str,
    },
    /// A text that is longer than the field takes.
    #[error("the field {field} has at most {most} bytes")]
    TooLong {
        /// Its name.
        field: &'static str,
        /// The most.
        most: usize,
    },
    /// It happened too long ago: its batch was kept back, or a clock is wrong.
    #[error("it happened more than a day before it was sent")]
    TooOld,
    /// It happened after it was sent: a clock is wrong.
    #[error("it happened after it was sent")]
    FromTheFuture,
    /// Only the shop itself says this: a page could say anything.
    #[error("pages may not say this: the shop does")]
    NotForPages,
}

impl Rejection {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::NotJson => "not_json",
            Rejection::NotABatch => "not_a_batch",
            Rejection::TooMany { .. } => "too_many",
            Rejection::UnknownType => "unknown_type",
            Rejection::Missing { .. } => "missing_field",
            Rejection::Wrong { .. } => "wrong_field",
            Rejection::TooLong { .. } => "too_long",
            Rejection::TooOld => "too_old",
            Rejection::FromTheFuture => "from_the_future",
            Rejection::NotForPages => "not_for_pages",
        }
    }
}
