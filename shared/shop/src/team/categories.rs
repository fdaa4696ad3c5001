//! Categories as the team works on them: the tree, and what a new name or place of one means for all below it.
//!
//! The slug of a category is made of the names on the way to it, always: so that a feed, which names them, finds it. A
//! new name is therefore a new slug, of the category and of all below it; where they stood before is kept, and leads to
//! where they stand now.

use crate::PortError;
use async_trait::async_trait;
use orilla_catalog::{CategoryId, CategoryPath, way};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A category as the store has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The one above it.
    pub parent: Option<CategoryId>,
    /// The path in URLs: `lighting/lanterns`.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// How often the team has changed it.
    pub version: u32,
    /// Products of any status that stand in it itself.
    pub products: u32,
    /// Those of them that are on sale.
    pub active: u32,
}

impl Category {
    /// How many stand above it.
    pub fn depth(&self) -> usize {
        self.slug.matches('/').count()
    }
}

/// All categories, parents before children, siblings by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryTree(Vec<Category>);

impl CategoryTree {
    /// Puts categories in their order.
    pub fn new(mut categories: Vec<Category>) -> Self {
        let names: BTreeMap<String, String> =
            categories.iter().map(|c| (c.slug.clone(), c.name.to_lowercase())).collect();
        categories.sort_by_cached_key(|category| {
            way(&category.slug).map(|slug| (names.get(slug).cloned(), slug.to_owned())).collect::<Vec<_>>()
        });
        CategoryTree(categories)
    }

    /// All of them.
    pub fn all(&self) -> &[Category] {
        &self.0
    }

    /// The category with this id.
    pub fn get(&self, id: CategoryId) -> Option<&Category> {
        self.0.iter().find(|category| category.id == id)
    }

    /// The category with this slug.
    pub fn find(&self, slug: &str) -> Option<&Category> {
        self.0.iter().find(|category| category.slug == slug)
    }

    /// The names on the way to a category.
    pub fn path(&self, slug: &str) -> Option<CategoryPath> {
        let names = way(slug).map(|slug| self.find(slug).map(|category| category.name.clone()));
        CategoryPath::new(names.collect::<Option<Vec<_>>>()?).ok()
    }

    /// `Lighting > Lanterns`.
    pub fn spelled(&self, slug: &str) -> String {
        self.path(slug).map(|path| path.names().join(" > ")).unwrap_or_default()
    }

    /// A category with all that stand below it, parents first.
    pub fn below<'a>(&'a self, top: &'a Category) -> impl Iterator<Item = &'a Category> {
        self.0.iter().filter(move |category| is_within(&category.slug, &top.slug))
    }

    /// What it takes to give a category this name, below `parent`. With `merge`, it may become one with another that
    /// stands there already.
    ///
    /// # Errors
    /// See [`MoveFault`].
    pub fn plan(
        &self,
        id: CategoryId,
        parent: Option<CategoryId>,
        name: &str,
        merge: bool,
    ) -> Result<CategoryMove, MoveFault> {
        let top = self.get(id).ok_or(MoveFault::Gone)?;
        let path = self.place(parent, name)?;
        if parent.and_then(|id| self.get(id)).is_some_and(|above| is_within(&above.slug, &top.slug)) {
            return Err(MoveFault::IntoItself);
        }
        let slug = path.slug();
        let moving: Vec<&Category> = self.below(top).collect();
        let deepest = moving.iter().map(|category| category.depth()).max().unwrap_or_default();
        if path.names().len() + deepest - top.depth() > MOST_LEVELS {
            return Err(MoveFault::TooDeep);
        }
        let mut rows: Vec<MovedCategory> = Vec::with_capacity(moving.len());
        for category in &moving {
            let rest = category.slug.get(top.slug.len()..).unwrap_or_default();
            let to = format!("{slug}{rest}");
            let there = self.find(&to).filter(|there| !is_within(&there.slug, &top.slug));
            // The one above may become one with another, too.
            let above = category.parent.and_then(|id| rows.iter().find(|row| row.id == id));
            rows.push(MovedCategory {
                id: category.id,
                version: category.version,
                from: category.slug.clone(),
                name: if category.id == id { path.name().to_owned() } else { category.name.clone() },
                parent: if category.id == id { parent } else { above.map(MovedCategory::target) },
                into: there.map(|there| there.id),
                to,
            });
        }
        let first = rows.first().and_then(|row| row.into);
        match first {
            Some(there) if !merge => Err(MoveFault::Exists(there)),
            _ => Ok(CategoryMove {
                before: self.spelled(&top.slug),
                after: path.names().join(" > "),
                is_change: top.parent != parent || top.name != path.name(),
                rows,
            }),
        }
    }

