//! From the bits to the value, step by step, with the numbers put in.

use super::fields::{Field, Part, fields, minus, power_of_two};
use crate::dtype::DType;
use crate::format::{FloatFormat, Nan, Specials};
use crate::render::Lang;
use crate::render::theme::{EXPONENT, FRACTION, Hue, INTEGER, LOST, PLAIN, SIGN};
use crate::text::general;
use crate::value::{Class, Value};

/// One step: a name, and lines of formulas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) hue: Hue,
    pub(crate) lines: Vec<String>,
    /// The exact value: a number to be wrapped where it is long.
    pub(crate) result: Option<String>,
}

impl Step {
    fn new(name: &'static str, hue: Hue, lines: impl IntoIterator<Item = String>) -> Step {
        Step {
            name,
            hue,
            lines: lines.into_iter().collect(),
            result: None,
        }
    }
}

/// The steps from the fields of a value to the value.
pub(crate) fn steps(value: &Value, lang: Lang) -> Vec<Step> {
    match value.dtype() {
        DType::Float(format) => float(value, &format, lang),
        DType::Int(_) => integer(value, lang),
    }
}

/// What kind of number it is, in words.
pub(crate) fn class_name(value: &Value, lang: Lang) -> &'static str {
    match (value.dtype(), value.class()) {
        (DType::Int(format), _) if format.signed() => lang.pick("two's complement", "补码整数"),
        (DType::Int(_), _) => lang.pick("unsigned integer", "无符号整数"),
        (_, Class::Zero) => lang.pick("zero", "零"),
        (_, Class::Subnormal) => lang.pick("subnormal number", "次正规数"),
        (_, Class::Normal) => lang.pick("normal number", "正规数"),
        (_, Class::Infinite) => lang.pick("infinity", "无穷大"),
        (_, Class::Nan) => lang.pick("NaN, not a number", "NaN（非数）"),
    }
}

fn float(value: &Value, format: &FloatFormat, lang: Lang) -> Vec<Step> {
    let fields = fields(value);
    let field = |part| fields.iter().find(|f| f.part == part);
    let sign = field(Part::Sign).map(|f| f.number());
    let exponent = field(Part::Exponent).expect("every float format has exponent bits");
    let mut steps = Vec::new();
    if let Some(sign) = sign {
        let meaning = if sign == 1 { "−1" } else { "+1" };
        let line = format!("(−1)^{{{sign}}} = {meaning}");
        steps.push(Step::new(lang.pick("sign", "符号"), SIGN, [line]));
    }
    let (last, result) = if value.is_finite() {
        steps.push(exponent_step(value, format, exponent, lang));
        steps.push(significand_step(value, format, lang));
        (product(value, format, sign), number(value))
    } else {
        let result = match (value.class(), value.negative()) {
            (Class::Nan, _) => "NaN",
            (_, true) => "−∞",
            (_, false) => "+∞",
        };
        steps.retain(|_| value.class() == Class::Infinite);
        (why_special(value, format, lang), result.to_owned())
    };
    steps.push(Step {
        result: Some(result),
        ..Step::new(lang.pick("value", "值"), PLAIN, [last])
    });
    if let Some(note) = quirk(format, lang) {
        steps.push(Step::new(lang.pick("format", "格式"), LOST, [note]));
    }
    steps
}

fn exponent_step(value: &Value, format: &FloatFormat, field: &Field, lang: Lang) -> Step {
    let (bits, number, bias) = (&field.bits, field.number(), minus(format.bias()));
    let exponent = minus(value.exponent());
    let name = lang.pick("bias", "偏置");
    let line = match (value.class(), lang) {
        (Class::Normal, _) => format!("{bits} = {number},  {number} − {name} {bias} = {exponent}"),
        (_, Lang::En) => format!("{bits} = 0, counts as 1:  1 − {name} {bias} = {exponent}"),
        (_, Lang::Zh) => format!("{bits} = 0，按 1 计算：1 − {name} {bias} = {exponent}"),
    };
    Step::new(
        lang.pick("exponent", "指数"),
        EXPONENT,
        [line.replace("− −", "+ ")],
    )
}

fn significand_step(value: &Value, format: &FloatFormat, lang: Lang) -> Step {
    let fraction = value.fraction();
    let parts = format!(
        "{fraction} / {}",
        power_of_two("", format.mantissa_bits() as i32)
    );
    let significand = significand(value, format);
    let line = match (value.hidden_bit(), format.mantissa_bits()) {
        (1, 0) => lang
            .pick("hidden 1, no fraction bits", "隐含的 1，没有小数位")
            .to_owned(),
        (_, 0) => lang
            .pick(
                "no hidden 1, no fraction bits",
                "没有隐含的 1，也没有小数位",
            )
            .to_owned(),
        (1, _) => format!(
            "{} 1 + {parts} = {significand}",
            lang.pick("hidden", "隐含的")
        ),
        _ => format!(
            "{} {parts} = {significand}",
            lang.pick("no hidden 1:", "没有隐含的 1：")
        ),
    };
    Step::new(lang.pick("significand", "尾数"), FRACTION, [line])
}

/// hidden bit + fraction / 2^m, all digits.
pub(crate) fn significand(value: &Value, format: &FloatFormat) -> String {
    let m = format.mantissa_bits();
    let fraction = value.fraction();
    let x = value.hidden_bit() as f64 + fraction as f64 / (1u64 << m) as f64;
    let places = if fraction == 0 {
        0
    } else {
        m - fraction.trailing_zeros()
    };
    format!("{x:.places$}", places = places as usize)
}

