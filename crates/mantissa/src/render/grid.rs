//! Every code of a format in a grid, with its value.

use super::figure::px;
use super::svg::{Font, formulas, plain, table, text};
use super::theme::{EXPONENT, FRACTION, Hue, LOST, MUTED, PLAIN, RULE};
use super::{Figure, Lang};
use crate::dtype::DType;
use crate::text::{general, grouped};
use crate::value::{Class, Value};
use maud::{Markup, html};

const WIDTH: f64 = 880.0;
/// The upper left corner of the cells.
const LEFT: f64 = 60.0;
const TOP: f64 = 104.0;
/// More bits than this, and the codes are too many to see.
const MOST_BITS: u32 = 8;

/// All codes of a format of up to 8 bits in a grid, each with its value: the high bits of the code
/// choose the row, the low ones the column. Every value is exact: where the decimal is too long, it
/// is an integer times its unit in the last place, k×2^e. Zeros, subnormal numbers, infinities and
/// NaNs are marked, and heavier lines part the exponents of a float.
///
/// ```
/// use mantissa::prelude::*;
/// let e4m3 = grid(FP8_E4M3FN);
/// assert!(e4m3.text().contains("1×2^-9")); // the smallest subnormal number
/// assert!(e4m3.text().contains("448"));
/// ```
///
/// # Panics
/// If the format has more than 8 bits.
#[track_caller]
pub fn grid(format: impl Into<DType>) -> Figure {
    let dtype = format.into();
    assert!(
        dtype.bits() <= MOST_BITS,
        "a grid shows every code of a format of up to {MOST_BITS} bits, and {dtype} has {}",
        dtype.bits()
    );
    Grid::new(dtype).draw(Lang::current())
}

/// A format and the shape of its grid.
struct Grid {
    dtype: DType,
    /// How many of the code's bits choose the column.
    low_bits: u32,
    cell: (f64, f64),
    font: Font,
}

impl Grid {
    fn new(dtype: DType) -> Grid {
        let low_bits = dtype.bits().div_ceil(2);
        let (cell, font) = match low_bits {
            4 => ((50.0, 27.0), Font::sans(11.0)),
            _ => ((100.0, 44.0), Font::sans(14.0)),
        };
        Grid {
            dtype,
            low_bits,
            cell,
            font: font.middle(),
        }
    }

    fn columns(&self) -> u64 {
        1 << self.low_bits
    }

    fn rows(&self) -> u64 {
        1 << (self.dtype.bits() - self.low_bits)
    }

    fn values(&self) -> impl Iterator<Item = Value> {
        (0..self.columns() * self.rows()).map(|code| self.dtype.value(code))
    }

    /// The upper left corner of a code's cell.
    fn corner(&self, code: u64) -> (f64, f64) {
        let (column, row) = (code % self.columns(), code / self.columns());
        let (width, height) = self.cell;
        (LEFT + column as f64 * width, TOP + row as f64 * height)
    }

    fn draw(&self, lang: Lang) -> Figure {
        let bottom = TOP + self.rows() as f64 * self.cell.1;
        let title = match lang {
            Lang::En => format!("{}: the value of every code", self.dtype),
            Lang::Zh => format!("{}：每个编码的值", self.dtype),
        };
        let body = html! {
            (text(20.0, 32.0, Font::sans(19.0).bold(), &title))
            (text(20.0, 54.0, Font::sans(13.0).fill(MUTED), &self.remark(lang)))
            (self.heads())
            (self.marks())
            (self.lines())
            (self.numbers())
            (self.legend(bottom + 28.0, lang))
        };
        let words = format!("{title}\n{}", self.words());
        Figure::new((WIDTH as u32, (bottom + 44.0) as u32), title, words, body)
    }

    /// Which bits choose what, and how many values there are.
    fn remark(&self, lang: Lang) -> String {
        let (high, low) = (self.dtype.bits() - self.low_bits, self.low_bits);
        let finite = match self.dtype {
            DType::Float(format) => format.finite_count(),
            DType::Int(format) => 1 << format.bits(),
        };
        let finite = grouped(finite);
        match lang {
            _ if high == 0 => String::new(),
            Lang::En => format!(
                "row: the high {high} bits of the code, column: the low {low}; {finite} different finite values"
            ),
            Lang::Zh => {
                format!("行：编码的高 {high} 位，列：低 {low} 位；共 {finite} 个不同的有限值")
            }
        }
    }

