//! Counting what test programs report.

use crate::process::Result;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that did what they should.
    pub passed: u32,
    /// Tests that did not, or could not run.
    pub failed: u32,
    /// Tests that were not run.
    pub skipped: u32,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

impl Tally {
    /// Runs a program that counts its tests, and adds its count.
    ///
    /// # Errors
    /// When it can't start.
    pub fn count(&mut self, command: &mut Command) -> Result<()> {
        let (success, output) = tee(command)?;
        let counted = Tally::read(&output);
        self.passed += counted.passed;
        self.failed += counted.failed;
        self.skipped += counted.skipped;
        if !success && counted.failed == 0 {
            self.fail(&format!("{} failed", command.get_program().to_string_lossy()));
        }
        Ok(())
    }

    /// Runs a program that is one test as a whole.
    ///
    /// # Errors
    /// When it can't start.
    pub fn check(&mut self, name: &str, command: &mut Command) -> Result<()> {
        eprintln!("· {name}");
        let status = command.status().map_err(|error| format!("can't start {name}: {error}"))?;
        if status.success() {
            self.passed += 1;
        } else {
            self.fail(&format!("{name} failed"));
        }
        Ok(())
    }

    /// Counts a failure.
    pub fn fail(&mut self, why: &str) {
        eprintln!("FAILED: {why}");
        self.failed += 1;
    }

    /// Counts something that could not be run here.
    pub fn skip(&mut self, why: &str) {
        eprintln!("skipped: {why}");
        self.skipped += 1;
    }

    /// The sums in the output of libtest, nextest or Playwright.
    fn read(output: &str) -> Tally {
        let mut tally = Tally::default();
        for line in output.lines().map(str::trim) {
            let sums = if let Some((_, sums)) = line.split_once("test result: ") {
                sums
            } else if let Some((_, sums)) =
                line.strip_prefix("Summary [").and_then(|rest| rest.split_once("tests run: "))
            {
                sums
            } else if let Some((_, sums)) =
                line.strip_prefix("Summary [").and_then(|rest| rest.split_once("test run: "))
            {
                sums
            } else if line
                .split_once(' ')
                .is_some_and(|(count, rest)| count.parse::<u32>().is_ok() && playwright(rest))
            {
                line
            } else {
                continue;
            };
            tally.add(sums);
        }
        tally
    }

    /// Adds `5 passed; 1 failed`, `5 passed, 2 skipped`, `1 did not run`.
    fn add(&mut self, sums: &str) {
        for sum in sums.split([';', ',', '.']) {
            let Some((count, what)) = sum.trim().split_once(' ') else { continue };
            let (Ok(count), what) = (count.parse::<u32>(), what.split('(').next().unwrap_or_default().trim())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" | "flaky" | "interrupted" | "timed out" | "exec failed" => self.failed += count,
                "ignored" | "skipped" | "did not run" => self.skipped += count,
                _ => {}
            }
        }
    }
}

/// Whether the rest of a line is one of Playwright's sums: `passed (3.2s)`.
fn playwright(rest: &str) -> bool {
    let what = rest.split('(').next().unwrap_or_default().trim();
    ["passed", "failed", "flaky", "interrupted", "skipped", "did not run"].contains(&what)
}

/// Runs a program whose output the developer sees and we read.
fn tee(command: &mut Command) -> Result<(bool, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("can't run {name}: {error}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let output = Mutex::new(String::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(|| out.map(|out| forward(out, &output)));
        scope.spawn(|| err.map(|err| forward(err, &output)));
    });
    let status = child.wait().map_err(failed)?;
    Ok((status.success(), output.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

fn forward(from: impl Read, output: &Mutex<String>) {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).into_owned();
        eprint!("{text}");
        output.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, passed: u32, failed: u32, skipped: u32) {
        assert_eq!(Tally::read(output), Tally { passed, failed, skipped }, "{output}");
    }

    #[test]
    fn sums_of_each_program_are_read() {
        check(
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.0s",
            5,
            0,
            1,
        );
        check("test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured", 5, 2, 0);
        check("     Summary [   1.234s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped", 11, 1, 3);
        check("     Summary [   0.002s] 1 test run: 1 passed, 0 skipped", 1, 0, 0);
        check("     Summary [   0.1s] 3 tests run: 1 passed, 1 timed out, 1 exec failed, 0 skipped", 1, 2, 0);
        check(
            "  1 failed\n    [phone] cart.spec.ts:3:1 1 passed\n  2 skipped\n  1 did not run\n  9 passed (4.5s)",
            9,
            1,
            3,
        );
        check("3 passed the door", 0, 0, 0);
    }
}