    /// The path of a category with this name below `parent`.
    ///
    /// # Errors
    /// [`MoveFault::NotAName`], [`MoveFault::NoParent`] and [`MoveFault::TooDeep`].
    pub fn place(&self, parent: Option<CategoryId>, name: &str) -> Result<CategoryPath, MoveFault> {
        let tidy = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if tidy.chars().any(char::is_control) || CategoryPath::new(vec![tidy.clone()]).is_err() {
            return Err(MoveFault::NotAName);
        }
        let mut names = match parent {
            None => Vec::new(),
            Some(parent) => {
                let above = self.get(parent).and_then(|above| self.path(&above.slug));
                above.ok_or(MoveFault::NoParent)?.names().to_vec()
            }
        };
        names.push(tidy);
        CategoryPath::new(names).map_err(|_| MoveFault::TooDeep)
    }
}

/// Levels of the tree, as of [`CategoryPath`].
const MOST_LEVELS: usize = 5;

fn is_within(slug: &str, top: &str) -> bool {
    slug.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Why a category can't have a name or a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveFault {
    /// It is not there any more.
    Gone,
    /// 1 to 80 characters, with a letter or digit.
    NotAName,
    /// The one above it is not there any more.
    NoParent,
    /// It, or one below it, would stand on a sixth level.
    TooDeep,
    /// It would stand below itself.
    IntoItself,
    /// This one stands there already: they can become one.
    Exists(CategoryId),
}

/// A category with a new name or place, and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryMove {
    /// The category's path in words, as it was.
    pub before: String,
    /// The same, as it will be.
    pub after: String,
    /// Whether anything is other than before.
    pub is_change: bool,
    /// The category first, then those below it, parents first.
    pub rows: Vec<MovedCategory>,
}

/// What becomes of one category in a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedCategory {
    /// The category.
    pub id: CategoryId,
    /// Its version before.
    pub version: u32,
    /// Its slug before.
    pub from: String,
    /// Its slug afterwards.
    pub to: String,
    /// Its name afterwards.
    pub name: String,
    /// The one above it afterwards.
    pub parent: Option<CategoryId>,
    /// The one that it becomes one with.
    pub into: Option<CategoryId>,
}

impl MovedCategory {
    /// Where its products stand afterwards.
    pub fn target(&self) -> CategoryId {
        self.into.unwrap_or(self.id)
    }
}

/// Who does something to a category, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub member: &'a str,
    /// Now, in milliseconds since 1970.
    pub at: i64,
}

/// What became of a change of a category. A refusal has written nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategoryOutcome {
    /// It is done.
    Done(CategoryId),
    /// It was so already.
    Unchanged(CategoryId),
    /// Somebody else was first.
    Stale,
    /// It still has products or categories below it, so it can't be deleted.
    NotEmpty,
}

/// Something that was done to a category by hand. Stored for ever, as JSON with a `type`: change it only so that old
/// JSON can still be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CategoryChange {
    /// It is new.
    Created {
        /// Its path in words.
        path: String,
    },
    /// It has another name or place.
    Moved {
        /// Its path in words, before.
        before: String,
        /// The same, afterwards.
        after: String,
        /// Whether it has become one with one that stood there.
        merged: bool,
    },
    /// It is gone.
    Deleted {
        /// Its path in words.
        path: String,
    },
}

/// A line of the history of categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub member: String,
    /// What.
    pub change: CategoryChange,
}

/// What the team asks of categories.
#[async_trait]
pub trait CategoryDesk: Send + Sync {
    /// All of them, those too that have no products.
    async fn tree(&self) -> Result<CategoryTree, PortError>;

