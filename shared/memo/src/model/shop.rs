//! The model's shop, its pages, and what they are worth by their values.

use crate::{Class, Fingerprint, Source, Verdict, Version};

pub const PRODUCTS: u8 = 3;
pub const DIMENSIONS: u8 = 3;

#[derive(Clone, Copy, Debug)]
pub struct Product {
    pub version: u64,
    pub price: u8,
    pub stock: u8,
    pub title: u8,
}

/// Products come, change and go. Each state has a revision of its own, and each state of a product a version.
#[derive(Clone, Debug)]
pub struct Shop {
    pub revision: u64,
    pub products: [Option<Product>; PRODUCTS as usize],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    Price(u8),
    /// Of the stock, a page shows only whether there is any.
    InStock(u8),
    Title(u8),
    /// A list: its version moves with every revision.
    AllTitles,
    /// A list of numbers.
    Cheapest,
}

impl Shop {
    pub fn product(&self, product: u8) -> Option<&Product> {
        self.products[usize::from(product)].as_ref()
    }

    pub fn value(&self, query: &Query) -> Option<u64> {
        let there = || self.products.iter().flatten();
        match query {
            Query::Price(p) => self.product(*p).map(|p| p.price.into()),
            Query::InStock(p) => self.product(*p).map(|p| (p.stock > 0).into()),
            Query::Title(p) => self.product(*p).map(|p| p.title.into()),
            Query::AllTitles => Some(there().fold(1, |all, p| all * 8 + u64::from(p.title))),
            Query::Cheapest => Some(there().map(|p| u64::from(p.price)).min().unwrap_or(99)),
        }
    }
}

impl Source<Query> for Shop {
    fn revision(&self) -> u64 {
        self.revision
    }

    fn version(&self, query: &Query) -> Option<Version> {
        match query {
            Query::Price(p) | Query::InStock(p) | Query::Title(p) => self.product(*p).map(|p| p.version),
            Query::AllTitles | Query::Cheapest => Some(self.revision),
        }
    }

    fn fingerprint(&self, query: &Query) -> Option<Fingerprint> {
        self.value(query).map(|value| Fingerprint::new(value.into()))
    }

    fn class(&self, query: &Query) -> Class {
        match query {
            Query::Price(_) | Query::InStock(_) | Query::Cheapest => Class::Strict,
            Query::Title(_) | Query::AllTitles => Class::Lenient,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask {
    Dimension(u8),
    Shop(Query),
}

/// A page: at each step it asks for something, and the answer says how many steps are skipped.
pub type Program = Vec<(Ask, [u8; 3])>;

/// What a render asked for and was answered: the page shows all of it.
#[derive(Debug)]
pub struct Page {
    pub id: usize,
    pub trace: Vec<(Ask, Option<u64>)>,
}

pub fn run(program: &Program, answer: impl Fn(&Ask) -> Option<u64>) -> Vec<(Ask, Option<u64>)> {
    let mut trace = Vec::new();
    let mut at = 0;
    while let Some((ask, skip)) = program.get(at) {
        let value = answer(ask);
        trace.push((*ask, value));
        at += 1 + usize::from(skip[value.map_or(2, |v| v as usize % 2)]);
    }
    trace
}

/// A visitor is a number; its digits to the base of two are the dimensions' values.
pub fn dimension(visitor: u8, dimension: u8) -> u8 {
    visitor >> dimension & 1
}

pub fn fresh(program: &Program, visitor: u8, shop: &Shop) -> Vec<(Ask, Option<u64>)> {
    run(program, |ask| match ask {
        Ask::Dimension(d) => Some(dimension(visitor, *d).into()),
        Ask::Shop(query) => shop.value(query),
    })
}

impl Page {
    pub fn dimensions(&self) -> Vec<(u8, u64)> {
        let mut found: Vec<(u8, u64)> = Vec::new();
        for (ask, value) in &self.trace {
            match ask {
                Ask::Dimension(d) if found.iter().all(|(known, _)| known != d) => {
                    found.push((*d, value.unwrap()))
                }
                _ => {}
            }
        }
        found
    }

    pub fn fits(&self, visitor: u8) -> bool {
        self.dimensions().iter().all(|(d, value)| u64::from(dimension(visitor, *d)) == *value)
    }

    /// Whether two pages of a route can't be told apart by the visitor, or come from different states of the shop.
    pub fn conflicts(&self, other: &Page) -> bool {
        let (mine, theirs) = (self.dimensions(), other.dimensions());
        let apart = mine.iter().zip(&theirs).find(|(a, b)| a != b);
        apart.is_none_or(|((a, _), (b, _))| a != b)
    }

    pub fn verdict(&self, shop: &Shop) -> Verdict<Query> {
        let mut amber = None;
        for (ask, value) in &self.trace {
            let Ask::Shop(query) = ask else { continue };
            let now = shop.value(query);
            if now != *value {
                match shop.class(query) {
                    Class::Lenient if now.is_some() => {
                        amber.get_or_insert(*query);
                    }
                    _ => return Verdict::Red(*query),
                }
            }
        }
        amber.map_or(Verdict::Fresh, Verdict::Stale)
    }
}
