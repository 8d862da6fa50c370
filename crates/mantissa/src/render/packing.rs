//! Codes on their way into bytes: whose bits land where.

use super::figure::px;
use super::svg::{Font, formulas, text};
use super::theme::{EXPONENT, FRACTION, Hue, INTEGER, LOST, MUTED, PLAIN, RULE, SIGN};
use super::{Figure, Lang};
use crate::pack::{PackOrder, pack_in};
use maud::{Markup, html};

const MARGIN: f64 = 24.0;
/// The width of a bit in a byte and in a code, and the height of both.
const BIT: f64 = 20.0;
const CODE_BIT: f64 = 16.0;
const TALL: f64 = 26.0;
/// Between two bytes.
const GAP: f64 = 14.0;
/// The most bytes side by side.
const ACROSS: usize = 4;
/// The top of the first row of codes, and from one row to the next.
const TOP: f64 = 96.0;
const ROW: f64 = 226.0;
/// From the bottom of a code to the top of its bits in the bytes.
const DROP: f64 = 92.0;
/// More bytes than these are not drawn.
const MOST: usize = 16;

const HEADING: Font = Font::sans(18.0).bold();
const NOTE: Font = Font::sans(13.0).fill(MUTED);
const DIGIT: Font = Font::mono(13.0).middle();
const VALUE: Font = Font::mono(13.0).bold().middle();
const SUM: Font = Font::mono(11.0).fill(MUTED).middle();

/// Codes in turn take these colours.
const HUES: [Hue; 5] = [EXPONENT, SIGN, FRACTION, LOST, INTEGER];

/// How codes of 1 to 8 bits go into bytes: each code with its bits, and where every bit lands.
///
/// ```
/// use mantissa::prelude::*;
/// let picture = packing([1, 0, 3, 2, 3, 3, 3, 3], 2, PackOrder::LowFirst);
/// assert!(picture.text().contains("byte 0: 1 | 0<<2 | 3<<4 | 2<<6 = 0xb1 = 177"));
/// ```
///
/// # Panics
/// If there is no code, a code has more bits, or there are more than 16 bytes; where
/// [`PackOrder::bytes`] does.
#[track_caller]
pub fn packing(codes: impl IntoIterator<Item = u64>, bits: u32, order: PackOrder) -> Figure {
    let codes: Vec<u64> = codes.into_iter().collect();
    let bytes = order.bytes(codes.len(), bits);
    assert!(
        (1..=MOST).contains(&bytes),
        "packing draws 1 to {MOST} bytes, and {} codes of {bits} bits take {bytes}: take a part of \
         them",
        codes.len()
    );
    if let Some(code) = codes.iter().find(|code| *code >> bits != 0) {
        panic!(
            "code {code} does not fit {bits} bits: the largest is {}",
            (1u64 << bits) - 1
        );
    }
    draw(&codes, bits, order, Lang::current())
}

fn draw(codes: &[u64], bits: u32, order: PackOrder, lang: Lang) -> Figure {
    let packed = pack_in(order, codes.iter().copied(), bits);
    let plan = Plan {
        codes,
        bits,
        runs: runs(codes.len(), bits, order),
        packed: &packed,
    };
    let heading = heading(codes.len(), bits, packed.len(), lang);
    let rule = rule(order, lang);
    let words = plan.words(&heading, &rule, lang);
    let body = html! {
        (text(MARGIN, 34.0, HEADING, &heading))
        (text(MARGIN, 56.0, NOTE, &rule))
        @for row in 0..packed.len().div_ceil(ACROSS) {
            (plan.bands(row))
            (plan.code_row(row))
            (plan.byte_row(row))
        }
    };
    let across = packed.len().min(ACROSS) as f64;
    let least = HEADING.width(&heading).max(NOTE.width(&rule));
    let width = (across * (8.0 * BIT + GAP) - GAP).max(least) + 2.0 * MARGIN;
    let height = TOP + packed.len().div_ceil(ACROSS) as f64 * ROW - 40.0;
    let size = (width.ceil() as u32, height as u32);
    Figure::new(size, format!("{heading}: {rule}"), words, body)
}

/// Neighbouring bits of one code that lie side by side in one byte.
#[derive(Clone, Copy)]
struct Run {
    /// Which code.
    code: usize,
    /// Its lowest bit here.
    low: u32,
    byte: usize,
    /// Where that bit lies in the byte.
    bit: u32,
    len: u32,
}

