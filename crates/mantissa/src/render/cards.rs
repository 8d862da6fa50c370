//! Cards: a type's numbers as an HTML table, readable on a light and on a dark page.
//!
//! Styles are inline, of the kind that JupyterLab keeps in an untrusted notebook; every cell sets
//! its own colours, because the front end stripes and tints tables.

mod affine;
mod errors;
mod info;
mod memory;
mod memory_bars;
mod quantized;
mod scheme;
mod sheet;
mod tensor;
mod value;

pub use memory_bars::memory_bars;
pub(super) use quantized::parameter;

use super::Lang;
use super::bits::fields::layout;
use super::svg::{columns, pad, pieces, plain};
use super::theme::{INK, MONO, MUTED, PAPER, RULE, SANS, SHADE};
use crate::dtype::DType;
use maud::{Markup, html};

/// One number of a card.
struct Row {
    name: String,
    /// A formula: `^{}` holds exponents.
    value: String,
    /// The same as a formula, or what it means.
    detail: String,
    /// All digits, where the value is rounded.
    exact: Option<String>,
}

impl Row {
    fn new(name: &str, value: impl Into<String>, detail: impl Into<String>) -> Row {
        Row {
            name: name.to_owned(),
            value: value.into(),
            detail: detail.into(),
            exact: None,
        }
    }
}

/// A frame with its own paper and ink.
fn card(body: Markup) -> Markup {
    let style = format!(
        "display:inline-block;max-width:840px;margin:4px 0;padding:12px 16px;background:{PAPER};\
         color:{INK};border:1px solid {RULE};border-radius:6px;font-family:{SANS};font-size:14px;\
         line-height:1.5"
    );
    html! { div style=(style) { (body) } }
}

/// The title of a card: a name, and what kind of thing it is.
fn heading(name: &str, kind: &str) -> Markup {
    html! {
        div style="margin:0 0 8px" {
            span style=(format!("font-size:16px;font-weight:bold;color:{INK}")) { (name) }
            span style=(format!("color:{MUTED};margin:0 0 0 10px")) { (kind) }
        }
    }
}

/// Output as another tool prints it.
fn printed(text: impl maud::Render) -> Markup {
    let style = format!(
        "margin:0 0 10px;padding:8px 10px;background:{SHADE};color:{INK};border-radius:4px;\
         font-family:{MONO};font-size:13px;line-height:1.5;white-space:pre-wrap"
    );
    html! { pre style=(style) { (text) } }
}

/// One line, broken at spaces only, never after the `-` of `1e-38`.
fn words(line: &str) -> Markup {
    html! {
        @for (i, word) in line.split(' ').enumerate() {
            @if i > 0 { " " }
            span style="white-space:nowrap" { (word) }
        }
    }
}

/// Names, values and details in three columns.
fn table(rows: &[Row]) -> Markup {
    let cell = format!(
        "padding:3px 18px 3px 0;border:none;background:{PAPER};text-align:left;\
         vertical-align:baseline;font-size:14px"
    );
    html! {
        table style=(format!("border-collapse:collapse;margin:0;border:none;background:{PAPER};table-layout:auto")) {
            tbody {
                @for row in rows {
                    tr style=(format!("background:{PAPER}")) {
                        td style=(format!("{cell};color:{MUTED};white-space:nowrap")) { (row.name) }
                        @let alone = row.detail.is_empty();
                        td style=(format!("{cell};color:{INK};font-family:{MONO}"))
                            title=[&row.exact] colspan=[alone.then_some(2)]
                        { (raised(&row.value)) }
                        @if !alone {
                            td style=(format!("{cell};color:{MUTED}")) { (raised(&row.detail)) }
                        }
                    }
                }
            }
        }
    }
}

/// The same as text; a row without detail does not widen the columns.
fn text_table(rows: &[Row]) -> String {
    let names = rows.iter().map(|row| columns(&row.name)).max().unwrap_or(0);
    let detailed = rows.iter().filter(|row| !row.detail.is_empty());
    let values = detailed.map(|row| columns(&plain(&row.value)));
    let values = values.max().unwrap_or(0);
    let line = |row: &Row| {
        let (name, value) = (pad(&row.name, names), pad(&plain(&row.value), values));
        let line = format!("{name}  {value}  {}", plain(&row.detail));
        line.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A formula in HTML.
fn raised(formula: &str) -> Markup {
    html! {
        @for (piece, raised) in pieces(formula) {
            @if raised { sup style="font-size:11px;line-height:0" { (piece) } } @else { (piece) }
        }
    }
}

/// `1 bit`, `8 bits`, `8 位`.
fn counted(n: impl ToString, lang: Lang, one: &str, zh: &str) -> String {
    let n = n.to_string();
    match lang {
        Lang::En if n == "1" => format!("1 {one}"),
        Lang::En => format!("{n} {one}s"),
        Lang::Zh => format!("{n} {zh}"),
    }
}

/// The fields of a format in their colours, each as wide as it has bits.
fn strip(dtype: DType, lang: Lang) -> Markup {
    html! {
        div style="margin:0 0 10px;white-space:nowrap" {
            @for (part, bits, _) in layout(dtype) {
                @let hue = part.hue();
                span style=(format!(
                    "display:inline-block;min-width:{}px;margin:0 3px 0 0;padding:1px 6px;\
                     text-align:center;background:{};color:{INK};border:1px solid {};\
                     border-radius:3px;font-size:13px",
                    bits * 8, hue.fill, hue.line
                )) { (part.name(lang)) " " (bits) }
            }
        }
    }
}

/// The fields of a format in words: `1 sign + 8 exponent + 7 fraction`.
fn fields_text(dtype: DType, lang: Lang) -> String {
    let parts = layout(dtype).into_iter().map(|(part, bits, _)| match lang {
        Lang::En => format!("{bits} {}", part.name(lang)),
        Lang::Zh => format!("{} {bits}", part.name(lang)),
    });
    parts.collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests {
    use crate::format::{FP8_E4M3FN, FP16, FP64};
    use crate::int::INT8;
    use crate::render::{Lang, Render};
    use crate::{memory, tensor};

    #[test]
    fn cards_in_chinese() {
        let format = super::info::format_card(FP8_E4M3FN.into(), Lang::Zh).into_string();
        for label in [
            "指数位 4",
            "最大值",
            "最小次正规数",
            "没有无穷大",
            "8 位\u{ff0c}偏置 7",
        ] {
            assert!(format.contains(label), "{label} in {format}");
        }
        let text = super::info::format_text(INT8.into(), Lang::Zh);
        assert!(
            text.starts_with("int8\u{ff1a}8 位 = 最高位 1 + 数值位 7\u{ff0c}补码\n"),
            "{text}"
        );
        let value = super::value::value_text(&FP16.nearest(0.1), Lang::Zh);
        assert!(
            value.contains("\n后一个值  0.10003662109375  0x2e67\n"),
            "{value}"
        );
        let bytes = super::memory::memory_card(&memory("10B", FP64), Lang::Zh).into_string();
        assert!(
            bytes.contains("字节") && bytes.contains("74.506 GiB"),
            "{bytes}"
        );
        let tensor = super::tensor::tensor_card(&tensor([1.0, 2.0], FP16), Lang::Zh).into_string();
        assert!(
            tensor.contains("形状 [2]\u{ff0c}2 × 16 位 = 4 字节"),
            "{tensor}"
        );
        let bars = super::memory_bars::draw(&[memory("10B", FP64)], Lang::Zh);
        assert!(
            bars.text()
                .starts_with("10B 个参数占用的内存\nfloat64  64 位  80.0 GB")
        );
    }
}
