//! The bytes of one block of a block format, and what each of them holds.

use super::figure::px;
use super::svg::{Font, columns, formulas, pad, text};
use super::theme::{EXPONENT, FRACTION, Hue, INTEGER, LOST, MUTED, PLAIN, SIGN};
use super::{Figure, Lang};
use crate::block::ggml::{BlockFormat, BlockTensor, Field, FieldKind};
use crate::codec::random_bits;
use crate::format::FP16;
use crate::text::general;
use maud::{Markup, html};
use std::collections::BTreeSet;

const WIDTH: f64 = 880.0;
const MARGIN: f64 = 24.0;
/// The top of the first row of bytes.
const TOP: f64 = 84.0;
const TALL: f64 = 26.0;
/// Blocks of more weights have narrower cells, without the weights below them.
const FEW: usize = 64;
/// Decoded weights in a line.
const ACROSS: usize = 8;

const HEADING: Font = Font::sans(18.0).bold();
const NOTE: Font = Font::sans(13.0).fill(MUTED);
const HEX: Font = Font::mono(13.0).middle();
const OWNER: Font = Font::mono(11.0).fill(MUTED).middle();
const NAME: Font = Font::mono(13.0).bold();
const WHAT: Font = Font::sans(12.5);
const VALUE: Font = Font::mono(12.0).end();

/// The bytes of the `block`-th block of a tensor: each field in its colour, what it holds, and in
/// small blocks which weights each byte belongs to and what they are.
///
/// Which weights a byte belongs to is found by trying: they are those that change with its bits.
///
/// ```
/// use mantissa::prelude::*;
/// let w: Vec<f32> = (0..32).map(|i| (i - 16) as f32 / 4.0).collect();
/// let picture = byte_layout(&ggml::Q4_0.quantize(&w), 0);
/// assert!(picture.text().contains("the scale of the block, a float16 = 0.5"));
/// ```
///
/// # Panics
/// If there is no such block.
#[track_caller]
pub fn byte_layout(tensor: &BlockTensor, block: usize) -> Figure {
    let count = tensor.bytes().len() / tensor.scheme().bytes();
    assert!(
        block < count,
        "there is no block {block}: this tensor has {count}, counted from 0"
    );
    draw(tensor.scheme(), tensor.block(block), block, Lang::current())
}

fn draw(format: BlockFormat, bytes: &[u8], block: usize, lang: Lang) -> Figure {
    let grid = Grid::of(format);
    let owners = owners(format);
    let heading = heading(format, lang);
    let note = note(format, block, lang);
    let legend = TOP + grid.rows(bytes.len()) as f64 * grid.step + 20.0;
    let weights = format.dequantize(bytes).expect("the bytes of a block");
    let table = legend + format.fields().len() as f64 * 24.0 + 20.0;
    let lines = match grid.owners {
        true => weights.len().div_ceil(ACROSS),
        false => 0,
    };
    let names = format.fields().iter().map(|field| NAME.width(field.name));
    let names = names.fold(40.0, f64::max) + 20.0;
    let body = html! {
        (text(MARGIN, 34.0, HEADING, &heading))
        (text(MARGIN, 56.0, NOTE, &note))
        (grid.cells(format, bytes))
        @if grid.owners { (grid.owner_row(&owners)) }
        @for (i, (field, first)) in placed(format).enumerate() {
            (legend_line(field, (names, legend + i as f64 * 24.0), legend_words(field, first, bytes, lang)))
        }
        @if lines > 0 { (weight_table(&weights, table, lang)) }
    };
    let height = match lines {
        0 => table - 16.0,
        lines => table + lines as f64 * 18.0 + 14.0,
    };
    let words = words(format, bytes, &heading, &note, &weights, lang);
    Figure::new(
        (WIDTH as u32, height as u32),
        format!("{heading}: {note}"),
        words,
        body,
    )
}

/// Where the bytes stand.
struct Grid {
    /// Bytes in a row, and the width of one.
    across: usize,
    cell: f64,
    /// From one row to the next.
    step: f64,
    /// Whether the weights stand below their bytes.
    owners: bool,
}

impl Grid {
    fn of(format: BlockFormat) -> Grid {
        let (across, owners) = match format.weights() <= FEW {
            true => (18, true),
            false => (32, false),
        };
        Grid {
            across,
            cell: (WIDTH - 2.0 * MARGIN) / across as f64,
            step: if owners { 52.0 } else { 32.0 },
            owners,
        }
    }

    fn rows(&self, bytes: usize) -> usize {
        bytes.div_ceil(self.across)
    }

