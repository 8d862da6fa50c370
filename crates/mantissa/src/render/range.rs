//! Dynamic range against precision of many formats.
//!
//! Drawn with maud, not plotters: plotters rounds every coordinate to a whole pixel (three binades
//! of a float8 are seven), places labels without looking whether they collide, and cannot label an
//! axis with powers of two.

use super::figure::px;
use super::number_line::Formats;
use super::number_line::axis::{Axis, fitting, numeral};
use super::svg::{Font, formula, line, table, text};
use super::theme::{EXPONENT, FRACTION, Hue, INTEGER, MUTED, PAPER, PLAIN, RULE};
use super::{Figure, Lang};
use crate::dtype::DType;
use crate::text::general;
use crate::value::Value;
use maud::{Markup, html};

/// More formats than this are no picture any more.
const MOST: usize = 32;
const WIDTH: f64 = 880.0;
const MARGIN: f64 = 20.0;
const TOP: f64 = 76.0;
/// The column of the precision.
const PRECISION: f64 = 176.0;
/// Height of a bit of precision, at most, and of the most precise format.
const BIT: f64 = 5.0;
const HIGHEST: f64 = 60.0;
const BOLD: Font = Font::sans(13.0).bold();
const SMALL: Font = Font::sans(12.0).fill(MUTED);

/// Dynamic range against precision: each format is a shape as wide as its range, from the smallest
/// positive number to the largest on a logarithmic axis, and as high as its precision, in bits of
/// the significand. Subnormal numbers, lighter, lose a bit of precision with every step to the left.
///
/// The text has the same numbers: decades are log10(largest / smallest), decimal digits are
/// bits * log10(2).
///
/// ```
/// use mantissa::prelude::*;
/// let figure = range_precision([FP32, BF16, FP16]);
/// assert!(figure.text().contains("bfloat16"));
/// let figure = range_precision((BF16, FP8_E4M3FN, INT8));
/// assert!(figure.text().contains("0.00195312")); // the smallest E4M3 number
/// ```
///
/// # Panics
/// If there is no format, there are more than 32, or one has no positive number.
#[track_caller]
pub fn range_precision(formats: impl Formats) -> Figure {
    let dtypes = formats.dtypes();
    assert!(!dtypes.is_empty(), "a comparison needs at least one format");
    assert!(
        dtypes.len() <= MOST,
        "range_precision draws at most {MOST} formats, not {}",
        dtypes.len()
    );
    for dtype in &dtypes {
        let positive = !matches!(dtype, DType::Int(format) if format.max() == 0);
        assert!(positive, "{dtype} has no positive number");
    }
    let ranges: Vec<Range> = dtypes.into_iter().map(Range::new).collect();
    draw(&ranges, Lang::current())
}

/// The positive numbers of a format.
struct Range {
    dtype: DType,
    smallest: Value,
    /// The smallest number with full precision.
    normal: Value,
    largest: Value,
    /// Bits of the significand.
    bits: u32,
}

impl Range {
    fn new(dtype: DType) -> Range {
        match dtype {
            DType::Float(format) => {
                let largest = format.nearest(format.max());
                let normal = format.smallest_normal().min(format.max());
                Range {
                    dtype,
                    smallest: format.nearest(format.smallest_positive()),
                    normal: format.nearest(normal),
                    largest,
                    bits: format.precision(),
                }
            }
            DType::Int(format) => {
                let value = |x: i128| format.value(format.code(x).expect("a value of the format"));
                Range {
                    dtype,
                    smallest: value(1),
                    normal: value(1),
                    largest: value(format.max()),
                    bits: format.bits() - u32::from(format.signed()),
                }
            }
        }
    }

    fn is_float(&self) -> bool {
        matches!(self.dtype, DType::Float(_))
    }

    fn decades(&self) -> f64 {
        self.largest.to_f64().log10() - self.smallest.to_f64().log10()
    }

    fn digits(&self) -> f64 {
        f64::from(self.bits) * 2_f64.log10()
    }

    /// The bits that a positive number has: all, or, below the normal ones, as many as its
    /// magnitude leaves above the smallest.
    fn bits_at(&self, value: Value) -> f64 {
        let above = value.to_f64().log2() - self.smallest.to_f64().log2();
        match self.is_float() {
            true => (above + 1.0).min(self.bits.into()),
            false => self.bits.into(),
        }
    }
}

