//! What is wrong in a definition, and where.

use std::cell::RefCell;
use std::fmt;

/// Something in a definition that must be put right before it is published.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901), such as `/features/card-layout/rules/0/weights`.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.path.is_empty() { "/" } else { &self.path }, self.message)
    }
}

/// The faults that were found so far. Reading goes on after a fault, so that all are seen at once.
#[derive(Default)]
pub(crate) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// A place in the document that is being read.
#[derive(Clone, Copy)]
pub(crate) struct At<'p> {
    faults: &'p Faults,
    parent: Option<&'p At<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> At<'p> {
    pub(crate) fn root(faults: &'p Faults) -> Self {
        At { faults, parent: None, step: Step::Index(0) }
    }

    /// The place below this one, by its key.
    pub(crate) fn key(&'p self, key: &'p str) -> At<'p> {
        At { faults: self.faults, parent: Some(self), step: Step::Key(key) }
    }

    /// The place below this one, by its index.
    pub(crate) fn index(&'p self, index: usize) -> At<'p> {
        At { faults: self.faults, parent: Some(self), step: Step::Index(index) }
    }

    /// Notes a fault at this place.
    pub(crate) fn fault(&self, message: impl Into<String>) {
        self.faults.0.borrow_mut().push(Fault { path: self.pointer(), message: message.into() });
    }

    fn pointer(&self) -> String {
        let Some(parent) = self.parent else { return String::new() };
        let above = parent.pointer();
        match self.step {
            Step::Key(key) => format!("{above}/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("{above}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_their_keys() {
        let faults = Faults::default();
        let root = At::root(&faults);
        root.key("features").key("a/b~c").index(3).fault("no");
        root.fault("whole");
        let found = faults.into_vec();
        assert_eq!(found[0].path, "/features/a~1b~0c/3");
        assert_eq!(found[1].to_string(), "/: whole");
    }
}
