//! How the scale of an MX block follows from its largest magnitude.

use super::Grid;

/// How the scale X = 2^E of an MX block follows from `amax`, its largest magnitude.
///
/// With emax the exponent of the largest element (2 for E2M1, whose largest is 6 = 1.5 * 2^2; 8 for
/// E4M3; 0 for MXINT8) and `max` that element:
///
/// | rule | E | who |
/// |---|---|---|
/// | `Floor` | floor(log2 amax) - emax | OCP Microscaling 1.0, section 6.3 |
/// | `Ceil` | ceil(log2 amax) - emax | torchao |
/// | `Rceil` | ceil(log2(amax / max)) | NVIDIA, cuBLAS documentation, block scaling |
/// | `Even` | floor(log2 r) - emax, with r = amax rounded to the fraction bits of an element | torchao |
///
/// E is then brought into -127 to 127. The exponents are read from the bits of a float32; nothing is
/// computed with logarithms. torchao, `ScaleCalculationMode`.
///
/// `Floor` clips what is beyond `max` times X: up to a quarter of `amax` for E2M1, an eighth for E4M3.
/// `Ceil` and `Rceil` never clip as long as E stays below 127, and `Rceil` takes the smallest scale
/// that does not. (The quotient is a float32: where that is subnormal, its rounding may clip `amax`
/// by a bit.) `Even` takes the larger scale from halfway between the last number of an element's
/// precision and the next power of two on: despite its name, halves go up.
///
/// # The scales of a few blocks in MXFP4
///
/// E2M1 holds 0, 0.5, 1, 1.5, 2, 3, 4, 6.
///
/// | amax | `Floor` | `Ceil` | `Rceil` | `Even` |
/// |---|---|---|---|---|
/// | 4 | 1 | 1 | 1 | 1 |
/// | 5 | 1 | 2 | 1 | 1 |
/// | 6.5 | 1 | 2 | 2 | 1 |
/// | 7.9 | 1 | 2 | 2 | 2 |
///
/// 7.9 = 1.975 * 2^2: `Floor` takes 2^(2 - 2) = 1, and 7.9 is clipped to 6. `Ceil` takes 2^(3 - 2) = 2:
/// 7.9 / 2 = 3.95 rounds to 4 and comes back as 8. 7.9 / 6 = 1.32 is above 1, so `Rceil` takes 2. With
/// one bit after the point 1.975 is 2.0, so r = 8, and `Even` takes 2 as well; 6.5 = 1.625 * 2^2 has
/// r = 6 and stays at 1.
///
/// ```
/// use mantissa::prelude::*;
/// let rules = [ScaleRule::Floor, ScaleRule::Ceil, ScaleRule::Rceil, ScaleRule::Even];
/// for (amax, scales) in [
///     (4.0, [1.0, 1.0, 1.0, 1.0]),
///     (5.0, [1.0, 2.0, 1.0, 1.0]),
///     (6.5, [1.0, 2.0, 2.0, 1.0]),
///     (7.9, [1.0, 2.0, 2.0, 2.0]),
/// ] {
///     assert_eq!(rules.map(|rule| MXFP4.rule(rule).scale(amax).to_f64()), scales);
/// }
/// let back = |rule| MXFP4.block(1).rule(rule).fake_quantize([7.9])[[0]];
/// assert_eq!(rules.map(back), [6.0, 8.0, 8.0, 8.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScaleRule {
    /// The largest power of two not above `amax`, over that of the largest element.
    #[default]
    Floor,
    /// The smallest power of two not below `amax`, over that of the largest element.
    Ceil,
    /// The smallest power of two not below `amax` over the largest element.
    Rceil,
    /// As `Floor`, after rounding `amax` to the precision of the elements.
    Even,
}

/// Bits of a float32's fraction.
const FRACTION: u32 = 23;
/// The largest code of E8M0 that is a number, 2^127.
const LARGEST: i32 = 254;
/// The code of NaN in E8M0.
const NAN: u8 = 255;

impl ScaleRule {
    /// torchao's name of the rule.
    pub const fn name(&self) -> &'static str {
        match self {
            ScaleRule::Floor => "floor",
            ScaleRule::Ceil => "ceil",
            ScaleRule::Rceil => "rceil",
            ScaleRule::Even => "even",
        }
    }

    /// The E8M0 code of X, E + 127. The bias is that of float32, so exponent fields are codes.
    pub(super) fn code(self, amax: f32, grid: &Grid) -> u8 {
        if !amax.is_finite() {
            return NAN;
        }
        let bits = amax.abs().to_bits();
        let emax = (grid.max.to_bits() >> FRACTION) as i32 - 127;
        let code = match self {
            ScaleRule::Floor => field(bits) - emax,
            ScaleRule::Ceil => field_above(bits) - emax,
            ScaleRule::Rceil => field_above((amax.abs() / grid.max).to_bits()),
            // Half a unit of the last bit kept; a carry runs into the exponent by itself.
            ScaleRule::Even => field(bits + (1 << (FRACTION - grid.fraction_bits - 1))) - emax,
        };
        code.clamp(0, LARGEST) as u8
    }
}

/// The exponent field of the bits of a positive float32.
fn field(bits: u32) -> i32 {
    (bits >> FRACTION) as i32
}

/// The code of the smallest E8M0 number not below it. Field 0 holds 2^-127, the code 0, in its middle.
fn field_above(bits: u32) -> i32 {
    let fraction = bits & ((1 << FRACTION) - 1);
    let exact = if field(bits) == 0 {
        1 << (FRACTION - 1)
    } else {
        0
    };
    field(bits) + i32::from(fraction > exact)
}
