//! Where the bytes of a block lie: its fields one after another, and runs of codes within a field.

use super::Field;
use super::common::{put_spread, spread};

/// The bytes of each field of a block.
pub(super) fn split<'a, const N: usize>(
    mut block: &'a [u8],
    fields: &'static [Field; N],
) -> [&'a [u8]; N] {
    fields.each_ref().map(|field| {
        let (bytes, rest) = block.split_at(field.bytes);
        block = rest;
        bytes
    })
}

/// The bytes of each field of a block, to be written.
pub(super) fn split_mut<'a, const N: usize>(
    mut block: &'a mut [u8],
    fields: &'static [Field; N],
) -> [&'a mut [u8]; N] {
    fields.each_ref().map(|field| {
        let (bytes, rest) = std::mem::take(&mut block).split_at_mut(field.bytes);
        block = rest;
        bytes
    })
}

/// How a field keeps its codes: in runs of bytes, of which each holds the lowest `bits` of every byte
/// first, then the next `bits` of every byte.
#[derive(Clone, Copy)]
pub(super) struct Runs {
    /// The bytes of a run.
    pub bytes: usize,
    /// The bits of a code: 1, 2 or 4.
    pub bits: usize,
}

impl Runs {
    /// The codes in their order.
    pub fn codes(self, field: &[u8]) -> impl Iterator<Item = u8> {
        let runs = field.chunks_exact(self.bytes);
        runs.flat_map(move |run| spread(run, self.bits as u32))
    }

    /// Puts the low bits of codes into a field of zero bytes.
    pub fn put(self, field: &mut [u8], codes: impl IntoIterator<Item = u8>) {
        let mask = u8::MAX >> (8 - self.bits);
        let mut codes = codes.into_iter().map(|code| code & mask);
        for run in field.chunks_exact_mut(self.bytes) {
            let in_a_run = 8 / self.bits * self.bytes;
            put_spread(codes.by_ref().take(in_a_run), self.bits, run);
        }
    }
}
