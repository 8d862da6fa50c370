//! What each bit of a code is: its field and its weight.

use crate::dtype::DType;
use crate::render::Lang;
use crate::render::theme::{EXPONENT, FRACTION, Hue, INTEGER, SIGN};
use crate::value::Value;

/// A field of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A float's sign.
    Sign,
    /// A float's exponent.
    Exponent,
    /// A float's fraction.
    Fraction,
    /// The top bit of two's complement, the only one with a negative weight.
    Top,
    /// The other bits of an integer.
    Integer,
}

impl Part {
    /// The colour of the field, the same in every picture.
    pub(crate) fn hue(self) -> Hue {
        match self {
            Part::Sign | Part::Top => SIGN,
            Part::Exponent => EXPONENT,
            Part::Fraction => FRACTION,
            Part::Integer => INTEGER,
        }
    }

    /// What the field is called.
    pub(crate) fn name(self, lang: Lang) -> &'static str {
        match self {
            Part::Sign => lang.pick("sign", "符号位"),
            Part::Exponent => lang.pick("exponent", "指数位"),
            Part::Fraction => lang.pick("fraction", "小数位"),
            Part::Top => lang.pick("top bit", "最高位"),
            Part::Integer => lang.pick("value bits", "数值位"),
        }
    }
}

/// A field of one code: its bits, the first of which weighs 2^top, the next half of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) part: Part,
    pub(crate) bits: String,
    pub(crate) top: i32,
}

impl Field {
    /// What bit `i` contributes, as a formula: a power of two, for the sign `+` or `−`.
    pub(crate) fn weight(&self, i: usize) -> String {
        let power = self.top - i as i32;
        match self.part {
            Part::Sign if self.bits == "1" => "−".to_owned(),
            Part::Sign => "+".to_owned(),
            Part::Top => power_of_two("−", power),
            _ => power_of_two("", power),
        }
    }

    /// The weight of an integer's bit `i` in digits.
    pub(crate) fn integer_weight(&self, i: usize) -> Option<String> {
        let weight = 1u64 << (self.top - i as i32).clamp(0, 63);
        match self.part {
            Part::Top => Some(format!("−{weight}")),
            Part::Integer => Some(weight.to_string()),
            _ => None,
        }
    }

    /// The field read as an unsigned integer.
    pub(crate) fn number(&self) -> u64 {
        self.bits
            .bytes()
            .fold(0, |n, digit| n << 1 | u64::from(digit == b'1'))
    }
}

/// A power of two as a formula.
pub(crate) fn power_of_two(sign: &str, power: i32) -> String {
    format!("{sign}2^{{{}}}", minus(power))
}

/// A number with a minus sign that is as wide as a plus.
pub(crate) fn minus(n: impl ToString) -> String {
    n.to_string().replace('-', "−")
}

/// The fields of a format from the top bit down: what each is, its width, and the power of two
/// that its first bit weighs. Fields without bits are left out.
pub(crate) fn layout(dtype: DType) -> Vec<(Part, u32, i32)> {
    let mut fields = match dtype {
        DType::Float(format) => vec![
            (Part::Sign, u32::from(format.signed()), 0),
            (
                Part::Exponent,
                format.exponent_bits(),
                format.exponent_bits() as i32 - 1,
            ),
            (Part::Fraction, format.mantissa_bits(), -1),
        ],
        DType::Int(format) => {
            let top = u32::from(format.signed());
            let rest = format.bits() - top;
            vec![
                (Part::Top, top, rest as i32),
                (Part::Integer, rest, rest as i32 - 1),
            ]
        }
    };
    fields.retain(|(_, width, _)| *width > 0);
    fields
}

/// The fields of a value.
pub(crate) fn fields(value: &Value) -> Vec<Field> {
    let mut rest = value.binary();
    layout(value.dtype())
        .into_iter()
        .map(|(part, width, top)| {
            let after = rest.split_off(width as usize);
            let bits = std::mem::replace(&mut rest, after);
            Field { part, bits, top }
        })
        .collect()
}
