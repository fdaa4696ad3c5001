//! `cargo xtask import FILE…`: reads feeds here, and sends checked products in batches.

use crate::http::Content;
use crate::progress::{Counted, Progress};
use crate::report::{Answer, Report};
use crate::seen::Seen;
use crate::{Result, Shop, http, setting, workspace};
use orilla_feeds::{Entry, Format, Rejection, Settings, write_ndjson};
use orilla_money::Currency;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Of one request: the shop's limits.
const MOST_PRODUCTS: usize = 200;
const MOST_BYTES: usize = 1_000_000;
const NDJSON: &str = "application/x-ndjson";
/// How long a publication may take to be what pages show. The shop promises five seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Requests at the same time.
const IN_FLIGHT: usize = 3;

/// The command line.
struct Options {
    files: Vec<String>,
    format: Option<Format>,
    dry_run: bool,
    /// Whether what came in is also published.
    publish: bool,
    report: Option<String>,
    settings: Settings,
    run: String,
}

/// Products on their way, each on a line, and the lines of the file they came from.
#[derive(Default)]
struct Batch {
    body: String,
    lines: Vec<u64>,
    file: String,
    path: String,
}

/// Imports the files, one after the other.
///
/// # Errors
/// What ends the import. Rejected rows do not: they are reported, and the exit code is 1.
pub fn command(args: &[String]) -> Result<ExitCode> {
    let (options, shop) = parse(args)?;
    let bytes =
        options.files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|data| data.len()).sum();
    let mut progress = Progress::new(bytes);
    let report = Mutex::new(Report::default());
    let failure = Mutex::new(None);
    let (sender, receiver) = sync_channel(IN_FLIGHT);
    let receiver = Mutex::new(receiver);
    let read = std::thread::scope(|scope| {
        let (receiver, report, failure, shop) = (&receiver, &report, &failure, &shop);
        let senders: Vec<_> =
            (0..IN_FLIGHT).map(|_| scope.spawn(move || send_all(shop, receiver, report, failure))).collect();
        let mut seen = Seen::default();
        let read = (0..options.files.len())
            .try_for_each(|file| read_file(file, &options, &mut seen, &sender, report, &mut progress));
        drop(sender);
        // While the last requests are on their way, the progress goes on.
        while senders.iter().any(|thread| !thread.is_finished()) {
            std::thread::sleep(std::time::Duration::from_millis(20));
            progress.show(lock(report).total());
        }
        read
    });
    progress.clear();
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    read?;
    if options.publish && !options.dry_run {
        publish(&shop, &options)?;
    }
    finish(report.into_inner().unwrap_or_else(PoisonError::into_inner), &options, &progress)
}

fn parse(args: &[String]) -> Result<(Options, Shop)> {
    let (mut url, mut token) = (None, None);
    let (mut files, mut format, mut dry_run, mut publish, mut report) = (Vec::new(), None, false, true, None);
    let mut currency =
        setting(&workspace().join("wrangler.toml"), "CURRENCY").unwrap_or_else(|| "EUR".into());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--format" => format = Some(Format::parse(&value()?).map_err(|error| error.to_string())?),
            "--dry-run" => dry_run = true,
            "--draft" => publish = false,
            "--url" => url = Some(value()?),
            "--token" => token = Some(value()?),
            "--report" => report = Some(value()?),
            "--currency" => currency = value()?,
            other if other.starts_with("--") => {
                return Err(format!(
                    "import doesn't know \"{other}\"; it takes --format, --dry-run, --draft, --url, --token, --report and --currency"
                ));
            }
            file => files.push(file.to_owned()),
        }
    }
    if files.is_empty() {
        return Err("name a file: `cargo xtask import catalogue.csv`".into());
    }
    let currency = Currency::parse(&currency).map_err(|error| error.to_string())?;
    // Only has to differ from the other imports that the shop remembers.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let run = format!("{:x}-{:x}", now.as_nanos(), std::process::id());
    Ok((
        Options { files, format, dry_run, publish, report, settings: Settings { currency }, run },
        Shop::find(url, token)?,
    ))
}

/// Reads one of the files, compressed or not, and hands its products over in batches.
fn read_file(
    file: usize,
    options: &Options,
    seen: &mut Seen,
    sender: &SyncSender<Batch>,
    report: &Mutex<Report>,
    progress: &mut Progress,
) -> Result<()> {
    let name_of = |file: usize| options.files.get(file).map(String::as_str).unwrap_or_default();
    let name = name_of(file);
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let counted = Counted::new(File::open(name).map_err(failed)?, progress.read.clone());
    let mut reader = BufReader::new(counted);
    let zipped = reader.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let inner: Box<dyn Read> =
        if zipped { Box::new(flate2::bufread::MultiGzDecoder::new(reader)) } else { Box::new(reader) };
    let mut reader = BufReader::with_capacity(64 * 1024, inner);
    let first = reader.fill_buf().map_err(failed)?;
    let format =
        options.format.or_else(|| Format::detect(name.trim_end_matches(".gz"), first)).ok_or_else(|| {
            format!(
                "{name}: what format is it? Say --format shopify, icecat, google-xml, google-tsv or ndjson"
            )
        })?;
    let path = format!(
        "/studio/api/import?run={}&source={}&format={}{}",
        options.run,
        http::escape(name.rsplit('/').next().unwrap_or(name)),
        // What was read here as another format is sent as our own.
        Format::Ndjson.token(),
        if options.dry_run { "&dry_run=1" } else { "" }
    );
    let new = || Batch { file: name.to_owned(), path: path.clone(), ..Batch::default() };
    let mut batch = new();
    for entry in orilla_feeds::read(format, reader, options.settings) {
        match entry.map_err(|error| format!("{name}: {error}"))? {
            Entry::Rejected(why) => lock(report).rejected.push((name.to_owned(), why)),
            Entry::Product(found) => {
                // A handle that stands twice would flip between two contents at each import: the first is taken.
                if let Some((first, at)) = seen.before(found.value.handle(), file, found.line) {
                    let message =
                        format!("\"{}\" stands in {}:{at} already", found.value.handle(), name_of(first));
                    lock(report)
                        .rejected
                        .push((name.to_owned(), Rejection::new(found.line, "handle", message)));
                    continue;
                }
                let line = write_ndjson(&found.value);
                if batch.lines.len() == MOST_PRODUCTS || batch.body.len() + line.len() > MOST_BYTES {
                    hand_over(std::mem::replace(&mut batch, new()), sender)?;
                }
                batch.body.push_str(line.trim_end());
                batch.body.push('\n');
                batch.lines.push(found.line);
            }
        }
        progress.show(lock(report).total());
    }
    hand_over(batch, sender)
}

