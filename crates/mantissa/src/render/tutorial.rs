//! The picture that the first notebook opens with: one number as six formats store it.

use super::bits::explain::{number, product, sum};
use super::bits::fields::{Field, Part, fields, minus};
use super::bits::strip::Strip;
use super::svg::{Font, formula, plain, text};
use super::theme::{INK, LOST, MUTED};
use super::{Figure, Lang};
use crate::dtype::DType;
use crate::format::{BF16, FP8_E4M3FN, FP8_E5M2, FP16, FP32};
use crate::int::INT8;
use crate::value::Value;
use maud::{Markup, html};

/// The number stored: negative, so that the sign bit and two's complement show, and with four
/// significant bits, one more than E5M2 has and with half an integer.
const NUMBER: f64 = -6.5;

const WIDTH: f64 = 880.0;
const MARGIN: f64 = 20.0;
/// Between the left edges of the 16-bit formats, and of the 8-bit ones.
const HALF: f64 = 434.0;
const THIRD: f64 = 284.0;
/// From the first row of formats to the next.
const ROW: f64 = 172.0;
/// Where the first row begins.
const TOP: f64 = 92.0;

const TITLE: Font = Font::sans(20.0).bold();
const SUBTITLE: Font = Font::sans(14.0).fill(MUTED);
const NAME: Font = Font::sans(16.0).bold();
const ABOUT: Font = Font::sans(12.5).fill(MUTED);
const FORMULA: Font = Font::mono(13.0);
const RESULT: Font = Font::mono(14.0).bold();

/// How FP32, FP16, BF16, FP8 and INT8 store one number, -6.5: their fields with the weights of the
/// bits, the formula with the numbers put in, and what comes back.
///
/// Cells are equally large everywhere, so that the memory shows: as long as an FP32 are two 16-bit
/// codes. BF16 stands below the half of FP32 that it keeps.
///
/// ```
/// use mantissa::prelude::*;
/// let text = binary_storage().text();
/// assert!(text.contains("1 10000001 10100000000000000000000"));
/// assert!(text.contains("(-1)^1 × 2^(129 - 127) × 1.625 = -6.5"));
/// ```
pub fn binary_storage() -> Figure {
    binary_storage_in(Lang::current())
}

/// [`binary_storage`] in a given language, for writing it to a file.
///
/// ```
/// use mantissa::prelude::*;
/// assert!(binary_storage_in(Lang::Zh).svg().contains("指数位 8 位"));
/// ```
pub fn binary_storage_in(lang: Lang) -> Figure {
    let stored = stored();
    let number = minus(NUMBER);
    let title = match lang {
        Lang::En => format!("How {number} is stored in binary"),
        Lang::Zh => format!("{number} 的二进制存储"),
    };
    let body = html! {
        (text(MARGIN, 38.0, TITLE, &title))
        (formula(MARGIN, 64.0, SUBTITLE, general_formula(lang)))
        @for one in &stored {
            (one.draw(lang))
        }
    };
    let lines: Vec<String> = stored.iter().map(|one| one.text(lang)).collect();
    let height = TOP + 3.0 * ROW;
    Figure::new(
        (WIDTH as u32, height as u32),
        label(&stored, lang),
        format!(
            "{}\n{}\n{}",
            plain(&title),
            plain(general_formula(lang)),
            lines.concat()
        ),
        body,
    )
}

fn general_formula(lang: Lang) -> &'static str {
    lang.pick(
        "Floating point: (−1)^{sign} × 2^{exponent − bias} × (1 + fraction).  Integer: two's complement.",
        "浮点数：(−1)^{符号} × 2^{指数 − 偏置} × (1 + 小数)。整数：补码。",
    )
}

/// The number in one format, and where it stands.
struct Stored {
    name: &'static str,
    value: Value,
    fields: Vec<Field>,
    at: (f64, f64),
}

