//! A bit explorer: click a bit, edit the hexadecimal or the decimal.
//!
//! The page gets the still picture of the value, a script, and, in an attribute, the format's
//! fields, the words and the colours as JSON. Where scripts run, `explorer/panel.js` replaces the
//! picture; `explorer/codec.js` is the library's codec once more, in exact integers, and
//! `explorer/formula.js` words what it found.

mod words;

use super::bits::bits;
use super::bits::fields::{Part, layout};
use super::script::{TRUST, TRUST_ZH, array, compact, object, quoted};
use super::theme::{INK, LOST, MONO, MUTED, PAPER, RULE, SANS, SHADE};
use super::{Figure, Lang, Markup, Render, displays};
use crate::codec::{Overflow, Rounding};
use crate::dtype::DType;
use crate::format::{FloatFormat, Nan};
use crate::int::IntFormat;
use crate::text::repr;
use crate::value::Value;
use maud::{PreEscaped, html};
use std::fmt;
use words::words;

/// What runs in the page: the codec, the panel, and the call that starts it.
const SCRIPT: &str = concat!(
    "(function () {\n\"use strict\";\n",
    include_str!("explorer/codec.js"),
    include_str!("explorer/formula.js"),
    include_str!("explorer/panel.js"),
    "mount(document.currentScript);\n})();"
);

/// An interactive view of one value's bits; made by [`explorer`].
#[derive(Clone, PartialEq, Eq)]
pub struct Explorer {
    value: Value,
    lang: Lang,
    /// The bit diagram, for where scripts do not run.
    still: Figure,
}

/// A bit explorer that starts at a value, or at the value of a format that is nearest to 1.
///
/// Click a bit to flip it, type a hexadecimal code or a decimal (rounded once, to the nearest, ties
/// to even, with the format's own overflow rule), or step to the neighbours: the exact value, its
/// fields, the formula, the ulp and the neighbours follow. It serves every float and integer format.
///
/// The interaction needs scripts, which a trusted notebook runs and GitHub does not; there the
/// reader sees the value's bit diagram.
///
/// ```
/// use mantissa::prelude::*;
/// let third = explorer(FP16.nearest(1.0 / 3.0));
/// assert!(third.text().contains("0.333251953125"));
/// assert_eq!(explorer(FP8_E4M3FN).value(), FP8_E4M3FN.nearest(1.0));
/// ```
pub fn explorer(start: impl Into<Explorer>) -> Explorer {
    start.into()
}

impl Explorer {
    /// The value that the explorer starts at.
    pub fn value(&self) -> Value {
        self.value
    }

    /// What the script needs to know, as JSON.
    fn data(&self) -> String {
        let dtype = self.value.dtype();
        let format = object([
            ("name", quoted(dtype.name())),
            ("bits", dtype.bits().to_string()),
            ("signed", dtype.signed().to_string()),
            ("float", float_fields(dtype)),
        ]);
        let fields = layout(dtype).into_iter().map(|(part, size, top)| {
            object([
                ("part", quoted(part_key(part))),
                ("name", quoted(part.name(self.lang))),
                ("size", size.to_string()),
                ("top", top.to_string()),
                ("line", quoted(part.hue().line)),
                ("fill", quoted(part.hue().fill)),
            ])
        });
        let style = [
            ("ink", INK),
            ("muted", MUTED),
            ("rule", RULE),
            ("paper", PAPER),
            ("shade", SHADE),
            ("lost", LOST.line),
            ("mono", MONO),
            ("sans", SANS),
        ];
        let words = words(dtype, self.lang);
        object([
            ("format", format),
            ("fields", array(fields)),
            ("code", quoted(&self.value.hex())),
            (
                "words",
                object(words.iter().map(|(key, word)| (*key, quoted(word)))),
            ),
            (
                "style",
                object(style.map(|(key, value)| (key, quoted(value)))),
            ),
        ])
    }
}

impl Render for Explorer {
    fn html(&self) -> Markup {
        let hint = match self.lang {
            Lang::En => format!("A still picture: the explorer {TRUST}"),
            Lang::Zh => format!("这是静态图：交互{TRUST_ZH}"),
        };
        html! {
            div data-mantissa-explorer=(self.data()) {
                div style={ "color:" (MUTED) ";background:" (PAPER) ";font-size:13px" } {
                    (self.still.html())
                    div style="padding:0 20px 8px" { (hint) }
                }
                script { (PreEscaped(compact(SCRIPT))) }
            }
        }
    }

    fn text(&self) -> String {
        let neighbour = |value: Option<Value>| match value {
            Some(value) => format!("{} ({})", value.decimal(), value.hex()),
            None => self.lang.pick("none", "无").to_owned(),
        };
        format!(
            "{}\nulp: {}\n{}: {}\n{}: {}",
            self.still.text().trim_end(),
            repr(self.value.ulp()),
            self.lang.pick("previous", "上一个值"),
            neighbour(self.value.next_down()),
            self.lang.pick("next", "下一个值"),
            neighbour(self.value.next_up()),
        )
    }
}

impl fmt::Debug for Explorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

displays!(Explorer);

impl From<Value> for Explorer {
    fn from(value: Value) -> Explorer {
        Explorer {
            value,
            lang: Lang::current(),
            still: bits(value),
        }
    }
}

impl From<DType> for Explorer {
    fn from(dtype: DType) -> Explorer {
        let code = dtype
            .encode(1.0, Rounding::TiesToEven, Overflow::Saturate)
            .expect("one, saturated, has a code in every format");
        Explorer::from(dtype.value(code))
    }
}

impl From<FloatFormat> for Explorer {
    fn from(format: FloatFormat) -> Explorer {
        Explorer::from(DType::Float(format))
    }
}

impl From<IntFormat> for Explorer {
    fn from(format: IntFormat) -> Explorer {
        Explorer::from(DType::Int(format))
    }
}

/// The fields of a float format, `null` for an integer.
fn float_fields(dtype: DType) -> String {
    let DType::Float(format) = dtype else {
        return "null".to_owned();
    };
    let nan = match format.specials().nan {
        Nan::Absent => "absent",
        Nan::TopExponent => "top_exponent",
        Nan::AllOnes => "all_ones",
        Nan::NegativeZero => "negative_zero",
    };
    object([
        ("exponent_bits", format.exponent_bits().to_string()),
        ("mantissa_bits", format.mantissa_bits().to_string()),
        ("bias", format.bias().to_string()),
        ("nan", quoted(nan)),
        ("infinity", format.has_infinity().to_string()),
        ("zero", format.specials().zero.to_string()),
    ])
}

fn part_key(part: Part) -> &'static str {
    match part {
        Part::Sign => "sign",
        Part::Exponent => "exponent",
        Part::Fraction => "fraction",
        Part::Top => "top",
        Part::Integer => "integer",
    }
}
