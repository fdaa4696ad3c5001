//! The benchmark's WebAssembly module. Its caller has the clock.
#![allow(unsafe_code, reason = "names that JavaScript calls are an unsafe attribute")]

mod work;

use std::sync::Mutex;

static TEXT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static WORK: Mutex<Option<work::Work>> = Mutex::new(None);

/// Takes one byte of the workload.
#[unsafe(no_mangle)]
pub extern "C" fn push(byte: u32) {
    if let Ok(mut text) = TEXT.lock() {
        text.push(byte as u8);
    }
}

/// Reads the workload that was pushed; 1 if it is well formed.
#[unsafe(no_mangle)]
pub extern "C" fn load() -> u32 {
    let (Ok(mut text), Ok(mut work)) = (TEXT.lock(), WORK.lock()) else { return 0 };
    let json = String::from_utf8(std::mem::take(&mut *text)).unwrap_or_default();
    *work = work::Work::load(&json);
    u32::from(work.is_some())
}

/// One round; the sum of what its values weigh.
#[unsafe(no_mangle)]
pub extern "C" fn round() -> f64 {
    WORK.lock().ok().and_then(|work| work.as_ref().map(work::Work::round)).unwrap_or(f64::NAN)
}