    fn at(&self, byte: usize) -> (f64, f64) {
        let x = MARGIN + (byte % self.across) as f64 * self.cell;
        (x, TOP + (byte / self.across) as f64 * self.step)
    }

    fn middle(&self, byte: usize, down: f64) -> (f64, f64) {
        let (x, y) = self.at(byte);
        (x + self.cell / 2.0, y + down)
    }

    fn cells(&self, format: BlockFormat, bytes: &[u8]) -> Markup {
        let hex = bytes.iter().enumerate().map(|(i, byte)| {
            let (x, y) = self.middle(i, TALL / 2.0 + 5.0);
            (x, y, format!("{byte:02x}"))
        });
        html! {
            @for (field, first) in placed(format) {
                @let hue = hue(field.kind);
                g fill=(hue.fill) stroke=(hue.line) {
                    @for byte in first..first + field.bytes {
                        @let (x, y) = self.at(byte);
                        rect x=(px(x + 0.5)) y=(px(y + 0.5)) width=(px(self.cell - 1.0))
                            height=(px(TALL - 1.0)) {}
                    }
                }
            }
            (formulas(HEX, hex))
        }
    }

    fn owner_row(&self, owners: &[BTreeSet<usize>]) -> Markup {
        let labels = owners.iter().enumerate().filter_map(|(byte, weights)| {
            let label = ranges(weights);
            let (x, y) = self.middle(byte, TALL + 14.0);
            (!label.is_empty() && OWNER.width(&label) <= self.cell - 2.0).then_some((x, y, label))
        });
        formulas(OWNER, labels)
    }
}

/// The fields, each with the place of its first byte.
fn placed(format: BlockFormat) -> impl Iterator<Item = (Field, usize)> {
    let fields = format.fields().iter();
    fields.scan(0, |first, field| {
        let place = *first;
        *first += field.bytes;
        Some((*field, place))
    })
}

/// The weights that each byte's bits are part of; none for what all of a block or of a part of it
/// shares. They are those that change with a bit, in one of a few blocks of random bytes.
fn owners(format: BlockFormat) -> Vec<BTreeSet<usize>> {
    let mut owners = vec![BTreeSet::new(); format.bytes()];
    let read = |bytes: &[u8]| format.dequantize(bytes).expect("the bytes of a block");
    for seed in 0..4 {
        let mut bytes: Vec<u8> = (0..format.bytes())
            .map(|i| random_bits(seed, i as u64) as u8)
            .collect();
        // A scale of NaN would hide every change.
        for (field, first) in placed(format) {
            if field.kind == FieldKind::Scale && field.bytes == 2 {
                bytes[first..first + 2].copy_from_slice(&[0x00, 0x3c]); // 1 as a float16
            }
        }
        let before = read(&bytes);
        for (field, first) in placed(format).filter(|(field, _)| field.kind.is_code()) {
            for byte in first..first + field.bytes {
                for bit in 0..8 {
                    bytes[byte] ^= 1 << bit;
                    let after = read(&bytes);
                    bytes[byte] ^= 1 << bit;
                    let pairs = before.iter().zip(&after).enumerate();
                    let changed = pairs.filter(|(_, (a, b))| a.to_bits() != b.to_bits());
                    owners[byte].extend(changed.map(|(i, _)| i));
                }
            }
        }
    }
    owners
}

/// `0,16`, `8–15`.
fn ranges(weights: &BTreeSet<usize>) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &weight in weights {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == weight => *last = weight,
            _ => runs.push((weight, weight)),
        }
    }
    let names = runs.iter().map(|&(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}–{last}"),
    });
    names.collect::<Vec<_>>().join(",")
}

fn hue(kind: FieldKind) -> Hue {
    match kind {
        FieldKind::Scale => SIGN,
        FieldKind::Offset | FieldKind::Signs => LOST,
        FieldKind::SubScales => INTEGER,
        FieldKind::Codes => EXPONENT,
        FieldKind::HighBits => FRACTION,
        FieldKind::Sums => PLAIN,
    }
}

fn heading(format: BlockFormat, lang: Lang) -> String {
    let (name, weights, bytes) = (format.name(), format.weights(), format.bytes());
    match lang {
        Lang::En => format!("{name}: {weights} weights in {bytes} bytes"),
        Lang::Zh => format!("{name}：{weights} 个权重，{bytes} 个字节"),
    }
}