    /// Makes a category at the end of this path. One that is there already stays as it is.
    async fn create(&self, path: &CategoryPath, by: By<'_>) -> Result<CategoryOutcome, PortError>;

    /// Does what was planned, in one transaction, if the tree is as it was. Products of the categories have a new
    /// version afterwards, and wait for [`CategoryDesk::refresh`].
    async fn relocate(&self, plan: &CategoryMove, by: By<'_>) -> Result<CategoryOutcome, PortError>;

    /// Deletes a category without products and without categories below it, if it is as it was seen.
    async fn delete(&self, seen: &Category, path: &str, by: By<'_>) -> Result<CategoryOutcome, PortError>;

    /// The addresses at which a category stood before.
    async fn former(&self, id: CategoryId) -> Result<Vec<String>, PortError>;

    /// Up to `most` lines of the history, of one category or of all, the last first.
    async fn told(&self, id: Option<CategoryId>, most: u32) -> Result<Vec<CategoryEntry>, PortError>;

    /// Makes up to `most` products anew that wait for it after a move: what the search finds them by, and the digest by
    /// which an import knows them. Answers how many it has looked at: 0 means that none waits.
    async fn refresh(&self, most: u32) -> Result<u32, PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Categories with these slugs; the id is the place in the list, from 1, the name the last part in capitals.
    fn tree(slugs: &[&str]) -> CategoryTree {
        let id = |slug: &str| {
            let at = slugs.iter().position(|other| *other == slug)?;
            Some(CategoryId(i64::try_from(at).unwrap() + 1))
        };
        let categories = slugs.iter().map(|slug| {
            let (above, name) = slug.rsplit_once('/').unwrap_or(("", slug));
            Category {
                id: id(slug).unwrap(),
                parent: id(above),
                slug: (*slug).to_owned(),
                name: name.to_uppercase(),
                version: 0,
                products: 0,
                active: 0,
            }
        });
        CategoryTree::new(categories.collect())
    }

    /// What a move does, as `from → to (parent)`, or `from ⇒ id` for one that becomes one with another.
    #[track_caller]
    fn check(slugs: &[&str], id: i64, to: (i64, &str), merge: bool, expected: Result<&[&str], MoveFault>) {
        let parent = (to.0 > 0).then_some(CategoryId(to.0));
        let plan = tree(slugs).plan(CategoryId(id), parent, to.1, merge);
        let lines = plan.map(|plan| {
            let line = |row: &MovedCategory| match row.into {
                Some(into) => format!("{} ⇒ {}", row.from, into.0),
                None => format!("{} → {} ({})", row.from, row.to, row.parent.map_or(0, |id| id.0)),
            };
            plan.rows.iter().map(line).collect::<Vec<_>>()
        });
        let expected = expected.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_new_name_moves_all_below() {
        let slugs = ["light", "light/lanterns", "lights", "deck"];
        check(
            &slugs,
            1,
            (0, "Lamps"),
            false,
            Ok(&["light → lamps (0)", "light/lanterns → lamps/lanterns (1)"]),
        );
        check(&slugs, 2, (4, " Storm  lanterns "), false, Ok(&["light/lanterns → deck/storm-lanterns (4)"]));
        check(
            &slugs,
            1,
            (0, "LIGHT!"),
            false,
            Ok(&["light → light (0)", "light/lanterns → light/lanterns (1)"]),
        );
    }

    #[test]
    fn what_cannot_be_is_told() {
        let slugs = ["a", "a/b", "a/b/c", "x", "x/a", "x/a/b", "x/a/b/c"];
        check(&slugs, 99, (0, "N"), false, Err(MoveFault::Gone));
        check(&slugs, 1, (0, " ! "), false, Err(MoveFault::NotAName));
        check(&slugs, 1, (0, &"n".repeat(81)), false, Err(MoveFault::NotAName));
        check(&slugs, 1, (99, "N"), false, Err(MoveFault::NoParent));
        check(&slugs, 1, (3, "N"), false, Err(MoveFault::IntoItself));
        check(&slugs, 1, (1, "N"), false, Err(MoveFault::IntoItself));
        check(&slugs, 4, (3, "N"), false, Err(MoveFault::TooDeep));
        check(&slugs, 5, (0, "a"), false, Err(MoveFault::Exists(CategoryId(1))));
    }

    #[test]
    fn two_become_one_with_all_below() {
        let slugs = ["a", "a/b", "x", "x/a", "x/a/b", "x/a/b/c", "x/a/d"];
        let expected = ["x/a ⇒ 1", "x/a/b ⇒ 2", "x/a/b/c → a/b/c (2)", "x/a/d → a/d (1)"];
        check(&slugs, 4, (0, "a"), true, Ok(&expected));
        // Into the one above, where one below has the name that becomes free.
        check(&["x", "x/x", "x/x/x"], 2, (0, "x"), true, Ok(&["x/x ⇒ 1", "x/x/x → x/x (1)"]));
    }

    #[test]
    fn siblings_stand_by_name_and_know_their_way() {
        let tree = tree(&["b", "b/z", "a", "b/y"]);
        let slugs: Vec<_> = tree.all().iter().map(|category| category.slug.as_str()).collect();
        assert_eq!(slugs, ["a", "b", "b/y", "b/z"]);
        assert_eq!(tree.spelled("b/z"), "B > Z");
        assert_eq!(tree.path("c"), None);
    }
}
