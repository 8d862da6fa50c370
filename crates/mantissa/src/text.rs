//! Numbers as text, the way the field's tools print them.

/// A float as Python's `repr`: the fewest digits that read back the same, in scientific notation
/// below 1e-4 and from 1e16 on.
pub(crate) fn repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.into();
    }
    let scientific = format!("{x:e}");
    let (digits, exponent) = split_exponent(&scientific);
    if x == 0.0 || (-4..16).contains(&exponent) {
        let plain = x.to_string();
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    format!("{digits}e{}", signed_exponent(exponent))
}

/// A float as C's `%.{digits}g`: at most `digits` significant digits, no trailing zeros.
pub(crate) fn general(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return repr(x);
    }
    let digits = digits.max(1);
    let rounded = format!("{x:.*e}", digits - 1);
    let (significand, exponent) = split_exponent(&rounded);
    if exponent < -4 || exponent >= digits as i32 {
        return format!("{}e{}", trimmed(significand), signed_exponent(exponent));
    }
    let places = (digits as i32 - 1 - exponent).max(0) as usize;
    trimmed(&format!("{x:.places$}")).to_owned()
}

/// An integer with its digits in groups of three, separated by a thin space.
pub(crate) fn grouped(n: impl std::fmt::Display) -> String {
    let plain = n.to_string();
    let (sign, digits) = plain.split_at(usize::from(plain.starts_with('-')));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

fn split_exponent(scientific: &str) -> (&str, i32) {
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    (digits, exponent.parse().unwrap_or(0))
}

/// Sign and at least two digits, as C and Python write an exponent.
fn signed_exponent(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.unsigned_abs())
}

fn trimmed(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_is_c_percent_g() {
        for (x, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (-65504.0, "-65504"),
            (3.4028234663852886e38, "3.40282e+38"),
            (0.000976562500, "0.000976562"),
            (0.0000610352, "6.10352e-05"),
            (999999.5, "1e+06"),
            (123456.0, "123456"),
            (1e-300, "1e-300"),
        ] {
            assert_eq!(general(x, 6), text);
        }
    }

    #[test]
    fn repr_is_pythons() {
        for (x, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (123456789012345.0, "123456789012345.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (f64::NAN, "nan"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(grouped(16777214), "16\u{2009}777\u{2009}214");
        assert_eq!(grouped(-128), "-128");
        assert_eq!(grouped(1000), "1\u{2009}000");
    }
}
