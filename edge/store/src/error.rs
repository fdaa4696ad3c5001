//! What a port says when the database fails.

use crate::DbError;
use orilla_shop::PortError;

impl From<DbError> for PortError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => PortError::Unavailable(error.to_string()),
            // A constraint that means something to a shopper (stock, versions) is matched before it gets here.
            DbError::Constraint(_) | DbError::Unexpected(_) => PortError::Unexpected(error.to_string()),
        }
    }
}
