//! Quantization in one picture: float32 mapped onto int8.

use super::{Figure, Lang};
use crate::format::FP32;
use crate::int::INT8;
use crate::mapping::{Mapping, mapping};

/// The essence of quantization: every finite float32 value (top; each has the same room) and what
/// becomes of it in int8 (bottom), q = round(x / s) clamped to -128 ... 127, with s = 1/32 and zero
/// point 0; the bars count, exactly, how many float32 values share each int8 value.
///
/// Other scales: `mapping(FP32, INT8).with_scale(s)`.
///
/// ```
/// use mantissa::prelude::*;
/// let m = mapping(FP32, INT8).with_scale(1.0 / 32.0);
/// assert_eq!(m.count(), 4_278_190_079); // +0 and -0 are one value
/// assert_eq!(m.preimage(INT8.value(0)).count(), 2_030_043_137);
/// assert!(essence().text().contains("2030043137"));
/// // A scale that reaches float32's largest number makes nearly all of them 0.
/// let whole = mapping(FP32, INT8).with_scale(FP32.max() / 127.0);
/// assert_eq!(whole.preimage(INT8.value(0)).count(), 4_144_104_455);
/// ```
pub fn essence() -> Figure {
    essence_in(Lang::current())
}

/// [`essence`] labelled in the given language.
pub fn essence_in(lang: Lang) -> Figure {
    let mapping = mapping(FP32, INT8).with_scale(1.0 / 32.0);
    let heading = lang.pick(
        "Quantization maps a large set onto a small one",
        "量化：把大集合映射到小集合",
    );
    mapping.draw(Some((heading, &moral(&mapping, lang))), lang)
}

/// What there is to learn from the picture.
fn moral(mapping: &Mapping, lang: Lang) -> String {
    let count = |q: i128| {
        let code = INT8.code(q).expect("an int8 number");
        mapping.preimage(INT8.value(code)).count()
    };
    let three = mapping.percent(count(0) + count(INT8.min()) + count(INT8.max()));
    match lang {
        Lang::En => format!(
            "{three} % of all float32 values end in three int8 values: 0 and the two ends. \
             The scale chooses which ones stay apart."
        ),
        Lang::Zh => format!(
            "{three} % 的 float32 值只落到三个 int8 值上：0 和两端。选择缩放因子 s，就是选择哪些值还能彼此区分。"
        ),
    }
}