fn stored() -> [Stored; 6] {
    let place = |name, value: Value, row: f64, x: f64| Stored {
        name,
        value,
        fields: fields(&value),
        at: (MARGIN + x, TOP + row * ROW),
    };
    [
        place("FP32", FP32.nearest(NUMBER), 0.0, 0.0),
        place("BF16", BF16.nearest(NUMBER), 1.0, 0.0),
        place("FP16", FP16.nearest(NUMBER), 1.0, HALF),
        place("FP8 E4M3", FP8_E4M3FN.nearest(NUMBER), 2.0, 0.0),
        place("FP8 E5M2", FP8_E5M2.nearest(NUMBER), 2.0, THIRD),
        place("INT8", INT8.nearest(NUMBER), 2.0, 2.0 * THIRD),
    ]
}

impl Stored {
    fn draw(&self, lang: Lang) -> Markup {
        let (x, y) = self.at;
        let (result, ink) = if self.exact() {
            (INK, MUTED)
        } else {
            (LOST.line, LOST.line)
        };
        let value = format!("= {}", number(&self.value));
        let verdict_at = x + RESULT.width(&value) + 10.0;
        html! {
            (text(x, y + 12.0, NAME, self.name))
            (text(x + NAME.width(self.name) + 10.0, y + 12.0, ABOUT, &self.about(lang)))
            (Strip::fixed(24.5, 28.0).draw(&self.fields, (x, y + 20.0), lang))
            (formula(x, y + 114.0, FORMULA, &self.formula(lang)))
            (text(x, y + 135.0, RESULT.fill(result), &value))
            (text(verdict_at, y + 135.0, ABOUT.fill(ink), &self.verdict(lang)))
        }
    }

    fn exact(&self) -> bool {
        self.value == NUMBER
    }

    fn verdict(&self, lang: Lang) -> String {
        match (self.value.dtype(), lang) {
            _ if self.exact() => lang.pick("exact", "精确").to_owned(),
            (DType::Float(format), Lang::En) => {
                format!("rounded: only {} significant bits", format.precision())
            }
            (DType::Float(format), Lang::Zh) => {
                format!("已舍入：只有 {} 位有效位", format.precision())
            }
            (DType::Int(_), Lang::En) => "rounded: whole numbers only".to_owned(),
            (DType::Int(_), Lang::Zh) => "已舍入：只能存整数".to_owned(),
        }
    }

    /// `4 bytes, bias 127`.
    fn about(&self, lang: Lang) -> String {
        let bytes = self.value.dtype().bits() / 8;
        let size = match (lang, bytes) {
            (Lang::En, 1) => "1 byte".to_owned(),
            (Lang::En, _) => format!("{bytes} bytes"),
            (Lang::Zh, _) => format!("{bytes} 字节"),
        };
        match self.value.dtype() {
            DType::Float(format) => {
                let bias = format!("{}{}", lang.pick(", bias ", "，偏置 "), format.bias());
                let half = match format {
                    BF16 => lang.pick(": the upper half of an FP32", "，即 FP32 的高 16 位"),
                    _ => "",
                };
                format!("{size}{bias}{half}")
            }
            DType::Int(_) => format!("{size}{}", lang.pick(", two's complement", "，补码")),
        }
    }

    /// How the bits make the value.
    fn formula(&self, lang: Lang) -> String {
        match self.value.dtype() {
            DType::Float(format) => {
                let sign = self.fields.iter().find(|f| f.part == Part::Sign);
                product(&self.value, &format, sign.map(Field::number))
            }
            DType::Int(format) => sum(&self.fields, format.bits(), lang),
        }
    }

    fn text(&self, lang: Lang) -> String {
        let bits: Vec<&str> = self.fields.iter().map(|f| f.bits.as_str()).collect();
        format!(
            "{:8}  {}\n          {} = {} ({}; {})\n",
            self.name,
            bits.join(" "),
            plain(&self.formula(lang)),
            self.value.decimal(),
            self.verdict(lang),
            self.about(lang),
        )
    }
}

/// One sentence: which formats store the number exactly, and which round it.
fn label(stored: &[Stored], lang: Lang) -> String {
    let parts: Vec<String> = stored
        .iter()
        .map(|one| format!("{} {}", one.name, one.value.binary()))
        .collect();
    match lang {
        Lang::En => format!("The bits of {NUMBER} in six formats: {}", parts.join(", ")),
        Lang::Zh => format!("{NUMBER} 在六种格式中的二进制位：{}", parts.join("，")),
    }
}
