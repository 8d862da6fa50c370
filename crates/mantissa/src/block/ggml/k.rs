//! K-quants: 256 weights in parts of 16 or 32, with scales that are themselves quantized.
//!
//! A part has a scale (and in three formats an offset) of 4, 6 or 8 bits, in units of a float16 `d`
//! (and `dmin`) that the whole block shares. So a scale for every 16 weights costs less than a
//! float16 for every 32 would.
//!
//! | format | parts | a weight is | codes q | scales | bits a weight |
//! |---|---|---|---|---|---|
//! | [`Q2_K`] | 16 of 16 | d * sc * q - dmin * m | 0 to 3 | 4 bits each | 2.625 |
//! | [`Q3_K`] | 16 of 16 | d * sc * q | -4 to 3 | 6 bits, -32 to 31 | 3.4375 |
//! | [`Q4_K`] | 8 of 32 | d * sc * q - dmin * m | 0 to 15 | 6 bits each | 4.5 |
//! | [`Q5_K`] | 8 of 32 | d * sc * q - dmin * m | 0 to 31 | 6 bits each | 5.5 |
//! | [`Q6_K`] | 16 of 16 | d * sc * q | -32 to 31 | 8 bits, -128 to 127 | 6.5625 |
//! | [`Q8_K`] | 1 of 256 | d * q | -127 to 127 | d is a float32 | 9.125 |
//!
//! Writing takes the same three steps everywhere: a scale search for each part by itself (`search`),
//! rounding of the scales that it found, and rounding of the weights to the scales as they are now
//! stored.
//!
//! A writer hides no overflow. A scale beyond float16 becomes infinity, and the block then reads back
//! as infinity or NaN, by which the caller knows. (Where sums of cubes overflow float32, ggml's Q3_K and
//! Q6_K write zeros instead.) A scale up to 2^-25 becomes zero, and with it the weights.

mod offset;
mod q2;
mod q3;
mod q4_q5;
mod q6;
mod q8;
mod search;

pub use q2::Q2_K;
pub use q3::Q3_K;
pub use q4_q5::{Q4_K, Q5_K};
pub use q6::Q6_K;
pub use q8::Q8_K;

use super::{Field, FieldKind};

/// The weights of a block.
const WEIGHTS: usize = 256;

const D: Field = Field::new(
    "d",
    2,
    FieldKind::Scale,
    [
        "what the scales of the parts are multiples of, a float16",
        "各组缩放因子的单位，float16",
    ],
);
const DMIN: Field = Field::new(
    "dmin",
    2,
    FieldKind::Offset,
    [
        "what the offsets of the parts are multiples of, a float16",
        "各组偏移的单位，float16",
    ],
);

#[cfg(test)]
mod tests;