/// Every code's runs, from its lowest bits.
fn runs(codes: usize, bits: u32, order: PackOrder) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for code in 0..codes {
        for low in 0..bits {
            let (byte, bit) = order.place(bits, code, low);
            match runs.last_mut() {
                Some(run) if (run.code, run.byte, run.bit + run.len) == (code, byte, bit) => {
                    run.len += 1;
                }
                _ => runs.push(Run {
                    code,
                    low,
                    byte,
                    bit,
                    len: 1,
                }),
            }
        }
    }
    runs
}

/// Where everything stands: bytes in rows, and above each row the codes that have bits in it.
struct Plan<'a> {
    codes: &'a [u64],
    bits: u32,
    runs: Vec<Run>,
    packed: &'a [u8],
}

impl Plan<'_> {
    fn top(&self, row: usize) -> f64 {
        TOP + row as f64 * ROW
    }

    fn byte_top(&self, row: usize) -> f64 {
        self.top(row) + TALL + DROP
    }

    /// The left end of `len` bits of a byte from `bit` on; bit 7 stands leftmost.
    fn bit_x(&self, byte: usize, bit: u32, len: u32) -> f64 {
        let slot = (byte % ACROSS) as f64;
        MARGIN + slot * (8.0 * BIT + GAP) + f64::from(8 - bit - len) * BIT
    }

    fn runs_of(&self, row: usize) -> impl Iterator<Item = Run> + '_ {
        let here = move |run: &&Run| run.byte / ACROSS == row;
        self.runs.iter().filter(here).copied()
    }

    /// The left end of each code of a row: evenly over the width of the bytes below.
    fn code_xs(&self, row: usize) -> Vec<(usize, f64)> {
        let mut codes: Vec<usize> = self.runs_of(row).map(|run| run.code).collect();
        codes.dedup();
        let bytes = (self.packed.len() - row * ACROSS).min(ACROSS) as f64;
        let step = (bytes * (8.0 * BIT + GAP) - GAP) / codes.len() as f64;
        let inset = (step - f64::from(self.bits) * CODE_BIT) / 2.0;
        let places = codes.into_iter().enumerate();
        places
            .map(|(n, code)| (code, MARGIN + n as f64 * step + inset))
            .collect()
    }

    /// From each code to its bits in the bytes.
    fn bands(&self, row: usize) -> Markup {
        let (from, to) = (self.top(row) + TALL, self.byte_top(row));
        let xs = self.code_xs(row);
        let band = |run: Run| {
            let (_, x) = xs.iter().find(|(code, _)| *code == run.code).copied()?;
            let start = x + f64::from(self.bits - run.low - run.len) * CODE_BIT;
            let end = self.bit_x(run.byte, run.bit, run.len);
            let (wide, narrow) = (f64::from(run.len) * BIT, f64::from(run.len) * CODE_BIT);
            let path = format!(
                "M{} {}h{}L{} {}h{}z",
                px(start),
                px(from),
                px(narrow),
                px(end + wide),
                px(to),
                px(-wide)
            );
            Some((path, hue(run.code)))
        };
        html! {
            @for (path, hue) in self.runs_of(row).filter_map(band) {
                path d=(path) fill=(hue.fill) fill-opacity="0.7" {}
            }
        }
    }

    fn code_row(&self, row: usize) -> Markup {
        let y = self.top(row);
        let digits =
            |(code, x): &(usize, f64)| digits(self.codes[*code], self.bits, (*x, y), CODE_BIT);
        let xs = self.code_xs(row);
        html! {
            @for (code, x) in &xs {
                @let middle = x + f64::from(self.bits) * CODE_BIT / 2.0;
                (text(middle, y - 7.0, VALUE.fill(hue(*code).line), &self.codes[*code].to_string()))
                (cells((*x, y), self.bits, CODE_BIT, Some(hue(*code))))
            }
            (formulas(DIGIT, xs.iter().flat_map(digits)))
        }
    }

    fn byte_row(&self, row: usize) -> Markup {
        let y = self.byte_top(row);
        let shown = row * ACROSS..self.packed.len().min((row + 1) * ACROSS);
        let digits = |byte: usize| {
            digits(
                self.packed[byte].into(),
                8,
                (self.bit_x(byte, 0, 8), y),
                BIT,
            )
        };
        html! {
            @for byte in shown.clone() {
                (cells((self.bit_x(byte, 0, 8), y), 8, BIT, None))
                @let middle = self.bit_x(byte, 0, 8) + 4.0 * BIT;
                (text(middle, y + TALL + 18.0, VALUE, &value(self.packed[byte])))
                @if SUM.width(&self.sum(byte)) <= 8.0 * BIT + GAP {
                    (text(middle, y + TALL + 36.0, SUM, &self.sum(byte)))
                }
            }
            @for run in self.runs_of(row) {
                (cells((self.bit_x(run.byte, run.bit, run.len), y), run.len, BIT, Some(hue(run.code))))
            }
            (formulas(DIGIT, shown.flat_map(digits)))
        }
    }

    /// What a byte is made of: `1 | 0<<2 | 3<<4 | 2<<6`.
    fn sum(&self, byte: usize) -> String {
        let mut here: Vec<&Run> = self.runs.iter().filter(|run| run.byte == byte).collect();
        here.sort_by_key(|run| run.bit);
        let terms = here.into_iter().map(|run| {
            let code = self.codes[run.code];
            let mask = (1u64 << run.len) - 1;
            match run.bit.checked_sub(run.low) {
                Some(0) => code.to_string(),
                // The bits that the next byte gets.
                Some(left) if code > mask => format!("({code}&{mask})<<{left}"),
                Some(left) => format!("{code}<<{left}"),
                None => format!("{code}>>{}", run.low - run.bit),
            }
        });
        terms.collect::<Vec<_>>().join(" | ")
    }

    fn words(&self, heading: &str, rule: &str, lang: Lang) -> String {
        let width = self.bits as usize;
        let codes = self
            .codes
            .iter()
            .map(|code| format!("{code} ({code:0width$b})"));
        let codes: Vec<String> = codes.collect();
        let (name, colon) = (lang.pick("byte", "字节"), lang.pick(":", "："));
        let byte = |(i, byte): (usize, &u8)| {
            format!("{name} {i}{colon} {} = {}\n", self.sum(i), value(*byte))
        };
        let bytes: String = self.packed.iter().enumerate().map(byte).collect();
        let codes_name = lang.pick("codes", "编码");
        format!(
            "{heading}\n{rule}\n{codes_name}{colon} {}\n{bytes}",
            codes.join(" ")
        )
    }
}

