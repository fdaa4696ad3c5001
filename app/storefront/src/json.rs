//! Reads what the shop has written as JSON, in the browser. The browser itself parses it: with serde_json, and what
//! serde derives for each type, the bundle would be a quarter larger.

use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};

/// A type that can be read from a value of JavaScript.
pub trait Read: Sized {
    /// What the value says. What is not as it should be, the reader notes.
    fn read(reader: &Reader) -> Self;
}

/// Reads a value, unless something in it is missing or of another type.
pub fn read<T: Read>(value: JsValue) -> Option<T> {
    let reader = Reader { value, sound: Cell::new(true) };
    let read = T::read(&reader);
    reader.sound.get().then_some(read)
}

/// A value, and whether it was as expected until now.
pub struct Reader {
    value: JsValue,
    sound: Cell<bool>,
}

impl Reader {
    /// Reads a member of the object.
    pub fn get<T: Read>(&self, name: &str) -> T {
        self.within(js_sys::Reflect::get(&self.value, &JsValue::from_str(name)).unwrap_or_default())
    }

    fn within<T: Read>(&self, value: JsValue) -> T {
        let reader = Reader { value, sound: Cell::new(true) };
        let read = T::read(&reader);
        if !reader.sound.get() {
            self.sound.set(false);
        }
        read
    }

    fn expect<T: Default>(&self, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.sound.set(false);
            T::default()
        })
    }
}

impl Read for String {
    fn read(reader: &Reader) -> String {
        reader.expect(reader.value.as_string())
    }
}

impl Read for bool {
    fn read(reader: &Reader) -> bool {
        reader.expect(reader.value.as_bool())
    }
}

impl Read for usize {
    fn read(reader: &Reader) -> usize {
        u32::read(reader) as usize
    }
}

/// JavaScript's numbers hold integers up to 2^53 exactly: many more products than any shop has.
impl Read for i64 {
    fn read(reader: &Reader) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        reader.expect(reader.value.as_f64().map(|number| number as i64))
    }
}

impl Read for u32 {
    fn read(reader: &Reader) -> u32 {
        let number = i64::read(reader);
        reader.expect(number.try_into().ok())
    }
}

impl<T: Read> Read for Option<T> {
    fn read(reader: &Reader) -> Option<T> {
        let given = !reader.value.is_null() && !reader.value.is_undefined();
        given.then(|| T::read(reader))
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(reader: &Reader) -> Vec<T> {
        match reader.value.dyn_ref::<js_sys::Array>() {
            Some(array) => array.iter().map(|value| reader.within(value)).collect(),
            None => reader.expect(None),
        }
    }
}

/// Reads a struct member by member, by the names that serde gives them.
macro_rules! read_members {
    ($type:ident { $($member:ident),* }) => {
        impl $crate::json::Read for $type {
            fn read(reader: &$crate::json::Reader) -> $type {
                $type { $($member: reader.get(stringify!($member))),* }
            }
        }
    };
}
pub(crate) use read_members;
