//! A file that was sent with a form.

use axum::body::Bytes;
use flate2::read::MultiGzDecoder;
use futures_util::stream;
use http::{HeaderMap, header};
use multer::Multipart;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a compressed file may become: a small one can hold a very large one.
pub const MOST_UNPACKED: u64 = 512 * 1024 * 1024;
/// The first bytes of a file that gzip has made.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A form with a file.
#[derive(Debug, Default)]
pub struct Upload {
    /// The fields that are texts.
    pub fields: HashMap<String, String>,
    /// The file's name, and what stands in it.
    pub file: Option<(String, Bytes)>,
}

/// Reads a form that was sent as `multipart/form-data`. `None` if it is none.
pub async fn read(headers: &HeaderMap, body: Bytes) -> Option<Upload> {
    let boundary = multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()?;
    let whole = stream::once(async move { Ok::<_, Infallible>(body) });
    let mut parts = Multipart::new(whole, boundary);
    let mut upload = Upload::default();
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file_name) => upload.file = Some((file_name, part.bytes().await.ok()?)),
            None => {
                let text = String::from_utf8_lossy(&part.bytes().await.ok()?).into_owned();
                upload.fields.insert(name, text);
            }
        }
    }
    Some(upload)
}

/// Reads bytes, and tells others how far it is.
#[derive(Clone)]
pub struct Counted {
    bytes: Bytes,
    at: Arc<AtomicUsize>,
}

impl Counted {
    /// From the beginning.
    pub fn new(bytes: Bytes) -> Self {
        Counted { bytes, at: Arc::default() }
    }

    /// How many bytes were read.
    pub fn read_so_far(&self) -> u64 {
        u64::try_from(self.at.load(Ordering::Relaxed)).unwrap_or(u64::MAX)
    }

    /// The text of the file, unpacked if it is packed: then more than `most` bytes of it are an error.
    pub fn unpacked(self, most: u64) -> Box<dyn BufRead + Send> {
        if self.bytes.starts_with(&GZIP) {
            Box::new(BufReader::new(Limited { inner: MultiGzDecoder::new(self), most, left: most }))
        } else {
            Box::new(BufReader::new(self))
        }
    }
}

/// Reads up to so many bytes. More are an error and not an end: what is cut off must not look as if it were whole.
struct Limited<R> {
    inner: R,
    most: u64,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        let too_large = || {
            let message = format!("unpacked, it has more than {} bytes", self.most);
            io::Error::new(io::ErrorKind::FileTooLarge, message)
        };
        self.left = left.ok_or_else(too_large)?;
        Ok(read)
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = self.at.load(Ordering::Relaxed);
        let mut rest = self.bytes.get(at..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.at.store(at + read, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures::executor::block_on;
    use http::HeaderValue;
    use std::io::{ErrorKind, Write};

    fn headers(boundary: &str) -> HeaderMap {
        let value = format!("multipart/form-data; boundary={boundary}");
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_str(&value).unwrap())])
    }

    #[test]
    fn a_form_has_texts_and_a_file() {
        let body = "--x\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\nabc\r\n\
            --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a b.csv\"\r\n\r\n1\r\n2\r\n--x--\r\n";
        let upload = block_on(read(&headers("x"), body.into())).unwrap();
        assert_eq!(upload.fields["key"], "abc");
        assert_eq!(upload.file, Some(("a b.csv".into(), "1\r\n2".into())));
        for broken in ["", "--x\r\n", "--x\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\nabc"] {
            assert!(block_on(read(&headers("x"), broken.into())).is_none(), "{broken}");
        }
        assert!(block_on(read(&HeaderMap::new(), body.into())).is_none());
    }

    #[test]
    fn a_packed_file_is_read_as_what_is_in_it() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"Handle,Title\n").unwrap();
        let packed = Bytes::from(encoder.finish().unwrap());
        for bytes in [packed, Bytes::from_static(b"Handle,Title\n")] {
            let total = bytes.len();
            let counted = Counted::new(bytes);
            let mut text = String::new();
            counted.clone().unpacked(13).read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), counted.read_so_far()), ("Handle,Title\n", total as u64));
        }
    }

    #[test]
    fn a_packed_file_that_is_too_large_is_not_taken_for_a_shorter_one() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"Handle,Title\n").unwrap();
        let packed = Bytes::from(encoder.finish().unwrap());
        let mut text = String::new();
        let error = Counted::new(packed).unpacked(12).read_to_string(&mut text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }
}