fn hue(code: usize) -> Hue {
    HUES[code % HUES.len()]
}

/// `0xb1 = 177`.
fn value(byte: u8) -> String {
    format!("0x{byte:02x} = {byte}")
}

/// A row of cells for bits; those of no code are plain.
fn cells((x, y): (f64, f64), bits: u32, width: f64, hue: Option<Hue>) -> Markup {
    let stroke = hue.map_or(RULE, |hue| hue.line);
    let fill = hue.unwrap_or(PLAIN).fill;
    let lines: String = (1..bits)
        .map(|i| {
            format!(
                "M{} {}v{}",
                px(x + f64::from(i) * width),
                px(y + 0.5),
                px(TALL - 1.0)
            )
        })
        .collect();
    html! {
        rect x=(px(x + 0.5)) y=(px(y + 0.5)) width=(px(f64::from(bits) * width - 1.0))
            height=(px(TALL - 1.0)) fill=(fill) stroke=(stroke) {}
        @if !lines.is_empty() { path d=(lines) stroke=(stroke) stroke-opacity="0.5" {} }
    }
}

/// The digits of a number, the highest bit first, each in the middle of its cell.
fn digits(
    n: u64,
    bits: u32,
    (x, y): (f64, f64),
    width: f64,
) -> impl Iterator<Item = (f64, f64, String)> {
    (0..bits).map(move |i| {
        let digit = n >> (bits - 1 - i) & 1;
        (
            x + (f64::from(i) + 0.5) * width,
            y + TALL / 2.0 + 5.0,
            digit.to_string(),
        )
    })
}

fn heading(codes: usize, bits: u32, bytes: usize, lang: Lang) -> String {
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match lang {
        Lang::En => format!(
            "{} of {} in {}",
            plural(codes, "code"),
            plural(bits as usize, "bit"),
            plural(bytes, "byte")
        ),
        Lang::Zh => format!("{codes} 个 {bits} 位编码装进 {bytes} 个字节"),
    }
}

fn rule(order: PackOrder, lang: Lang) -> String {
    match (order, lang) {
        (PackOrder::LowFirst, Lang::En) => {
            "low bits first: the first code takes the lowest bits".into()
        }
        (PackOrder::LowFirst, Lang::Zh) => "低位在前：第一个编码占最低的几位".into(),
        (PackOrder::HighFirst, Lang::En) => {
            "high bits first: the first code takes the highest bits".into()
        }
        (PackOrder::HighFirst, Lang::Zh) => "高位在前：第一个编码占最高的几位".into(),
        (PackOrder::Planes { bytes }, Lang::En) => {
            format!("in planes: the lowest bits of {bytes} bytes first, then the bits above them")
        }
        (PackOrder::Planes { bytes }, Lang::Zh) => {
            format!("分层：先填满 {bytes} 个字节的最低几位，再填上面的几位")
        }
    }
}
