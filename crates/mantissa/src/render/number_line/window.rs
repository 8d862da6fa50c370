//! A few neighbouring values of a large format, with the gaps between them.

use super::axis::{Axis, fitting, numeral};
use super::scale::{LEFT, RIGHT};
use crate::codec::{Overflow, Rounding};
use crate::dtype::DType;
use crate::real::{Parts, Real};
use crate::render::svg::{Font, formula, line, plain, table, text};
use crate::render::theme::{EXPONENT, Hue, INTEGER, MUTED, RULE, SHADE};
use crate::render::{Figure, Lang};
use crate::value::Value;
use maud::{Markup, html};

const WIDTH: f64 = 880.0;
/// The line of values, and the table below it.
const LINE: f64 = 112.0;
const TABLE: f64 = 172.0;
const ROW: f64 = 24.0;
/// More values than this are too many to read.
const MOST: u32 = 24;
/// Longer codes are not shown bit by bit.
const MOST_BITS: u32 = 32;

/// `count` neighbouring values of a format, the one nearest to `center` in their middle: where they
/// lie, the gaps between them (which double at a power of two), their codes and all their digits.
///
/// ```
/// use mantissa::prelude::*;
/// let near_one = window(FP32, 1.0, 8);
/// assert!(near_one.text().contains("0x3f7fffff"));
/// assert!(near_one.text().contains("2^-24")); // below 1
/// assert!(near_one.text().contains("2^-23")); // above
/// ```
///
/// # Panics
/// If `count` is not 2 to 24, or the nearest value is not finite.
#[track_caller]
pub fn window(format: impl Into<DType>, center: impl Real, count: u32) -> Figure {
    let dtype = format.into();
    assert!(
        (2..=MOST).contains(&count),
        "a window shows 2 to {MOST} values, not {count}"
    );
    let code = dtype.encode(center, Rounding::TiesToEven, Overflow::Format);
    let middle = match code {
        Ok(code) => dtype.value(code),
        Err(error) => panic!("a window needs a value in its middle: {error}"),
    };
    assert!(
        middle.is_finite(),
        "the value of {dtype} nearest to the center is {middle}: a window needs a finite one"
    );
    let values = neighbours(middle, count as usize);
    draw(middle, &values, Lang::current())
}

/// Up to `count` values around `middle`; at an end of the format fewer on that side and more on the
/// other.
fn neighbours(middle: Value, count: usize) -> Vec<Value> {
    let finite = |value: &Value| value.is_finite();
    let below = std::iter::successors(middle.next_down().filter(finite), |value| {
        value.next_down().filter(finite)
    });
    let above = std::iter::successors(middle.next_up().filter(finite), |value| {
        value.next_up().filter(finite)
    });
    let below: Vec<Value> = below.take(count).collect();
    let above: Vec<Value> = above.take(count).collect();
    let down = (count / 2)
        .max((count - 1).saturating_sub(above.len()))
        .min(below.len());
    let up = (count - 1 - down).min(above.len());
    let mut values: Vec<Value> = below[..down].iter().rev().copied().collect();
    values.push(middle);
    values.extend(&above[..up]);
    values
}

pub(super) fn draw(middle: Value, values: &[Value], lang: Lang) -> Figure {
    let dtype = middle.dtype();
    let hue = match dtype {
        DType::Float(_) => EXPONENT,
        DType::Int(_) => INTEGER,
    };
    let title = match lang {
        Lang::En => format!("{dtype} around {}", numeral(middle)),
        Lang::Zh => format!("{dtype} 在 {} 附近的值", numeral(middle)),
    };
    let rows = rows(values, lang);
    let height = TABLE + ROW * (values.len() + 1) as f64 + 8.0;
    let remark = lang.pick(
        "neighbouring values at their true positions, and the gaps between them",
        "相邻的值按真实位置画出，并标出间隔",
    );
    let body = html! {
        (text(20.0, 32.0, Font::sans(19.0).bold(), &title))
        (text(20.0, 54.0, Font::sans(13.0).fill(MUTED), remark))
        (positions(middle, values, hue))
        (table_of(middle, values, &rows, hue))
    };
    let words: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|c| plain(c)).collect())
        .collect();
    let size = (WIDTH as u32, height as u32);
    let words = format!("{title}\n{}", table(&words));
    Figure::new(size, title, words, body)
}