fn hand_over(batch: Batch, sender: &SyncSender<Batch>) -> Result<()> {
    if batch.lines.is_empty() {
        return Ok(());
    }
    // The receivers are gone only after a failure, which is reported in place of this.
    sender.send(batch).map_err(|_| "the import was given up".to_owned())
}

/// Sends batches until there are no more, or one fails.
fn send_all(
    shop: &Shop,
    batches: &Mutex<Receiver<Batch>>,
    report: &Mutex<Report>,
    failure: &Mutex<Option<String>>,
) {
    loop {
        let Ok(batch) = lock(batches).recv() else { return };
        // After a failure what is on its way is dropped, so that the reader does not wait for ever.
        if lock(failure).is_some() {
            continue;
        }
        let answer = http::send(shop, &batch.path, Some(Content { media_type: NDJSON, text: &batch.body }))
            .and_then(|text| {
                serde_json::from_str::<Answer>(&text)
                    .map_err(|error| format!("the shop's answer is not understood: {error}"))
            });
        match answer {
            Ok(answer) => lock(report).add(&batch.file, &batch.lines, answer),
            Err(error) => {
                lock(failure).get_or_insert(error);
            }
        }
    }
}

/// Makes what came in what pages show, and waits until they do.
fn publish(shop: &Shop, options: &Options) -> Result<()> {
    let names: Vec<&str> = options.files.iter().filter_map(|file| file.rsplit('/').next()).collect();
    let request = serde_json::json!({ "note": format!("import of {}", names.join(", ")) }).to_string();
    let content = Content { media_type: "application/json", text: &request };
    let number = |text: &str, field: &str| {
        let answer: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        answer.get(field).and_then(serde_json::Value::as_u64)
    };
    let published = number(&http::send(shop, "/studio/api/publish", Some(content))?, "number")
        .ok_or("the shop's answer to the publish is not understood")?;
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if number(&http::send(shop, "/health", None)?, "publication") >= Some(published) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Err(format!(
        "publication {published} is made, but the shop does not show it after {} s",
        PATIENCE.as_secs()
    ))
}

fn finish(mut report: Report, options: &Options, progress: &Progress) -> Result<ExitCode> {
    let rejections = report.rejections();
    for line in &rejections {
        println!("{line}");
    }
    if let Some(file) = &options.report {
        let text: String = rejections.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(file, text).map_err(|error| format!("{file}: {error}"))?;
    }
    eprintln!(
        "{}{} added, {} changed, {} unchanged, {} rejected in {:.1} s",
        if options.dry_run { "dry run, nothing written: " } else { "" },
        report.added,
        report.changed,
        report.unchanged,
        rejections.len(),
        progress.seconds()
    );
    Ok(if rejections.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one product per title; its name.
    fn file(name: &str, products: &[(&str, &str)]) -> String {
        let line = |(handle, title): &(&str, &str)| {
            let price = r#"{"price":{"minor":100,"currency":"EUR"},"available":1}"#;
            format!(r#"{{"handle":"{handle}","title":"{title}","status":"active","variants":[{price}]}}"#)
                + "\n"
        };
        let path = std::env::temp_dir().join(format!("orilla-feed-{}-{name}", std::process::id()));
        std::fs::write(&path, products.iter().map(line).collect::<String>()).unwrap();
        path.to_string_lossy().into_owned()
    }

    #[test]
    fn of_a_handle_that_stands_twice_in_a_run_the_first_is_taken() {
        let first = file("a.ndjson", &[("lamp", "First"), ("rope", "Rope"), ("lamp", "Second")]);
        let second = file("b.ndjson", &[("oar", "Oar"), ("lamp", "Third")]);
        let options = Options {
            files: vec![first.clone(), second.clone()],
            format: None,
            dry_run: false,
            publish: false,
            report: None,
            settings: Settings { currency: Currency::EUR },
            run: "test".into(),
        };
        let (sender, receiver) = sync_channel(options.files.len());
        let (report, mut seen) = (Mutex::new(Report::default()), Seen::default());
        for place in 0..options.files.len() {
            read_file(place, &options, &mut seen, &sender, &report, &mut Progress::new(1)).unwrap();
        }
        drop(sender);
        let sent: String = receiver.iter().map(|batch| batch.body).collect();
        let titles: Vec<_> =
            ["First", "Rope", "Second", "Oar", "Third"].into_iter().filter(|t| sent.contains(t)).collect();
        assert_eq!(titles, ["First", "Rope", "Oar"]);
        let message = format!("handle: \"lamp\" stands in {first}:1 already");
        assert_eq!(
            report.into_inner().unwrap().rejections(),
            [format!("{first}:3: {message}"), format!("{second}:2: {message}")]
        );
        for file in [first, second] {
            std::fs::remove_file(file).unwrap();
        }
    }
}
