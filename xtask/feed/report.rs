//! What an import did.

use orilla_feeds::Rejection;
use serde::Deserialize;

/// The shop's answer to one batch. A rejection's line is that of the batch, from 1.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    /// Products that were new.
    pub added: u64,
    /// Products that were there, and different.
    pub changed: u64,
    /// Products that were there just so.
    pub unchanged: u64,
    /// Products that the shop refuses.
    #[serde(default)]
    pub rejected: Vec<Rejection>,
}

/// The sums over all batches and files.
#[derive(Debug, Default)]
pub struct Report {
    /// As in [`Answer`].
    pub added: u64,
    /// As in [`Answer`].
    pub changed: u64,
    /// As in [`Answer`].
    pub unchanged: u64,
    /// The file and what is wrong in it.
    pub rejected: Vec<(String, Rejection)>,
}

impl Report {
    /// Adds an answer. `lines` are the lines of `file` that the batch's lines came from.
    pub fn add(&mut self, file: &str, lines: &[u64], answer: Answer) {
        self.added += answer.added;
        self.changed += answer.changed;
        self.unchanged += answer.unchanged;
        for rejection in answer.rejected {
            let index = usize::try_from(rejection.line).ok().and_then(|line| line.checked_sub(1));
            let line = index.and_then(|index| lines.get(index)).copied().unwrap_or(0);
            self.rejected.push((file.to_owned(), rejection.at_line(line)));
        }
    }

    /// All products that were read so far.
    pub fn total(&self) -> u64 {
        self.added + self.changed + self.unchanged + self.rejected.len() as u64
    }

    /// One line for each rejection, as compilers write them: `file:line:column: field: message`.
    pub fn rejections(&mut self) -> Vec<String> {
        self.rejected.sort_by(|(a, x), (b, y)| (a, x.line).cmp(&(b, y.line)));
        let line = |(file, why): &(String, Rejection)| {
            let column = why.column.map(|column| format!(":{column}")).unwrap_or_default();
            format!("{file}:{}{column}: {}: {}", why.line, why.field, why.message)
        };
        self.rejected.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_batch_become_lines_of_the_file() {
        let mut report = Report::default();
        let text = r#"{"added":1,"changed":0,"unchanged":2,"rejected":[{"line":2,"column":null,"field":"title","message":"is empty"}]}"#;
        report.add("a.csv", &[7, 9, 30, 31], serde_json::from_str(text).unwrap());
        report.rejected.push((
            "a.csv".into(),
            Rejection { column: Some(4), ..Rejection::new(3, "Variant Price", "no") },
        ));
        assert_eq!(report.total(), 5);
        assert_eq!(report.rejections(), ["a.csv:3:4: Variant Price: no", "a.csv:9: title: is empty"]);
    }
}
