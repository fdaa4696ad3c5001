//! What a bench prints, and writes beside it as JSON.

use super::folder;
use crate::files;
use crate::process::Result;
use std::fmt::Write;

/// The outcome of one part of the bench.
pub struct Report {
    /// The part; the file is `build/bench/{name}.json`.
    name: &'static str,
    tables: Vec<Table>,
    goals: Vec<Goal>,
}

/// Figures, with one row for each thing measured.
struct Table {
    head: Vec<&'static str>,
    rows: Vec<(String, Vec<f64>)>,
}

/// A figure that has a goal.
struct Goal {
    what: String,
    measured: f64,
    unit: &'static str,
    limit: Limit,
}

/// What a goal asks for.
#[derive(Clone, Copy)]
pub enum Limit {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
}

impl Limit {
    fn met(self, measured: f64) -> bool {
        match self {
            Limit::AtMost(limit) => measured <= limit,
            Limit::AtLeast(limit) => measured >= limit,
        }
    }
}

impl Report {
    /// An empty one.
    pub fn new(name: &'static str) -> Report {
        Report { name, tables: Vec::new(), goals: Vec::new() }
    }

    /// Adds a table; the first word of the head names the rows, the others the columns.
    pub fn table(&mut self, head: &[&'static str], rows: Vec<(String, Vec<f64>)>) {
        self.tables.push(Table { head: head.to_vec(), rows });
    }

    /// Adds a goal.
    pub fn goal(&mut self, what: impl Into<String>, measured: f64, unit: &'static str, limit: Limit) {
        self.goals.push(Goal { what: what.into(), measured, unit, limit });
    }

    /// Prints the report and writes its file.
    ///
    /// # Errors
    /// Names the file.
    pub fn finish(&self) -> Result<()> {
        println!("\n## {}\n\n{}", self.name, self.markdown());
        files::write(&folder().join(format!("{}.json", self.name)), self.json())
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        for table in &self.tables {
            let rule = "---:|".repeat(table.head.len().saturating_sub(1));
            text += &format!("| {} |\n|---|{rule}\n", table.head.join(" | "));
            for (name, values) in &table.rows {
                let values: Vec<_> = values.iter().map(|value| number(*value)).collect();
                text += &format!("| {name} | {} |\n", values.join(" | "));
            }
            text.push('\n');
        }
        if !self.goals.is_empty() {
            text += "| goal | measured | met |\n|---|---:|---|\n";
        }
        for Goal { what, measured, unit, limit } in &self.goals {
            let (sign, wanted) = match limit {
                Limit::AtMost(limit) => ("≤", limit),
                Limit::AtLeast(limit) => ("≥", limit),
            };
            let met = if limit.met(*measured) { "yes" } else { "no" };
            let (wanted, measured) = (number(*wanted), number(*measured));
            text += &format!("| {what} {sign} {wanted} {unit} | {measured} {unit} | {met} |\n");
        }
        text
    }

    fn json(&self) -> String {
        let tables = self.tables.iter().map(|table| {
            let rows = table.rows.iter().map(|(name, values)| {
                let columns = table.head.iter().skip(1).zip(values);
                let columns = columns.map(|(column, value)| format!("{}: {value}", quoted(column)));
                format!("{}: {{{}}}", quoted(name), columns.collect::<Vec<_>>().join(", "))
            });
            format!("{{{}}}", rows.collect::<Vec<_>>().join(",\n    "))
        });
        let goals = self.goals.iter().map(|Goal { what, measured, unit, limit }| {
            let (kind, wanted) = match limit {
                Limit::AtMost(limit) => ("at_most", limit),
                Limit::AtLeast(limit) => ("at_least", limit),
            };
            let met = limit.met(*measured);
            format!(
                "{{\"what\": {}, \"measured\": {measured}, \"unit\": {}, \"{kind}\": {wanted}, \"met\": {met}}}",
                quoted(what),
                quoted(unit)
            )
        });
        format!(
            "{{\n  \"tables\": [{}],\n  \"goals\": [{}]\n}}\n",
            tables.collect::<Vec<_>>().join(",\n    "),
            goals.collect::<Vec<_>>().join(",\n    ")
        )
    }
}

/// Three digits or so: more would be noise.
fn number(value: f64) -> String {
    let digits =
        if value.abs() >= 100.0 || value.fract() == 0.0 { 0 } else { 2 - usize::from(value.abs() >= 10.0) };
    format!("{value:.digits$}")
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => write!(quoted, "\\u{:04x}", u32::from(c)).unwrap_or_default(),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_met_or_not() {
        let mut report = Report::new("test");
        report.table(&["page", "CPU, µs", "P50, µs"], vec![("a \"list\"".into(), vec![123.456, 7.5])]);
        report.goal("list", 3.51, "×", Limit::AtMost(3.5));
        report.goal("home", 95.0, "points", Limit::AtLeast(95.0));
        assert_eq!(
            report.markdown(),
            "| page | CPU, µs | P50, µs |\n|---|---:|---:|\n| a \"list\" | 123 | 7.50 |\n\n\
             | goal | measured | met |\n|---|---:|---|\n\
             | list ≤ 3.50 × | 3.51 × | no |\n| home ≥ 95 points | 95 points | yes |\n"
        );
        assert!(report.json().contains(r#""a \"list\"": {"CPU, µs": 123.456, "P50, µs": 7.5}"#));
        assert!(report.json().contains(r#""measured": 3.51, "unit": "×", "at_most": 3.5, "met": false"#));
    }
}
