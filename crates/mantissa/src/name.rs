//! Format names that fit in a `Copy` value.

use std::fmt;

/// The longest name a format can have, in bytes.
pub const MAX_NAME: usize = 30;

/// A short name stored inline, so that formats stay `Copy` and can be made in a `const`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    bytes: [u8; MAX_NAME],
    len: u8,
}

impl Name {
    /// Copies `text`, which must be at most [`MAX_NAME`] bytes long.
    ///
    /// # Panics
    /// If `text` is empty or longer than that.
    pub(crate) const fn new(text: &str) -> Name {
        let source = text.as_bytes();
        assert!(
            !source.is_empty() && source.len() <= MAX_NAME,
            "a format's name must have 1 to 30 bytes"
        );
        let mut bytes = [0; MAX_NAME];
        let mut i = 0;
        while i < source.len() {
            bytes[i] = source[i];
            i += 1;
        }
        Name {
            bytes,
            len: source.len() as u8,
        }
    }

    pub(crate) const fn as_str(&self) -> &str {
        let (used, _) = self.bytes.split_at(self.len as usize);
        match std::str::from_utf8(used) {
            Ok(text) => text,
            Err(_) => unreachable!(), // it was copied whole from a str
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
