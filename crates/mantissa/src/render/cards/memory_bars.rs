//! The memory of one model in several dtypes, as bars.

use super::counted;
use crate::dtype::DType;
use crate::memory::Memory;
use crate::render::figure::px;
use crate::render::svg::{Font, columns, formula, pad, plain, text};
use crate::render::theme::{EXPONENT, Hue, INTEGER, MUTED, SIGN};
use crate::render::{Figure, Lang};
use crate::text::general;
use maud::{Markup, html};
use std::borrow::Borrow;

const WIDTH: f64 = 880.0;
const MARGIN: f64 = 20.0;
const ROW: f64 = 34.0;
const TALL: f64 = 22.0;
/// Where the first bar begins.
const TOP: f64 = 64.0;

const TITLE: Font = Font::sans(18.0).bold();
const NAME: Font = Font::sans(14.0).bold().end();
/// A longer name is cut off in the picture.
const LONGEST_NAME: f64 = 300.0;
const BITS: Font = Font::sans(13.0).fill(MUTED).end();
const GB: Font = Font::mono(14.0).bold();
const GIB: Font = Font::mono(13.0).fill(MUTED);
const FOOT: Font = Font::sans(12.5).fill(MUTED);

/// The memory of a model in several dtypes as horizontal bars, in GB (10^9 bytes) and GiB (2^30
/// bytes); the scales of block formats are a part of their own.
///
/// ```
/// use mantissa::prelude::*;
/// let mxfp4 = memory("10B", FP4_E2M1FN).with_scales(32, FP8_E8M0FNU);
/// let bars = memory_bars([memory("10B", FP64), memory("10B", INT4), mxfp4]);
/// assert!(bars.text().contains("5.313 GB  4.948 GiB"));
/// ```
///
/// # Panics
/// If there is no memory to draw, or there are more than 40.
#[track_caller]
pub fn memory_bars(models: impl IntoIterator<Item = impl Borrow<Memory>>) -> Figure {
    let models: Vec<Memory> = models.into_iter().map(|m| *m.borrow()).collect();
    assert!(
        (1..=40).contains(&models.len()),
        "memory_bars draws 1 to 40 bars, not {}: memory_bars([memory(\"10B\", FP32), memory(\"10B\", \
         BF16)])",
        models.len()
    );
    draw(&models, Lang::current())
}

/// The words of one bar.
struct Label {
    name: String,
    bits: String,
    gb: String,
    gib: String,
}

pub(super) fn draw(models: &[Memory], lang: Lang) -> Figure {
    let one_model = models
        .iter()
        .all(|m| m.parameters() == models[0].parameters());
    let labels: Vec<Label> = models.iter().map(|m| label(m, one_model, lang)).collect();
    let widest = |font: Font, of: fn(&Label) -> &str| {
        let widths = labels.iter().map(|label| font.width(of(label)));
        widths.fold(0.0, f64::max)
    };
    let bits_end =
        MARGIN + widest(NAME, |l| &l.name).min(LONGEST_NAME) + 12.0 + widest(BITS, |l| &l.bits);
    let left = bits_end + 12.0;
    let sizes = widest(GB, |l| &l.gb) + 14.0 + widest(GIB, |l| &l.gib);
    let room = (WIDTH - MARGIN - sizes - 10.0 - left).max(40.0);
    let most = models.iter().map(Memory::bytes).max().unwrap_or(0).max(1) as f64;
    let title = title(models, one_model, lang);
    let any_scales = models.iter().any(|m| m.scale_bytes() > 0);
    let foot = TOP + models.len() as f64 * ROW + 16.0;
    let body = html! {
        (text(MARGIN, 36.0, TITLE, &title))
        @for (i, (model, label)) in models.iter().zip(&labels).enumerate() {
            @let top = TOP + i as f64 * ROW;
            @let baseline = top + TALL / 2.0 + 5.0;
            @let length = room * model.bytes() as f64 / most;
            (text(bits_end - widest(BITS, |l| &l.bits) - 12.0, baseline, NAME, &NAME.cut(&label.name, LONGEST_NAME)))
            (text(bits_end, baseline, BITS, &label.bits))
            (bar((left, top), length, model))
            (text(left + length + 10.0, baseline, GB, &label.gb))
            (text(left + length + 10.0 + GB.width(&label.gb) + 14.0, baseline, GIB, &label.gib))
        }
        (formula(MARGIN, foot, FOOT, foot_note(any_scales, lang)))
    };
    let text = format!(
        "{title}\n{}{}\n",
        text_rows(&labels),
        plain(foot_note(any_scales, lang))
    );
    let height = foot + 16.0;
    Figure::new(
        (WIDTH as u32, height as u32),
        spoken(&title, &labels, lang),
        text,
        body,
    )
}

