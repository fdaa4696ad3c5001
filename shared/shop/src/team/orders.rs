//! Orders as the team looks for them.

use super::{page_number, searched};
use crate::PortError;
use crate::checkout::ListedOrder;
use async_trait::async_trait;
use orilla_money::Money;
use orilla_orders::{OrderToken, Status};
use serde::{Deserialize, Serialize};

/// Which orders a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderFilter {
    /// All.
    #[default]
    All,
    /// Those that wait for the team: placed, paid or packed.
    ToDo,
    /// Those of one status.
    Is(Status),
}

impl OrderFilter {
    /// The statuses that it lets through.
    pub fn statuses(self) -> Vec<Status> {
        match self {
            OrderFilter::All => Status::ALL.to_vec(),
            OrderFilter::ToDo => vec![Status::Placed, Status::Paid, Status::Packed],
            OrderFilter::Is(status) => vec![status],
        }
    }

    /// The name in URLs; empty for all.
    pub fn token(self) -> &'static str {
        match self {
            OrderFilter::All => "",
            OrderFilter::ToDo => "todo",
            OrderFilter::Is(status) => status.token(),
        }
    }
}

/// A question for a list of orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// Which.
    pub filter: OrderFilter,
    /// An order's number, or a part of a name or an e-mail address. Empty: no search.
    pub search: String,
    /// The page, from 1.
    pub page: u32,
}

impl OrderQuery {
    /// Reads the fields of a query string. What it does not know it passes over.
    pub fn read(fields: impl Iterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Self {
        let mut query = OrderQuery { page: 1, ..OrderQuery::default() };
        for (name, value) in fields {
            let value = value.as_ref();
            match name.as_ref() {
                "status" => {
                    let known = Status::ALL.into_iter().map(OrderFilter::Is).chain([OrderFilter::ToDo]);
                    query.filter = known.into_iter().find(|f| f.token() == value).unwrap_or_default();
                }
                "q" => query.search = searched(value),
                "page" => query.page = page_number(value),
                _ => {}
            }
        }
        query
    }

    /// The fields of its query string, without what is as it always is.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let fields = [("status", self.filter.token().to_owned()), ("q", self.search.clone()), ("page", page)];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// A page of a list of orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderPage {
    /// How many orders fit the question.
    pub total: u32,
    /// Those of the page, the newest first.
    pub orders: Vec<ListedOrder>,
}

/// What was sold in some time, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takings {
    /// Orders that were placed, without those that were cancelled.
    pub orders: u32,
    /// What they come to, without what was given back.
    pub total: Money,
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What was sold today, a line for each currency.
    pub takings: Vec<Takings>,
    /// Orders that can be packed: paid, or to be paid on delivery.
    pub to_pack: u32,
    /// Orders that are packed and wait for the carrier.
    pub to_ship: u32,
    /// Orders that wait for the buyer's money.
    pub unpaid: u32,
}

/// What the team asks of all orders.
#[async_trait]
pub trait OrderDesk: Send + Sync {
    /// A page of [`super::PAGE`] orders.
    async fn find(&self, query: &OrderQuery) -> Result<OrderPage, PortError>;

    /// How many orders there are of each status that has any.
    async fn counts(&self) -> Result<Vec<(Status, u32)>, PortError>;

    /// How things stand. Today began at `midnight`, in milliseconds since 1970.
    async fn standing(&self, midnight: i64) -> Result<Standing, PortError>;

    /// The token of the order with this number.
    async fn token(&self, number: i64) -> Result<Option<OrderToken>, PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: &[(&str, &str)], expected: &[(&str, &str)]) {
        let query = OrderQuery::read(fields.iter().copied());
        let told = query.fields();
        let told: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(told, expected);
        assert_eq!(OrderQuery::read(told.into_iter()), query);
    }

    #[test]
    fn a_question_survives_its_url() {
        check(&[], &[]);
        check(&[("status", "todo")], &[("status", "todo")]);
        check(&[("status", "paid"), ("page", "3")], &[("status", "paid"), ("page", "3")]);
        check(&[("q", "  ada \n lovelace ")], &[("q", "ada lovelace")]);
        check(&[("status", "eaten"), ("page", "-1"), ("x", "y")], &[]);
        check(&[("page", "99999999999")], &[]);
    }
}