    /// The bits of the rows and columns: in hexadecimal where they are whole digits.
    fn heads(&self) -> Markup {
        let (columns, rows) = self.head_texts();
        let mono = Font::mono(12.0).fill(MUTED);
        let (width, height) = self.cell;
        let columns = columns.into_iter().enumerate().map(|(i, head)| {
            let x = LEFT + (i as f64 + 0.5) * width;
            (x, TOP - 9.0, head)
        });
        let rows = rows.into_iter().enumerate().map(|(i, head)| {
            let y = TOP + (i as f64 + 0.5) * height;
            (LEFT - 9.0, y + 4.0, head)
        });
        html! {
            (formulas(mono.middle(), columns))
            (formulas(mono.end(), rows))
        }
    }

    fn head_texts(&self) -> (Vec<String>, Vec<String>) {
        let high_bits = self.dtype.bits() - self.low_bits;
        let head = |i: u64, bits: u32, blank: u32, column: bool| {
            let (digits, blanks) = match self.low_bits {
                4 => (format!("{i:x}"), "_".to_owned()),
                _ if bits == 0 => (String::new(), "_".repeat(blank as usize)),
                _ => (
                    format!("{i:0width$b}", width = bits as usize),
                    "_".repeat(blank as usize),
                ),
            };
            match (self.low_bits, column) {
                (4, true) => format!("_{digits}"),
                (4, false) => format!("0x{digits}_"),
                (_, true) => blanks + &digits,
                (_, false) => digits + &blanks,
            }
        };
        let columns = (0..self.columns()).map(|i| head(i, self.low_bits, high_bits, true));
        let rows = (0..self.rows()).map(|i| head(i, high_bits, self.low_bits, false));
        (columns.collect(), rows.collect())
    }

    /// Tints under the cells that are not normal numbers, and a corner on subnormal ones.
    fn marks(&self) -> Markup {
        let (width, height) = self.cell;
        let tinted = |class: Class| -> String {
            let codes = self.values().filter(|value| value.class() == class);
            let cells = codes.map(|value| {
                let (x, y) = self.corner(value.code());
                format!(
                    "M{} {}h{}v{}h{}z",
                    px(x),
                    px(y),
                    px(width),
                    px(height),
                    px(-width)
                )
            });
            cells.collect()
        };
        let corners = self
            .values()
            .filter(|v| v.class() == Class::Subnormal)
            .map(|value| {
                let (x, y) = self.corner(value.code());
                format!("M{} {}{CORNER}", px(x), px(y))
            });
        html! {
            @for class in [Class::Zero, Class::Subnormal, Class::Infinite, Class::Nan] {
                @let d = tinted(class);
                @if let Some(hue) = hue(class) {
                    @if !d.is_empty() { path d=(d) fill=(hue.fill) {} }
                }
            }
            path d=(corners.collect::<String>()) fill=(FRACTION.line) {}
        }
    }

    /// The lines between the cells: light ones, and heavier ones where a new exponent (for
    /// integers: the negative half) begins.
    fn lines(&self) -> Markup {
        let (columns, rows) = (self.columns(), self.rows());
        let (width, height) = self.cell;
        let (right, bottom) = (columns as f64 * width, rows as f64 * height);
        let part = match self.dtype {
            DType::Float(format) => 1 << format.mantissa_bits(),
            DType::Int(format) => 1 << (format.bits() - u32::from(format.signed())),
        };
        let down = |every: u64| -> String {
            let lines = (0..=columns).filter(|i| i % every == 0);
            let x = |i: u64| px(LEFT + i as f64 * width);
            lines
                .map(|i| format!("M{} {}v{}", x(i), px(TOP), px(bottom)))
                .collect()
        };
        let across = |every: u64| -> String {
            let lines = (0..=rows).filter(|i| i % every == 0);
            let y = |i: u64| px(TOP + i as f64 * height);
            lines
                .map(|i| format!("M{} {}h{}", px(LEFT), y(i), px(right)))
                .collect()
        };
        // Parts narrower than a cell or wider than a row leave only the frame in one direction.
        let light = down(1) + &across(1);
        let heavy = down(part.clamp(1, columns)) + &across((part / columns).max(1));
        html! {
            path d=(light) stroke=(RULE) fill="none" {}
            path d=(heavy) stroke=(MUTED) fill="none" {}
        }
    }

