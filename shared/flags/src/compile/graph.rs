//! References between flags, and between saved groups: they must lead somewhere, and not in circles.

use crate::condition::MAX_GROUP_DEPTH;
use crate::evaluate::MAX_PREREQUISITE_DEPTH;
use crate::fault::Fault;
use serde_json::Value;
use std::collections::BTreeMap;

/// A reference, and where it is written.
struct Reference<'v> {
    to: &'v str,
    path: String,
}

type Graph<'v> = BTreeMap<&'v str, Vec<Reference<'v>>>;

/// The faults in the references of a document.
pub(super) fn check(document: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let flags = prerequisites(document);
    faults.extend(dangling(&flags, "is no flag of this document"));
    faults.extend(cycles(&flags, "the flag depends on itself"));
    faults.extend(too_deep(&flags, usize::from(MAX_PREREQUISITE_DEPTH), "flags"));
    let groups = nested_groups(document);
    faults.extend(cycles(&groups, "the saved group contains itself"));
    faults.extend(too_deep(&groups, usize::from(MAX_GROUP_DEPTH), "saved groups"));
    faults
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn entries<'v>(document: &'v Value, field: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    document
        .get(field)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}

fn items<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = (usize, &'v Value)> {
    value.get(field).and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn prerequisites(document: &Value) -> Graph<'_> {
    let mut graph = Graph::new();
    for (key, feature) in entries(document, "features") {
        let references = graph.entry(key).or_default();
        for (rule_index, rule) in items(feature, "rules") {
            for (index, parent) in items(rule, "parentConditions") {
                let Some(to) = parent.get("id").and_then(Value::as_str) else { continue };
                let path =
                    format!("/features/{}/rules/{rule_index}/parentConditions/{index}/id", escape(key));
                references.push(Reference { to, path });
            }
        }
    }
    graph
}

fn nested_groups(document: &Value) -> Graph<'_> {
    let mut graph = Graph::new();
    for (key, group) in entries(document, "savedGroups") {
        let references = graph.entry(key).or_default();
        if let Some(condition) = group.get("condition") {
            collect_groups(condition, &format!("/savedGroups/{}/condition", escape(key)), references);
        }
    }
    graph
}

fn collect_groups<'v>(value: &'v Value, path: &str, found: &mut Vec<Reference<'v>>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{path}/{}", escape(key));
                match value.get("id").and_then(Value::as_str).filter(|_| key == "$savedGroup") {
                    Some(to) => found.push(Reference { to, path }),
                    None => collect_groups(value, &path, found),
                }
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                collect_groups(value, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn dangling(graph: &Graph<'_>, message: &str) -> Vec<Fault> {
    let references = graph.values().flatten();
    references
        .filter(|reference| !graph.contains_key(reference.to))
        .map(|reference| Fault {
            path: reference.path.clone(),
            message: format!("\"{}\" {message}", reference.to),
        })
        .collect()
}

/// How many references lead on from each node; the nodes that are on a circle, or lead into one, are left out.
fn depths<'v>(graph: &Graph<'v>) -> BTreeMap<&'v str, usize> {
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&str, Vec<&'v str>> = BTreeMap::new();
    let mut ready = Vec::new();
    for (node, references) in graph {
        let known = references.iter().filter(|reference| graph.contains_key(reference.to));
        let count = known.map(|reference| dependents.entry(reference.to).or_default().push(node)).count();
        if count == 0 {
            ready.push(*node);
        } else {
            waiting.insert(node, count);
        }
    }
    while let Some(node) = ready.pop() {
        let depth = *depths.entry(node).or_default();
        for dependent in dependents.get(node).into_iter().flatten() {
            let deepest = depths.entry(dependent).or_default();
            *deepest = (*deepest).max(depth + 1);
            if let Some(count) = waiting.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    waiting.remove(dependent);
                    ready.push(dependent);
                }
            }
        }
    }
    depths.retain(|node, _| !waiting.contains_key(node));
    depths
}

/// One fault for each circle, at one of its references, with the way around.
fn cycles(graph: &Graph<'_>, message: &str) -> Vec<Fault> {
    let free = depths(graph);
    let mut faults = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for start in graph.keys().filter(|node| !free.contains_key(**node)) {
        let mut way: Vec<&str> = Vec::new();
        let mut node: &str = start;
        // From a node that is not free, a reference leads to another one that is not.
        while !way.contains(&node) && !seen.contains(&node) {
            way.push(node);
            let next = graph
                .get(node)
                .into_iter()
                .flatten()
                .find(|reference| graph.contains_key(reference.to) && !free.contains_key(reference.to));
            match next {
                Some(reference) => node = reference.to,
                None => break,
            }
        }
        seen.extend(&way);
        let Some(first) = way.iter().position(|member| *member == node) else { continue };
        let circle = way.get(first..).unwrap_or(&[]);
        let closing = circle.last().and_then(|last| graph.get(last)).into_iter().flatten();
        if let Some(reference) = closing.into_iter().find(|reference| reference.to == node) {
            let path = reference.path.clone();
            faults.push(Fault { path, message: format!("{message}: {} → {node}", circle.join(" → ")) });
        }
    }
    faults
}

fn too_deep(graph: &Graph<'_>, limit: usize, what: &str) -> Vec<Fault> {
    let depths = depths(graph);
    let deep = depths.into_iter().filter(|(_, depth)| *depth > limit);
    let first = deep.filter_map(|(node, _)| graph.get(node)?.first()).map(|reference| Fault {
        path: reference.path.clone(),
        message: format!("more than {limit} {what} stand behind one another here"),
    });
    first.collect()
}