fn draw(ranges: &[Range], lang: Lang) -> Figure {
    let names = ranges.iter().map(|range| BOLD.width(range.dtype.name()));
    let left = MARGIN + names.fold(0.0, f64::max) + 20.0;
    let axis = axis(ranges, (left, WIDTH - MARGIN - PRECISION - 12.0));
    let most = ranges.iter().map(|range| range.bits).max().unwrap_or(1);
    let bit = BIT.min(HIGHEST / f64::from(most));
    // Each row ends below its shape and the words under it.
    let mut bottom = TOP;
    let rows: Vec<f64> = ranges
        .iter()
        .map(|range| {
            bottom += 38.0 + (f64::from(range.bits) * bit).max(8.0);
            bottom - 24.0
        })
        .collect();
    let title = lang.pick("Dynamic range and precision", "动态范围与精度");
    let remark = lang.pick(
        "width: from the smallest positive number to the largest, logarithmic; height: bits of precision",
        "宽：从最小正数到最大值，对数刻度；高：精度的位数",
    );
    let body = html! {
        (text(MARGIN, 32.0, Font::sans(19.0).bold(), title))
        (text(MARGIN, 54.0, Font::sans(13.0).fill(MUTED), remark))
        (powers(&axis, bottom))
        @for (range, base) in ranges.iter().zip(&rows) {
            (row(range, *base, &axis, bit, lang))
        }
        (legend(ranges, bottom + 60.0, lang))
    };
    let names: Vec<&str> = ranges.iter().map(|range| range.dtype.name()).collect();
    let label = format!("{title}: {}", names.join(", "));
    let words = format!("{title}\n{}", words(ranges, lang));
    Figure::new((WIDTH as u32, (bottom + 74.0) as u32), label, words, body)
}

/// The axis of log2 x that holds all ranges, and 1.
fn axis(ranges: &[Range], (left, right): (f64, f64)) -> Axis {
    let low = ranges.iter().map(|range| range.smallest.to_f64().log2());
    let high = ranges.iter().map(|range| range.largest.to_f64().log2());
    Axis {
        low: low.fold(0.0, f64::min).floor(),
        high: high.fold(1.0, f64::max).ceil(),
        left,
        right,
    }
}

/// Powers of two as light lines through all rows, each with about its decimal below.
fn powers(axis: &Axis, bottom: f64) -> Markup {
    let (low, high) = (axis.low as i32, axis.high as i32);
    let steps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    let pixels = (axis.right - axis.left) / (axis.high - axis.low);
    let step = steps
        .into_iter()
        .find(|step| f64::from(*step) * pixels >= 58.0);
    let step = step.unwrap_or(1024);
    let mut exponents: Vec<i32> = (low..=high).filter(|e| e % step == 0).collect();
    exponents.sort_by_key(|exponent| exponent.abs());
    let labels = exponents.into_iter().map(|exponent| {
        let x = axis.x(f64::from(exponent));
        (x, format!("2^{{{exponent}}}"))
    });
    let labels = fitting(labels, SMALL, (axis.left - 30.0, axis.right + 30.0));
    html! {
        @for label in &labels {
            @let one = label.text == "2^{0}";
            line x1=(px(label.at)) y1=(px(TOP - 6.0)) x2=(px(label.at)) y2=(px(bottom))
                stroke=(if one { MUTED } else { RULE }) {}
            (formula(label.x, bottom + 16.0, SMALL.middle(), &label.text))
            (text(label.x, bottom + 32.0, Font::sans(11.0).fill(MUTED).middle(), &decimal(label.at, axis)))
        }
        (line((axis.left, bottom), (axis.right, bottom), PLAIN.line))
    }
}

/// The decimal of the power of two at a pixel: exact if it is short, else to one digit.
fn decimal(x: f64, axis: &Axis) -> String {
    let part = (x - axis.left) / (axis.right - axis.left);
    let power = (axis.low + part * (axis.high - axis.low)).round().exp2();
    match general(power, 17) {
        _ if power.is_infinite() => String::new(), // 2^1024 is the end of float64
        exact if exact.len() <= 6 => exact,
        _ => format!("≈{}", general(power, 1)),
    }
}

