//! What rounding does, by trying every value.

use mantissa::prelude::*;

/// The finite values of a format, each number once.
pub fn numbers(dtype: DType) -> Vec<f64> {
    let codes = 0..=u64::MAX >> (64 - dtype.bits());
    let values = codes.map(|code| dtype.value(code)).filter(Value::is_finite);
    let mut numbers: Vec<f64> = values.map(|value| value.to_f64() + 0.0).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// What a number becomes, as a key: its bits, one for both zeros, one for all NaNs; nothing if the
/// target refuses it.
pub fn image(x: f64, target: DType) -> Option<u64> {
    let overflow = match target {
        DType::Int(_) => Overflow::Saturate,
        DType::Float(_) => Overflow::Format,
    };
    let code = target.encode(x, Rounding::TiesToEven, overflow).ok()?;
    Some(key(target.value(code)))
}

/// A value as a key.
pub fn key(value: Value) -> u64 {
    match value.to_f64() {
        x if x.is_nan() => u64::MAX,
        x => (x + 0.0).to_bits(),
    }
}
