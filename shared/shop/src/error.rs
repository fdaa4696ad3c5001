//! How a port fails.

/// A port could not do its work. What a shopper sees of it is a 503 or a 500; the text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// What is behind the port did not answer; trying again can help.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// What is behind the port answered something that this program does not understand.
    #[error("unexpected: {0}")]
    Unexpected(String),
}
