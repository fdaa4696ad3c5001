//! `orilla-analyze FILE.csv …`: the analysis of any CSV file of units (shared/stats).

use orilla_stats::analyze::{MetricSpec, Request, SpecError, analyze};
use std::io::Read;
use std::process::ExitCode;

/// An error is one line for the one who analyses.
type Result<T> = std::result::Result<T, String>;

const USAGE: &str = "\
cargo xtask analyze FILE.csv --unit COLUMN --variant COLUMN --metric COLUMN[:TYPE] [--metric …]
  FILE.csv may be - for the standard input. One unit may have several rows: they are added up.
  A blank cell adds nothing.
  TYPE is proportion, retention, mean, revenue, ratio (NUMERATOR/DENOMINATOR:ratio), median or a quantile (p95).
  Without it: a proportion if all values are 0 and 1, else a mean.
  --control NAME            The variant to compare with (default: control, 0, A or off; else the first).
  --weights A=0.5,B=0.5     The share of traffic that each variant should have (default: equal).
  --covariate METRIC=COLUMN The metric before the experiment, for CUPED.
  --cap METRIC=500|99%      Holds the largest values back: at a value, or at a percentile of all units.
  --segment COLUMN          Shows the effects by this column, too.
  --confounder COLUMN       What may have led units to their variant where nobody threw dice, as a number that was known
                            before (repeat it): the effect by propensity scores, and how comparable the groups are.
  --alpha 0.05              The accepted false positives.
  --tuning 5000             The units at which the sequential interval is tightest.
  --json                    JSON instead of tables.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.is_empty() || args.iter().any(|arg| arg == "--help" || arg == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match command(&args) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn command(args: &[String]) -> Result<String> {
    let options = Options::parse(args)?;
    let reader: Box<dyn Read> = if options.file == "-" {
        Box::new(std::io::stdin())
    } else {
        let file =
            std::fs::File::open(&options.file).map_err(|error| format!("{}: {error}", options.file))?;
        Box::new(file)
    };
    let report = analyze(reader, &options.request).map_err(|error| format!("{}: {error}", options.file))?;
    if options.json {
        return serde_json::to_string_pretty(&report).map_err(|error| error.to_string());
    }
    Ok(report.to_string().trim_end().to_owned())
}

/// The command line.
#[derive(Debug)]
struct Options {
    file: String,
    request: Request,
    json: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let (mut file, mut unit, mut variant, mut json) = (None, None, None, false);
        let mut request = Request::new("", "", Vec::new());
        let (mut covariates, mut caps) = (Vec::new(), Vec::new());
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().cloned().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--unit" => unit = Some(value()?),
                "--variant" => variant = Some(value()?),
                "--metric" => {
                    request.metrics.push(value()?.parse().map_err(|error: SpecError| error.to_string())?)
                }
                "--control" => request.control = Some(value()?),
                "--segment" => request.segment = Some(value()?),
                "--confounder" => request.confounders.push(value()?),
                "--weights" => request.weights = weights(&value()?)?,
                "--covariate" => covariates.push(pair(&value()?)?),
                "--cap" => caps.push(pair(&value()?)?),
                "--alpha" => request.alpha = number(&value()?)?,
                "--tuning" => request.tuning = number(&value()?)?,
                "--json" => json = true,
                option if option.starts_with("--") => {
                    return Err(format!("\"{option}\" is no option\n{USAGE}"));
                }
                name if file.is_none() => file = Some(name.to_owned()),
                name => return Err(format!("one file at a time: what is \"{name}\"?")),
            }
        }
        for (name, column) in covariates {
            metric(&mut request, &name)?.covariate = Some(column);
        }
        for (name, cap) in caps {
            metric(&mut request, &name)?.cap =
                Some(cap.parse().map_err(|error: SpecError| error.to_string())?);
        }
        request.unit = unit.ok_or("--unit says which column names the unit")?;
        request.variant = variant.ok_or("--variant says which column names the variant")?;
        if request.metrics.is_empty() {
            return Err("--metric says which column to analyse".into());
        }
        Ok(Options { file: file.ok_or("which file?")?, request, json })
    }
}