    /// The values, and under those of small formats their codes.
    fn numbers(&self) -> Markup {
        let (width, height) = self.cell;
        let small = self.low_bits < 4;
        let down = height / 2.0 + if small { -2.0 } else { 4.0 };
        let middle = |value: &Value| {
            let (x, y) = self.corner(value.code());
            (x + width / 2.0, y)
        };
        let numbers = self.values().map(|value| {
            let (x, y) = middle(&value);
            (x, y + down, self.short(value))
        });
        let codes = self.values().filter(|_| small).map(|value| {
            let (x, y) = middle(&value);
            (x, y + height - 7.0, value.binary())
        });
        html! {
            (formulas(self.font, numbers))
            @if small {
                (formulas(Font::mono(11.0).middle().fill(MUTED), codes))
            }
        }
    }

    /// A value as its cell has room for it, as a formula: all its digits, or k×2^e, which is exact
    /// too. All values with one exponent look alike: in the same unit, the steps between them show.
    fn short(&self, value: Value) -> String {
        match (self.dtype, value.class()) {
            (DType::Int(_), _) => value.to_string(),
            (_, Class::Nan) => "NaN".into(),
            (_, Class::Infinite | Class::Zero) => general(value.to_f64(), 4),
            (DType::Float(format), _) => {
                let alike = self.values().filter(|other| {
                    other.is_finite() && other.exponent_field() == value.exponent_field()
                });
                let fits = |x: Value| self.font.width(&x.decimal()) <= self.cell.0 - 5.0;
                if alike.into_iter().all(fits) {
                    value.decimal()
                } else {
                    in_units(value, format.mantissa_bits())
                }
            }
        }
    }

    /// What the marks mean, as far as they occur.
    fn legend(&self, y: f64, lang: Lang) -> Markup {
        let has = |class: Class| self.values().any(|value| value.class() == class);
        let mut entries = Vec::new();
        for (class, name) in [
            (Class::Zero, lang.pick("zero", "零")),
            (Class::Subnormal, lang.pick("subnormal", "次正规数")),
            (Class::Infinite, lang.pick("infinity", "无穷大")),
            (Class::Nan, lang.pick("NaN: no number", "NaN：不是数")),
        ] {
            if let Some(hue) = hue(class).filter(|_| has(class)) {
                entries.push((class, hue, name));
            }
        }
        let lines = match self.dtype {
            DType::Float(_) => lang.pick("heavier line: the next exponent", "粗线：下一个指数"),
            DType::Int(_) => lang.pick("two's complement", "补码"),
        };
        let font = Font::sans(12.0);
        let mut x = LEFT;
        html! {
            @for (class, hue, name) in entries {
                rect x=(px(x)) y=(px(y - 11.0)) width="18" height="14" fill=(hue.fill) stroke=(RULE) {}
                @if class == Class::Subnormal {
                    path d=(format!("M{} {}{CORNER}", px(x), px(y - 11.0))) fill=(hue.line) {}
                }
                (text(x + 25.0, y, font, name))
                @let () = x += font.width(name) + 50.0;
            }
            @if !matches!(self.dtype, DType::Int(format) if !format.signed()) {
                (text(LEFT + self.columns() as f64 * self.cell.0, y, font.fill(MUTED).end(), lines))
            }
        }
    }

    /// The text form: the same grid.
    fn words(&self) -> String {
        let (columns, rows) = self.head_texts();
        let heads = [String::new()].into_iter().chain(columns).collect();
        let width = self.columns();
        let row = |(i, head): (usize, String)| {
            let codes = i as u64 * width..(i as u64 + 1) * width;
            let values = codes.map(|code| plain(&self.short(self.dtype.value(code))));
            [head].into_iter().chain(values).collect()
        };
        let mut lines: Vec<Vec<String>> = vec![heads];
        lines.extend(rows.into_iter().enumerate().map(row));
        table(&lines)
    }
}

/// A small triangle in the upper left corner of a cell.
const CORNER: &str = "h8l-8 8z";

/// The tint of a kind of value; normal numbers have none.
fn hue(class: Class) -> Option<Hue> {
    match class {
        Class::Normal => None,
        Class::Zero => Some(PLAIN),
        Class::Subnormal => Some(FRACTION),
        Class::Infinite => Some(EXPONENT),
        Class::Nan => Some(LOST),
    }
}

/// A float as an integer times its unit in the last place: `13×2^{-9}`.
fn in_units(value: Value, mantissa_bits: u32) -> String {
    let sign = if value.negative() { "-" } else { "" };
    let integer = value.hidden_bit() << mantissa_bits | value.fraction();
    let unit = value.exponent() - mantissa_bits as i32;
    match mantissa_bits {
        0 => format!("{sign}2^{{{unit}}}"),
        _ => format!("{sign}{integer}×2^{{{unit}}}"),
    }
}