fn label(model: &Memory, one_model: bool, lang: Lang) -> Label {
    let dtype = model.dtype();
    let scales = if model.scale_bytes() > 0 {
        lang.pick(" + scales", " + 缩放因子")
    } else {
        ""
    };
    Label {
        name: match one_model {
            true => format!("{dtype}{scales}"),
            false => format!("{} × {dtype}{scales}", model.count_text()),
        },
        bits: counted(general(model.bits_per_parameter(), 6), lang, "bit", "位"),
        gb: model.gb_text(),
        gib: model.gib_text(),
    }
}

/// The elements, and after them the scales.
fn bar((x, y): (f64, f64), length: f64, model: &Memory) -> Markup {
    let share = model.scale_bytes() as f64 / model.bytes().max(1) as f64;
    let scales = length * share;
    let hue = match model.dtype() {
        DType::Float(_) => EXPONENT,
        DType::Int(_) => INTEGER,
    };
    let piece = |x: f64, width: f64, hue: Hue| {
        html! {
            rect x=(px(x)) y=(px(y)) width=(px(width)) height=(px(TALL)) fill=(hue.fill)
                stroke=(hue.line) {}
        }
    };
    html! {
        (piece(x, length - scales, hue))
        @if scales > 0.0 { (piece(x + length - scales, scales, SIGN)) }
    }
}

fn title(models: &[Memory], one_model: bool, lang: Lang) -> String {
    let count = models[0].count_text();
    match (lang, one_model) {
        (Lang::En, true) => format!("Memory of {count} parameters"),
        (Lang::Zh, true) => format!("{count} 个参数占用的内存"),
        (_, false) => lang
            .pick("Memory of the parameters", "参数占用的内存")
            .to_owned(),
    }
}

fn foot_note(scales: bool, lang: Lang) -> &'static str {
    match scales {
        false => lang.pick(
            "bits per parameter; 1 GB = 10^{9} bytes, 1 GiB = 2^{30} bytes",
            "每个参数的位数；1 GB = 10^{9} 字节，1 GiB = 2^{30} 字节",
        ),
        true => lang.pick(
            "bits per parameter, its share of the scales included (the end of the bar); \
             1 GB = 10^{9} bytes, 1 GiB = 2^{30} bytes",
            "每个参数的位数，含分摊的缩放因子（条形末端）；1 GB = 10^{9} 字节，1 GiB = 2^{30} 字节",
        ),
    }
}

fn text_rows(labels: &[Label]) -> String {
    let width = |of: fn(&Label) -> &str| {
        let widths = labels.iter().map(|l| columns(of(l)));
        widths.max().unwrap_or(0)
    };
    let (name, bits, gb) = (width(|l| &l.name), width(|l| &l.bits), width(|l| &l.gb));
    let row = |l: &Label| {
        let start = format!("{}  {}", pad(&l.name, name), pad(&l.bits, bits));
        format!("{start}  {}  {}\n", pad(&l.gb, gb), l.gib)
    };
    labels.iter().map(row).collect()
}

fn spoken(title: &str, labels: &[Label], lang: Lang) -> String {
    let all: Vec<String> = labels
        .iter()
        .map(|l| format!("{} {}", l.name, l.gb))
        .collect();
    let (colon, comma) = (lang.pick(": ", "："), lang.pick(", ", "，"));
    format!("{title}{colon}{}", all.join(comma))
}