fn note(format: BlockFormat, block: usize, lang: Lang) -> String {
    let (bits, few) = (format.bits_per_weight(), format.weights() <= FEW);
    match (lang, few) {
        (Lang::En, true) => format!(
            "{bits} bits per weight; the bytes of block {block}, and below them the weights they belong to"
        ),
        (Lang::En, false) => format!("{bits} bits per weight; the bytes of block {block}"),
        (Lang::Zh, true) => {
            format!("每个权重 {bits} 位；第 {block} 块的字节，下面是它们所属的权重")
        }
        (Lang::Zh, false) => format!("每个权重 {bits} 位；第 {block} 块的字节"),
    }
}

/// What a field is: its name, its bytes, its meaning, and the number it holds if it is one float16.
fn legend_words(field: Field, first: usize, bytes: &[u8], lang: Lang) -> (String, String) {
    let last = first + field.bytes - 1;
    let place = match (lang, field.bytes) {
        (Lang::En, 1) => format!("byte {first}"),
        (Lang::En, _) => format!("byte {first} to {last}"),
        (Lang::Zh, 1) => format!("字节 {first}"),
        (Lang::Zh, _) => format!("字节 {first} 至 {last}"),
    };
    let [en, zh] = field.what;
    let what = lang.pick(en, zh);
    let float16 = matches!(field.kind, FieldKind::Scale | FieldKind::Offset) && field.bytes == 2;
    let value = float16.then(|| {
        let code = u16::from_le_bytes([bytes[first], bytes[first + 1]]);
        format!(" = {}", FP16.value(code.into()))
    });
    (place, format!("{what}{}", value.unwrap_or_default()))
}

/// One field in its colour; the names of all fields take `names` px.
fn legend_line(field: Field, (names, y): (f64, f64), (place, what): (String, String)) -> Markup {
    let hue = hue(field.kind);
    let x = MARGIN + 24.0 + names;
    let room = WIDTH - MARGIN - x - 120.0;
    html! {
        rect x=(px(MARGIN + 0.5)) y=(px(y - 11.5)) width="14" height="14" fill=(hue.fill)
            stroke=(hue.line) {}
        (text(MARGIN + 24.0, y, NAME.fill(hue.line), field.name))
        (text(x, y, NOTE, &place))
        (text(x + 120.0, y, WHAT, &WHAT.cut(&what, room)))
    }
}

fn weight_table(weights: &[f32], top: f64, lang: Lang) -> Markup {
    let column = (WIDTH - 2.0 * MARGIN - 60.0) / ACROSS as f64;
    let value = |(i, weight): (usize, &f32)| {
        let x = MARGIN + 60.0 + ((i % ACROSS) + 1) as f64 * column;
        (x, top + 18.0 + (i / ACROSS) as f64 * 18.0, number(*weight))
    };
    let firsts = (0..weights.len()).step_by(ACROSS);
    let first = |i: usize| {
        (
            MARGIN + 40.0,
            top + 18.0 + (i / ACROSS) as f64 * 18.0,
            i.to_string(),
        )
    };
    html! {
        (text(MARGIN, top - 4.0, NOTE, lang.pick("the weights that the bytes stand for", "这些字节代表的权重")))
        (formulas(VALUE.fill(MUTED), firsts.map(first)))
        (formulas(VALUE, weights.iter().enumerate().map(value)))
    }
}

fn number(weight: f32) -> String {
    general(weight.into(), 5)
}

fn words(
    format: BlockFormat,
    bytes: &[u8],
    heading: &str,
    note: &str,
    weights: &[f32],
    lang: Lang,
) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let rows: Vec<String> = hex.chunks(32).map(|row| row.join(" ")).collect();
    let fields: Vec<_> = placed(format).collect();
    let lines = fields.iter().map(|(field, first)| {
        let (place, what) = legend_words(*field, *first, bytes, lang);
        (field.name, place, what)
    });
    let lines: Vec<_> = lines.collect();
    let name = lines
        .iter()
        .map(|(name, ..)| columns(name))
        .max()
        .unwrap_or(0);
    let place = lines
        .iter()
        .map(|(_, place, _)| columns(place))
        .max()
        .unwrap_or(0);
    let legend = lines
        .iter()
        .map(|(n, p, what)| format!("{}  {}  {what}\n", pad(n, name + 1), pad(p, place)));
    let weights: Vec<String> = weights.iter().map(|w| number(*w)).collect();
    let values: Vec<String> = weights.chunks(16).map(|row| row.join(" ")).collect();
    format!(
        "{heading}\n{note}\n{}\n{}{}\n",
        rows.join("\n"),
        legend.collect::<String>(),
        values.join("\n")
    )
}