/// `(−1)^{0} × 2^{125 − 127} × 1.5`.
pub(crate) fn product(value: &Value, format: &FloatFormat, sign: Option<u64>) -> String {
    let field = value.exponent() + format.bias();
    let power = format!("{field} − {}", minus(format.bias())).replace("− −", "+ ");
    let sign = sign.map_or(String::new(), |s| format!("(−1)^{{{s}}} × "));
    format!("{sign}2^{{{power}}} × {}", significand(value, format))
}

/// The exact decimal, with a wide minus.
pub(crate) fn number(value: &Value) -> String {
    minus(value.decimal())
}

fn why_special(value: &Value, format: &FloatFormat, lang: Lang) -> String {
    let fields = fields(value);
    let owned = str::to_owned;
    match (value.class(), format.specials().nan) {
        (Class::Infinite, Nan::TopExponent) => owned(lang.pick(
            "exponent all ones, fraction 0: infinity",
            "指数位全 1、小数位全 0：表示无穷大",
        )),
        (Class::Infinite, _) => owned(lang.pick(
            "the code just above the largest number: infinity",
            "紧跟在最大数之后的编码：表示无穷大",
        )),
        (_, Nan::TopExponent) => {
            let quiet = fields.last().is_some_and(|f| f.bits.starts_with('1'));
            let why = lang.pick(
                "exponent all ones, fraction not 0: NaN",
                "指数位全 1、小数位不为 0：表示 NaN",
            );
            let kind = if quiet {
                lang.pick("top fraction bit 1: quiet", "小数最高位为 1：quiet")
            } else {
                lang.pick("top fraction bit 0: signaling", "小数最高位为 0：signaling")
            };
            match lang {
                Lang::En => format!("{why} ({kind})"),
                Lang::Zh => format!("{why}（{kind}）"),
            }
        }
        (_, Nan::NegativeZero) => owned(lang.pick(
            "only the sign bit is 1: not minus zero but the one NaN",
            "只有符号位为 1：它不是 −0，而是唯一的 NaN",
        )),
        _ if format.mantissa_bits() == 0 => {
            owned(lang.pick("exponent all ones: NaN", "指数位全 1：表示 NaN"))
        }
        _ => owned(lang.pick(
            "exponent and fraction all ones: NaN",
            "指数位和小数位全 1：表示 NaN",
        )),
    }
}

/// How a format departs from IEEE 754, in one line.
pub(crate) fn quirk(format: &FloatFormat, lang: Lang) -> Option<String> {
    let Specials {
        nan,
        infinity,
        zero,
    } = format.specials();
    if format.specials() == Specials::IEEE {
        return None;
    }
    let nan = match nan {
        Nan::Absent => lang.pick("no NaN", "没有 NaN"),
        Nan::TopExponent => lang.pick("NaN as in IEEE 754", "NaN 与 IEEE 754 相同"),
        Nan::AllOnes => lang.pick(
            "NaN only where all bits after the sign are 1",
            "除符号位外全为 1 的编码才是 NaN",
        ),
        Nan::NegativeZero => lang.pick("the code of −0 is the only NaN", "−0 的编码是唯一的 NaN"),
    };
    let nan = if format.signed() {
        nan
    } else {
        match format.specials().nan {
            Nan::AllOnes => lang.pick("NaN only at all ones", "全 1 的编码是 NaN"),
            _ => nan,
        }
    };
    let infinity = match infinity {
        true => lang.pick(
            "infinity right above the largest number",
            "最大数之后是无穷大",
        ),
        false => lang.pick("no infinity", "没有无穷大"),
    };
    let zero = (!zero).then(|| lang.pick("no zero, no subnormals", "没有零和次正规数"));
    let sign = (!format.signed()).then(|| lang.pick("no sign", "没有符号位"));
    let parts: Vec<&str> = [sign, zero, Some(infinity), Some(nan)]
        .into_iter()
        .flatten()
        .collect();
    Some(parts.join(lang.pick("; ", "；")))
}

fn integer(value: &Value, lang: Lang) -> Vec<Step> {
    let fields = fields(value);
    let unsigned = value.code();
    let bits = value.dtype().bits();
    let mut steps = Vec::new();
    if value.dtype().signed() {
        let line = format!("{} = {unsigned}", value.binary());
        steps.push(Step::new(
            lang.pick("unsigned", "按无符号读"),
            INTEGER,
            [line],
        ));
    }
    steps.push(Step {
        result: Some(number(value)),
        ..Step::new(lang.pick("value", "值"), PLAIN, [sum(&fields, bits, lang)])
    });
    if value.negative() {
        let power = power_of_two("", bits as i32);
        let line = format!("{unsigned} − {power} = {}", number(value));
        steps.push(Step::new(lang.pick("check", "验算"), SIGN, [line]));
    }
    steps
}

/// The weights of the bits that are 1, added up; many are shortened in the middle.
pub(crate) fn sum(fields: &[Field], bits: u32, lang: Lang) -> String {
    let mut terms: Vec<String> = Vec::new();
    for field in fields {
        for (i, _) in field.bits.match_indices('1') {
            let written_out = field.integer_weight(i).filter(|_| bits <= 16);
            terms.push(written_out.unwrap_or_else(|| field.weight(i)));
        }
    }
    let n = terms.len();
    if n == 0 {
        return lang.pick("no bit is 1", "没有为 1 的位").to_owned();
    }
    if n > 14 {
        let middle = match lang {
            Lang::En => format!("… ({n} terms) …"),
            Lang::Zh => format!("…（共 {n} 项）…"),
        };
        terms.splice(8..n - 4, [middle]);
    }
    terms.join(" + ")
}

/// The value to six digits, where the exact decimal is too long to take in.
pub(crate) fn about(value: &Value) -> Option<String> {
    let long = value.decimal().len() > 32 && value.is_finite();
    long.then(|| minus(general(value.to_f64(), 6)))
}