/// The values as dots on a line, each with its number if there is room, and the gaps.
fn positions(middle: Value, values: &[Value], hue: Hue) -> Markup {
    // Integers from the first on: far from zero, their float64 values are all the same.
    let place = |value: &Value| match distance(&values[0], value) {
        Some(distance) => distance as f64,
        None => value.to_f64(),
    };
    let axis = Axis {
        low: place(&values[0]),
        high: place(&values[values.len() - 1]),
        left: LEFT + 12.0,
        right: RIGHT - 12.0,
    };
    let x = |value: &Value| axis.x(place(value));
    let ends = [values.first(), values.last()].into_iter().flatten();
    let labelled = [&middle].into_iter().chain(ends).chain(values);
    let numbers = fitting(
        labelled.map(|value| (x(value), numeral(*value))),
        Font::sans(12.0),
        (8.0, WIDTH - 8.0),
    );
    let gaps = values.windows(2).map(|pair| {
        let at = (x(&pair[0]) + x(&pair[1])) / 2.0;
        (at, gap(&pair[0], &pair[1]))
    });
    let gaps = fitting(gaps, Font::sans(12.0), (8.0, WIDTH - 8.0));
    html! {
        (line((LEFT - 12.0, LINE), (RIGHT + 12.0, LINE), hue.line))
        @for value in values {
            @let r = if *value == middle { "6" } else { "4" };
            circle cx=(crate::render::figure::px(x(value))) cy=(LINE) r=(r) fill=(hue.line) {}
        }
        @for label in numbers {
            (text(label.x, LINE - 14.0, Font::sans(12.0).middle(), &label.text))
        }
        @for label in gaps {
            (formula(label.x, LINE + 22.0, Font::sans(12.0).middle().fill(MUTED), &label.text))
        }
    }
}

/// The distance of two integers; `None` for floats.
fn distance(low: &Value, high: &Value) -> Option<i128> {
    Some(high.to_i128()? - low.to_i128()?)
}

/// The distance of two neighbours: a power of two for floats, as a formula.
fn gap(low: &Value, high: &Value) -> String {
    if let Some(distance) = distance(low, high) {
        return distance.to_string();
    }
    let distance = high.to_f64() - low.to_f64(); // exact: the values are neighbours
    match distance.parts() {
        Parts::Finite {
            significand,
            exponent,
            ..
        } if significand.is_power_of_two() => {
            format!("2^{{{}}}", exponent + significand.trailing_zeros() as i32)
        }
        _ => crate::text::general(distance, 6),
    }
}

/// Heading and rows of the table: code, bits, all digits, the gap to the next value.
fn rows(values: &[Value], lang: Lang) -> Vec<Vec<String>> {
    let heading = [
        lang.pick("code", "编码"),
        match values[0].dtype().bits() {
            ..=MOST_BITS => lang.pick("bits", "二进制位"),
            _ => "",
        },
        lang.pick("value", "值"),
        lang.pick("gap to the next", "到下一个值的间隔"),
    ];
    let next = |i: usize| {
        values
            .get(i + 1)
            .map_or(String::new(), |next| gap(&values[i], next))
    };
    let row =
        |(i, value): (usize, &Value)| vec![value.hex(), fields(value), digits(value), next(i)];
    let heading = [heading.map(String::from).to_vec()];
    heading
        .into_iter()
        .chain(values.iter().enumerate().map(row))
        .collect()
}

/// The code in binary, its fields apart; nothing for codes too long for a line.
fn fields(value: &Value) -> String {
    let binary = value.binary();
    match value.dtype() {
        dtype if dtype.bits() > MOST_BITS => String::new(),
        DType::Int(_) => binary,
        DType::Float(format) => {
            let (sign, rest) = binary.split_at(usize::from(format.signed()));
            let (exponent, fraction) = rest.split_at(format.exponent_bits() as usize);
            let fields = [sign, exponent, fraction].into_iter();
            let fields: Vec<&str> = fields.filter(|field| !field.is_empty()).collect();
            fields.join(" ")
        }
    }
}

/// All digits, unless they do not fit a line.
fn digits(value: &Value) -> String {
    let decimal = value.decimal();
    match decimal.len() {
        ..=56 if value.dtype().bits() > MOST_BITS => decimal,
        ..=40 => decimal,
        _ => numeral(*value),
    }
}

/// The table, with the middle value's row shaded.
fn table_of(middle: Value, values: &[Value], rows: &[Vec<String>], hue: Hue) -> Markup {
    let mono = Font::mono(12.0);
    let widths = |column: usize| {
        let widths = rows.iter().map(|row| mono.width(&row[column]));
        widths.fold(0.0, f64::max)
    };
    let code = 32.0;
    let bits = code + widths(0) + 28.0;
    let gap = WIDTH - 32.0;
    let value = gap - widths(3).max(Font::sans(12.0).width(&rows[0][3])) - 36.0;
    let y = |i: usize| TABLE + ROW * i as f64;
    let heading = Font::sans(12.0).fill(MUTED);
    html! {
        @for (i, row) in rows.iter().enumerate() {
            @let is_middle = i > 0 && values[i - 1] == middle;
            @if is_middle {
                rect x="20" y=(y(i) - 16.5) width=(WIDTH - 40.0) height=(ROW) rx="4" fill=(SHADE) {}
            } @else if i > 0 {
                (line((20.0, y(i) + 7.5), (WIDTH - 20.0, y(i) + 7.5), RULE))
            }
            @let font = match i { 0 => heading, _ if is_middle => mono.bold().fill(hue.line), _ => mono };
            (text(code, y(i), font, &row[0]))
            (text(bits, y(i), font, &row[1]))
            (text(value, y(i), font.end(), &row[2]))
            (formula(gap, y(i), if i == 0 { heading.end() } else { mono.end() }, &row[3]))
        }
    }
}
