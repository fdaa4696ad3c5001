//! Conditions on attributes: GrowthBook's subset of MongoDB's query language, compiled.

mod compile;
mod operator;
mod version;

use crate::attribute::Attribute;
use crate::visitor::Visitor;
pub(crate) use compile::{GroupNames, compile, compile_groups};
pub(crate) use operator::{Expected, Members};
use serde_json::Value;

/// How many saved groups may stand inside one another. Beyond it a group matches nobody: the stack of an isolate is
/// small.
pub(crate) const MAX_GROUP_DEPTH: u8 = 16;

/// A condition. It holds if each of its tests does.
#[derive(Debug, Default)]
pub(crate) struct Condition(Box<[Test]>);

#[derive(Debug)]
enum Test {
    And(Box<[Condition]>),
    Or(Box<[Condition]>),
    Nor(Box<[Condition]>),
    Not(Condition),
    /// A saved group, with the attribute that replaces the group's own.
    Group(usize, Option<Path>),
    /// What is at the path must be as expected.
    Path(Path, Expected),
    /// Malformed: it matches nobody.
    Never,
}

/// The way to an attribute: `father.age`.
#[derive(Debug)]
pub(crate) struct Path {
    first: Box<str>,
    rest: Box<[Box<str>]>,
}

impl Path {
    fn parse(path: &str) -> Self {
        let mut parts = path.split('.').map(Box::from);
        Path { first: parts.next().unwrap_or_default(), rest: parts.collect() }
    }
}

/// What a condition is asked about.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// The attributes of a visitor.
    Visitor(&'a Visitor<'a>),
    /// One element of a list.
    Element(Attribute<'a>),
    /// The value of a prerequisite flag, which conditions call `value`.
    Prerequisite(&'a Value),
}

impl<'a> Subject<'a> {
    fn at(self, path: &Path) -> Attribute<'a> {
        let first = match self {
            Subject::Visitor(visitor) => visitor.attribute(&path.first),
            Subject::Element(element) => element.member(&path.first),
            Subject::Prerequisite(value) if &*path.first == "value" => value.into(),
            Subject::Prerequisite(_) => Attribute::Null,
        };
        path.rest.iter().fold(first, |value, key| value.member(key))
    }
}

/// A named list of values, or a named condition, that other conditions refer to.
#[derive(Debug)]
pub(crate) enum Group {
    /// Members, and the attribute that holds them if the group says so itself.
    List(Members, Option<Path>),
    /// The first form of a list, for `$inGroup` only: it can't say whose attribute it means.
    Bare(Members),
    /// Everybody for whom the condition holds.
    Condition(Condition),
    /// Malformed, or of a type that is not known: nobody.
    Unusable,
}

/// The saved groups, and which of them are being looked into: a group that contains itself matches nobody.
#[derive(Clone, Copy)]
pub(crate) struct Groups<'g> {
    all: &'g [Group],
    inside: Option<(usize, &'g Groups<'g>)>,
    depth: u8,
}

impl<'g> Groups<'g> {
    pub(crate) fn new(all: &'g [Group]) -> Self {
        Groups { all, inside: None, depth: 0 }
    }

    fn members(&self, index: Option<usize>) -> Option<&'g Members> {
        match self.all.get(index?)? {
            Group::List(members, _) | Group::Bare(members) => Some(members),
            Group::Condition(_) | Group::Unusable => None,
        }
    }

    fn is_inside(&self, index: usize) -> bool {
        self.inside.is_some_and(|(inside, outer)| inside == index || outer.is_inside(index))
    }

    fn contains(&self, index: usize, attribute: Option<&Path>, subject: Subject<'_>) -> bool {
        if self.depth >= MAX_GROUP_DEPTH || self.is_inside(index) {
            return false;
        }
        match self.all.get(index) {
            Some(Group::List(members, own)) => {
                attribute.or(own.as_ref()).is_some_and(|path| members.include(subject.at(path)))
            }
            Some(Group::Condition(condition)) => {
                let inner = Groups { all: self.all, inside: Some((index, self)), depth: self.depth + 1 };
                condition.holds(subject, &inner)
            }
            Some(Group::Bare(_) | Group::Unusable) | None => false,
        }
    }
}

impl Condition {
    /// A condition that holds for nobody.
    pub(crate) fn never() -> Self {
        Condition(Box::new([Test::Never]))
    }

    /// Whether it holds for `subject`.
    pub(crate) fn holds(&self, subject: Subject<'_>, groups: &Groups<'_>) -> bool {
        self.0.iter().all(|test| match test {
            Test::Path(path, expected) => expected.is_met_by(subject.at(path), groups),
            Test::And(all) => all.iter().all(|condition| condition.holds(subject, groups)),
            Test::Or(any) => any.is_empty() || any.iter().any(|condition| condition.holds(subject, groups)),
            Test::Nor(none) => {
                !none.is_empty() && !none.iter().any(|condition| condition.holds(subject, groups))
            }
            Test::Not(condition) => !condition.holds(subject, groups),
            Test::Group(index, attribute) => groups.contains(*index, attribute.as_ref(), subject),
            Test::Never => false,
        })
    }
}