/// The metric of this column.
fn metric<'a>(request: &'a mut Request, name: &str) -> Result<&'a mut MetricSpec> {
    let found = request.metrics.iter_mut().find(|metric| metric.column == name);
    found.ok_or_else(|| format!("there is no --metric {name}"))
}

fn pair(text: &str) -> Result<(String, String)> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| SpecError::NotAPair(text.to_owned()).to_string())?;
    Ok((name.to_owned(), value.to_owned()))
}

fn number(text: &str) -> Result<f64> {
    text.parse().map_err(|_| format!("\"{text}\" is not a number"))
}

fn weights(text: &str) -> Result<Vec<(String, f64)>> {
    let weight = |part: &str| pair(part).and_then(|(name, value)| Ok((name, number(&value)?)));
    text.split(',').map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_command_line() {
        let line = "x.csv --unit u --variant v --metric r:revenue --metric c --covariate r=before --cap r=99% \
                    --weights A=1,B=3 --control A --segment s --confounder x --confounder y --alpha 0.01 --json";
        let options = Options::parse(&words(line)).unwrap();
        assert_eq!(options.file, "x.csv");
        let request = options.request;
        assert_eq!(request.weights, [("A".to_owned(), 1.0), ("B".to_owned(), 3.0)]);
        assert_eq!(request.confounders, ["x", "y"]);
        let metric = request.metrics.first().unwrap();
        assert_eq!(metric.covariate.as_deref(), Some("before"));
        assert!(metric.cap.is_some() && options.json && request.alpha < 0.05);
    }

    #[track_caller]
    fn refused(line: &str, expected: &str) {
        let message = Options::parse(&words(line)).unwrap_err();
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn what_is_missing_is_named() {
        refused("x.csv --variant v --metric m", "--unit");
        refused("x.csv --unit u --metric m", "--variant");
        refused("x.csv --unit u --variant v", "--metric");
        refused("--unit u --variant v --metric m", "which file?");
        refused("x.csv y.csv", "one file at a time");
        refused("x.csv --metric", "--metric needs a value");
        refused("x.csv --metric m:odd", "\"odd\" is no type");
        refused("x.csv --unit u --variant v --metric m --cap n=5", "there is no --metric n");
        refused("x.csv --covariate before", "\"before\" must be written NAME=VALUE");
        refused("x.csv --colour red", "\"--colour\" is no option");
    }

    /// A file through the whole program.
    #[track_caller]
    fn run(csv: &str, more: &str) -> Result<String> {
        let path = std::env::temp_dir().join(format!("orilla-analyze-{}.csv", std::process::id()));
        std::fs::write(&path, csv).unwrap();
        let answer = command(&words(&format!("{} --unit u --variant v --metric m{more}", path.display())));
        std::fs::remove_file(&path).unwrap();
        answer
    }

    #[test]
    fn from_a_file_to_an_answer() {
        let row = |unit: usize| format!("{unit},{},{}\n", ["A", "B"][unit % 2], unit % 7 + unit % 2);
        let csv = (0..400).fold("u,v,m\n".to_owned(), |csv, unit| csv + &row(unit));
        let text = run(&csv, "").unwrap();
        assert!(text.contains("400 units") && text.contains("sequential, relative"), "{text}");
        let json: serde_json::Value = serde_json::from_str(&run(&csv, " --json").unwrap()).unwrap();
        assert_eq!(json["metrics"][0]["arms"][1]["estimate"]["n"], 200);
        assert!(run("u,v\n1,A\n", "").unwrap_err().contains("there is no column \"m\""));
        assert!(run("u,v,m\n1,A,1\n", "").unwrap_err().contains("all units are in the variant \"A\""));
        assert!(run("u,v,m\n1,A,2\n2,A,2\n3,B,2\n4,B,2\n", "").unwrap().contains("all values are the same"));
    }
}