/// One format: its name, its shape, the ends of its range, and its precision.
fn row(range: &Range, base: f64, axis: &Axis, bit: f64, lang: Lang) -> Markup {
    let hue = hue(range);
    let x = |value: Value| axis.x(value.to_f64().log2());
    let height = |value: Value| range.bits_at(value) * bit;
    let [from, normal, to] = [range.smallest, range.normal, range.largest].map(x);
    let [low, high] = [range.smallest, range.normal].map(height);
    let ends = words_of_range(range, lang);
    let half = SMALL.width(&ends) / 2.0;
    let middle = ((from + to) / 2.0)
        .max(axis.left + half)
        .min(axis.right - half);
    html! {
        (text(MARGIN, base, BOLD.fill(hue.line), range.dtype.name()))
        @if normal > from {
            polygon fill=(FRACTION.fill) stroke=(FRACTION.line) points=(format!(
                "{},{} {},{} {},{} {},{}",
                px(from), px(base), px(from), px(base - low), px(normal), px(base - high),
                px(normal), px(base)
            )) {}
        }
        rect x=(px(normal)) y=(px(base - high)) width=(px((to - normal).max(1.0))) height=(px(high))
            fill=(hue.line) {}
        // On a white ground, so that no line runs through the words.
        rect x=(px(middle - half)) y=(px(base + 3.0)) width=(px(2.0 * half)) height="16" fill=(PAPER) {}
        (text(middle, base + 15.0, SMALL.middle(), &ends))
        (text(WIDTH - MARGIN - PRECISION, base, Font::sans(13.0), &words_of_precision(range, lang)))
    }
}

fn hue(range: &Range) -> Hue {
    if range.is_float() { EXPONENT } else { INTEGER }
}

fn words_of_range(range: &Range, lang: Lang) -> String {
    let (low, high) = (numeral(range.smallest), numeral(range.largest));
    let decades = range.decades();
    match lang {
        Lang::En => format!("{low} ... {high}, {decades:.1} decades"),
        Lang::Zh => format!("{low} ... {high}，{decades:.1} 个数量级"),
    }
}

fn words_of_precision(range: &Range, lang: Lang) -> String {
    let (bits, digits) = (range.bits, range.digits());
    let unit = if bits == 1 { "bit" } else { "bits" };
    match (range.is_float(), lang) {
        (true, Lang::En) => format!("{bits} {unit} ≈ {digits:.1} digits"),
        (false, Lang::En) => format!("up to {bits} {unit}"),
        (true, Lang::Zh) => format!("{bits} 位 ≈ {digits:.1} 位十进制"),
        (false, Lang::Zh) => format!("最多 {bits} 位"),
    }
}

/// What the shapes mean, as far as they occur.
fn legend(ranges: &[Range], y: f64, lang: Lang) -> Markup {
    let floats = ranges.iter().any(Range::is_float);
    let integers = ranges.iter().any(|range| !range.is_float());
    let subnormal = ranges
        .iter()
        .any(|range| range.normal > range.smallest.to_f64());
    let mut entries = Vec::new();
    if floats {
        entries.push((EXPONENT, false, lang.pick("normal numbers", "正规数")));
    }
    if subnormal {
        let name = lang.pick(
            "subnormal numbers: one bit less with every halving",
            "次正规数：每小一半，少一位精度",
        );
        entries.push((FRACTION, true, name));
    }
    if integers {
        let name = lang.pick(
            "integers: large ones have more bits",
            "整数：越大，有效位越多",
        );
        entries.push((INTEGER, false, name));
    }
    let font = Font::sans(12.0);
    let mut x = MARGIN;
    let mut placed = Vec::new();
    for (hue, wedge, name) in entries {
        placed.push((x, hue, wedge, name));
        x += font.width(name) + 50.0;
    }
    html! {
        @for (x, hue, wedge, name) in placed {
            @if wedge {
                polygon points=(format!("{0},{1} {2},{3} {2},{1}", px(x), px(y), px(x + 20.0), px(y - 11.0)))
                    fill=(hue.fill) stroke=(hue.line) {}
            } @else {
                rect x=(px(x)) y=(px(y - 11.0)) width="20" height="11" fill=(hue.line) {}
            }
            (text(x + 27.0, y, font, name))
        }
    }
}

/// The text form.
fn words(ranges: &[Range], lang: Lang) -> String {
    let heading = match lang {
        Lang::En => [
            "format",
            "smallest",
            "smallest normal",
            "largest",
            "decades",
            "bits",
            "digits",
        ],
        Lang::Zh => [
            "格式",
            "最小正数",
            "最小正规数",
            "最大值",
            "数量级",
            "精度（位）",
            "十进制位数",
        ],
    };
    let row = |range: &Range| {
        vec![
            range.dtype.to_string(),
            numeral(range.smallest),
            numeral(range.normal),
            numeral(range.largest),
            format!("{:.1}", range.decades()),
            range.bits.to_string(),
            format!("{:.1}", range.digits()),
        ]
    };
    let heading = [heading.map(String::from).to_vec()];
    let rows: Vec<Vec<String>> = heading.into_iter().chain(ranges.iter().map(row)).collect();
    table(&rows)
}
