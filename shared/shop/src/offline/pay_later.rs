//! Ways to pay, where the shop is out of reach.

use crate::PortError;
use crate::checkout::{Payment, PaymentAnswer, PaymentRequest};
use async_trait::async_trait;
use orilla_orders::PaymentMethod;

/// A way to pay that the shop offers: it is chosen here, and the shop says how when it has the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayLater(pub PaymentMethod);

#[async_trait]
impl Payment for PayLater {
    fn method(&self) -> PaymentMethod {
        self.0
    }

    async fn prepare(&self, _: &PaymentRequest) -> Result<PaymentAnswer, PortError> {
        Err(PortError::Unavailable("the shop is out of reach".to_owned()))
    }
}
