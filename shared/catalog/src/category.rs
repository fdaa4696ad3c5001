//! Categories: a tree, addressed by the names on the way down.

use crate::read::CategoryNode;
use crate::slug;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The way from the root to a category: `["Lighting", "Lanterns"]`. One to five names, each with a slug.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct CategoryPath(Vec<String>);

impl CategoryPath {
    /// Checks the names: 1 to 5 of them, each 1 to 80 characters with a letter or digit.
    ///
    /// # Errors
    /// A message that says which name is wrong.
    pub fn new(names: Vec<String>) -> Result<Self, String> {
        if names.is_empty() || names.len() > 5 {
            return Err("a category has 1 to 5 levels".into());
        }
        let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        match names.iter().find(|name| slug(name).is_empty() || name.chars().count() > 80) {
            Some(name) => {
                Err(format!("\"{name}\" is not a category name: 1 to 80 characters, with a letter or digit"))
            }
            None => Ok(CategoryPath(names)),
        }
    }

    /// The names from the root down.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The last name: what the category is called.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The path in URLs, unique in a shop: `lighting/lanterns`.
    pub fn slug(&self) -> String {
        self.0.iter().map(|name| slug(name)).collect::<Vec<_>>().join("/")
    }

    /// The category above, if this one is not at the top.
    pub fn parent(&self) -> Option<CategoryPath> {
        let (_, rest) = self.0.split_last()?;
        (!rest.is_empty()).then(|| CategoryPath(rest.to_vec()))
    }
}

impl TryFrom<Vec<String>> for CategoryPath {
    type Error = String;
    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        CategoryPath::new(names)
    }
}

impl From<CategoryPath> for Vec<String> {
    fn from(path: CategoryPath) -> Vec<String> {
        path.0
    }
}

/// The slugs on the way to a category, itself the last: `a`, `a/b`, `a/b/c` of `a/b/c`.
pub fn way(slug: &str) -> impl Iterator<Item = &str> {
    let ends = slug.match_indices('/').map(|(at, _)| at).chain([slug.len()]);
    ends.filter_map(|end| slug.get(..end))
}

/// The tree of categories as a menu shows it, from all categories with the products that stand in each itself: those
/// without products in and below them left out, the others with the products below them added, parents before
/// children, siblings by name.
pub fn tree(own: Vec<CategoryNode>) -> Vec<CategoryNode> {
    let mut totals: BTreeMap<String, u32> = BTreeMap::new();
    for category in own.iter().filter(|category| category.products > 0) {
        for slug in way(&category.slug) {
            *totals.entry(slug.to_owned()).or_default() += category.products;
        }
    }
    // `extend` and not `collect`, which sorts first.
    let mut names = BTreeMap::<&str, &str>::new();
    names.extend(own.iter().map(|c| (c.slug.as_str(), c.name.as_str())));
    let name = |slug: &str| names.get(slug).copied().unwrap_or_default().to_owned();
    let nodes = totals.iter().map(|(slug, products)| CategoryNode {
        slug: slug.clone(),
        name: name(slug),
        products: *products,
    });
    // By the names on the way down; the slug decides between equal names.
    let key = |node: &CategoryNode| -> Vec<_> {
        way(&node.slug).map(|slug| (name(slug).to_lowercase(), slug.to_owned())).collect()
    };
    let mut keyed: Vec<_> = nodes.into_iter().map(|node| (key(&node), node)).collect();
    orilla_sorting::sort_by(&mut keyed, |(a, _), (b, _)| a.cmp(b));
    keyed.into_iter().map(|(_, node)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_count_what_is_below_them() {
        let own = |slug: &str, name: &str, products| CategoryNode {
            slug: slug.into(),
            name: name.into(),
            products,
        };
        let nodes = tree(vec![
            own("b", "Boats", 0),
            own("b/x", "Oars", 2),
            own("b/y", "anchors", 3),
            own("a", "Zinc", 1),
            own("c", "Closed", 0),
        ]);
        let lines: Vec<_> = nodes.iter().map(|n| format!("{} {} {}", n.slug, n.name, n.products)).collect();
        assert_eq!(lines, ["b Boats 5", "b/y anchors 3", "b/x Oars 2", "a Zinc 1"]);
    }

    #[test]
    fn has_a_slug_and_a_parent() {
        let path = CategoryPath::new(vec!["Lighting".into(), " Storm Lanterns ".into()]).unwrap();
        assert_eq!(path.slug(), "lighting/storm-lanterns");
        assert_eq!(path.name(), "Storm Lanterns");
        assert_eq!(path.parent().unwrap().slug(), "lighting");
        assert_eq!(path.parent().unwrap().parent(), None);
        assert!(CategoryPath::new(vec![]).is_err());
        assert!(CategoryPath::new(vec!["!".into()]).is_err());
        assert!(CategoryPath::new(vec!["a".into(); 6]).is_err());
    }
}
