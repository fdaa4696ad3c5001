//! Requests over a few connections that are kept alive, each sent when the last one is answered.

use super::process;
use crate::process::Result;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Connections at once. A Worker has one thread: more would only wait.
const CONNECTIONS: usize = 2;

/// What one round of requests took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Round {
    /// CPU of the serving processes, in microseconds per request.
    pub cpu: f64,
    /// Requests per second.
    pub rate: f64,
    /// The median of the waiting times, in microseconds.
    pub p50: f64,
    /// What one request in a hundred waits longer than, in microseconds.
    pub p99: f64,
}

/// Asks for a path `requests` times and measures; `ids` are the processes that serve.
///
/// # Errors
/// An answer that is no 200.
pub fn round(port: u16, path: &str, requests: usize, ids: &[u32]) -> Result<Round> {
    let before = process::cpu(ids)?;
    let start = Instant::now();
    let each = requests.div_ceil(CONNECTIONS);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(|| ask(port, path, each))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Error::other("the load loop ended"))))
            .collect()
    });
    let mut times = Vec::new();
    for part in parts {
        times.extend(part.map_err(|error| format!("GET {path} on port {port}: {error}"))?);
    }
    let cpu = process::cpu(ids)?.saturating_sub(before);
    Ok(Round::of(times, start.elapsed(), cpu))
}

impl Round {
    /// From the waiting times of all requests, in microseconds, how long they took together, and the CPU's microseconds.
    pub fn of(mut times: Vec<f64>, took: Duration, cpu: u64) -> Round {
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        let count = times.len() as f64;
        Round { cpu: cpu as f64 / count, rate: count / took.as_secs_f64(), p50: at(50), p99: at(99) }
    }
}

/// The waiting times of some requests over one connection, in microseconds.
fn ask(port: u16, path: &str, requests: usize) -> std::io::Result<Vec<f64>> {
    let mut connection = Connection::open(port)?;
    (0..requests)
        .map(|_| {
            let start = Instant::now();
            match connection.get(path)?.status {
                200 => Ok(start.elapsed().as_secs_f64() * 1e6),
                status => Err(Error::other(format!("answered {status}"))),
            }
        })
        .collect()
}

/// One page: its status and its body.
///
/// # Errors
/// The server does not answer.
pub fn page(port: u16, path: &str) -> std::io::Result<(u16, Vec<u8>)> {
    let answer = Connection::open(port)?.get(path)?;
    Ok((answer.status, answer.body))
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Cache-Status`; empty if there is none.
    pub cache: String,
    /// The cookies that it sets, each as `name=value`.
    pub cookies: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a browser sends, by and large; no `Accept-Encoding`, so that nobody compresses.
const BROWSER: [(&str, &str); 3] = [
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Bench/1.0"),
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.9"),
];

/// A connection that is kept alive.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// A new one to a server on this machine.
    ///
    /// # Errors
    /// Nobody listens.
    pub fn open(port: u16) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Connection { stream: BufReader::with_capacity(64 * 1024, stream) })
    }

    /// Asks for a page as a browser does.
    ///
    /// # Errors
    /// The connection ends before the answer does.
    pub fn get(&mut self, path: &str) -> std::io::Result<Answer> {
        self.send("GET", path, &BROWSER, b"")
    }

    /// Asks for a page as a browser does that has these cookies; none, if the text is empty.
    ///
    /// # Errors
    /// As [`Connection::get`].
    pub fn get_with(&mut self, path: &str, cookies: &str) -> std::io::Result<Answer> {
        let [agent, accept, language] = BROWSER;
        let headers = [agent, accept, language, ("Cookie", cookies)];
        self.send("GET", path, if cookies.is_empty() { &BROWSER } else { &headers }, b"")
    }

    /// Asks as the team does, with its token.
    ///
    /// # Errors
    /// As [`Connection::get`].
    pub fn get_as(&mut self, path: &str, token: &str) -> std::io::Result<Answer> {
        self.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], b"")
    }

    /// Sends a document with the team's token.
    ///
    /// # Errors
    /// As [`Connection::get`].
    pub fn post(
        &mut self,
        path: &str,
        token: &str,
        media_type: &str,
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let headers = [("Authorization", &*format!("Bearer {token}")), ("Content-Type", media_type)];
        self.send("POST", path, &headers, body)
    }

    /// Sends a request with these headers.
    ///
    /// # Errors
    /// As [`Connection::get`].
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if method != "GET" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        head += "\r\n";
        self.stream.get_mut().write_all(head.as_bytes())?;
        self.stream.get_mut().write_all(body)?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let (mut length, mut cache, mut cookies) = (None, String::new(), Vec::new());
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok(),
                "cache-status" => value.trim().clone_into(&mut cache),
                "set-cookie" => cookies.extend(value.trim().split(';').next().map(str::to_owned)),
                _ => {}
            }
        }
        let mut body = Vec::new();
        match length {
            Some(length) => self.take(length, &mut body)?,
            None => self.chunks(&mut body)?,
        }
        Ok(Answer { status, cache, cookies, body })
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> std::io::Result<()> {
        loop {
            let line = self.line()?;
            let size =
                usize::from_str_radix(line.trim(), 16).map_err(|_| Error::from(ErrorKind::InvalidData))?;
            self.take(size, body)?;
            self.line()?;
            if size == 0 {
                return Ok(());
            }
        }
    }

    fn take(&mut self, length: usize, body: &mut Vec<u8>) -> std::io::Result<()> {
        let read = (&mut self.stream).take(length as u64).read_to_end(body)?;
        if read == length { Ok(()) } else { Err(Error::from(ErrorKind::UnexpectedEof)) }
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        Ok(line.trim_end().to_owned())
    }
}
