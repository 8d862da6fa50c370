//! The numbers of a picture in rows and columns.

use crate::quantized::QuantError;
use crate::render::bits::fields::minus;
use crate::render::svg::{Font, table};
use crate::text::general;
use ndarray::{ArrayD, IxDyn};

/// More elements than this are not drawn.
const MOST: usize = 1024;
/// Nor more rows or columns.
const LONGEST: usize = 64;
/// A text form lists the numbers of a matrix of at most so many.
const LISTED: usize = 256;

/// Rows and columns that can be drawn: a single number is one of each, a vector one row.
///
/// # Errors
/// More axes than two, no element, or too many.
pub(super) fn size(shape: &[usize]) -> Result<(usize, usize), QuantError> {
    let size = match *shape {
        [] => Some((1, 1)),
        [columns] => Some((1, columns)),
        [rows, columns] => Some((rows, columns)),
        _ => None,
    };
    let drawn = |n: usize| (1..=LONGEST).contains(&n);
    size.filter(|(rows, columns)| drawn(*rows) && drawn(*columns) && rows * columns <= MOST)
        .ok_or_else(|| {
            let right = format!(
                "a matrix or a vector of 1 to {LONGEST} rows and columns and at most {MOST} \
                 elements: reshape it, or take a part before quantizing, such as \
                 x.slice(s![..32, ..32])"
            );
            QuantError::shape("the tensor to draw", shape, right)
        })
}

/// How exactly numbers are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Precision {
    /// Each with so many significant digits.
    Each(usize),
    /// The largest with so many, the others with as many places as that.
    Together(usize),
}

impl Precision {
    /// How the numbers look: those that need room are smaller.
    pub(super) fn font(self) -> Font {
        match self {
            Precision::Each(_) => Font::mono(12.0),
            Precision::Together(_) => Font::mono(11.0),
        }
    }

    /// The width of cells for such numbers.
    pub(super) fn cell(self, texts: &[String]) -> f64 {
        let widths = texts.iter().map(|text| self.font().width(text) + 6.0);
        widths.fold(0.0, f64::max)
    }

    /// The most significant digits of a number.
    pub(super) fn digits(self) -> usize {
        match self {
            Precision::Each(digits) | Precision::Together(digits) => digits,
        }
    }
}

/// Finite numbers in rows and columns.
pub(super) struct Matrix {
    pub(super) columns: usize,
    pub(super) values: Vec<f64>,
}

impl Matrix {
    /// # Errors
    /// NaN or infinity, which has no colour; what cannot be drawn.
    pub(super) fn new(x: &ArrayD<f64>) -> Result<Matrix, QuantError> {
        let (_, columns) = size(x.shape())?;
        if let Some((index, value)) = x.indexed_iter().find(|(_, x)| !x.is_finite()) {
            return Err(not_finite(&index, *value));
        }
        let values = x.iter().copied().collect();
        Ok(Matrix { columns, values })
    }

    /// The largest magnitude.
    pub(super) fn largest(&self) -> f64 {
        self.values.iter().fold(0.0, |most, x| most.max(x.abs()))
    }

    /// The smallest and the largest number.
    pub(super) fn ends(&self) -> (f64, f64) {
        let low = self.values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self
            .values
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    }

    /// The numbers for the cells.
    pub(super) fn texts(&self, precision: Precision) -> Vec<String> {
        let digits = precision.digits();
        let places = match precision {
            Precision::Each(_) => None,
            Precision::Together(_) => places(self.largest(), digits),
        };
        let text = |x: &f64| match places.map(|places| rounded(*x, places)) {
            Some(0.0) if *x != 0.0 => "≈0".to_owned(),
            Some(rounded) => number(rounded, digits),
            None => number(*x, digits),
        };
        self.values.iter().map(text).collect()
    }

    /// The numbers as text, if they are not too many.
    pub(super) fn listed(&self) -> Option<String> {
        let texts: Vec<String> = self
            .values
            .iter()
            .map(|x| number(*x, 5).replace('−', "-"))
            .collect();
        let rows: Vec<Vec<String>> = texts.chunks(self.columns).map(<[String]>::to_vec).collect();
        (self.values.len() <= LISTED).then(|| table(&rows))
    }
}

fn not_finite(index: &IxDyn, value: f64) -> QuantError {
    QuantError::not_finite(index, value, "a scale of colours")
}

/// The decimal places of a number with so many significant digits; none if it has no fraction then.
fn places(x: f64, digits: usize) -> Option<usize> {
    let scientific = format!("{x:e}");
    let exponent: i32 = scientific.split_once('e')?.1.parse().ok()?;
    usize::try_from(digits as i32 - 1 - exponent).ok()
}

/// A number rounded to so many decimal places.
fn rounded(x: f64, places: usize) -> f64 {
    format!("{x:.places$}").parse().expect("a decimal number")
}

/// At most so many significant digits; short integers whole.
pub(super) fn number(x: f64, digits: usize) -> String {
    if x.fract() == 0.0 && x.abs() < 1e5 {
        return minus(x as i64);
    }
    minus(general(x, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], precision: Precision) -> Vec<String> {
        let matrix = Matrix {
            columns: values.len(),
            values: values.to_vec(),
        };
        matrix.texts(precision)
    }

    #[test]
    fn numbers_each_and_together() {
        let x = [12.3456, -0.0123, 0.0001, 0.0, 5.0];
        let each = ["12.35", "−0.0123", "0.0001", "0", "5"];
        assert_eq!(texts(&x, Precision::Each(4)), each);
        let together = ["12.3", "≈0", "≈0", "0", "5"];
        assert_eq!(texts(&x, Precision::Together(3)), together);
        assert_eq!(
            texts(&[-32768.0, 1.0], Precision::Together(3)),
            ["−32768", "1"]
        );
        assert_eq!(
            texts(&[1.5e-300, 1e-302], Precision::Together(3)),
            ["1.5e−300", "1e−302"]
        );
        assert_eq!(texts(&[f64::MAX], Precision::Each(3)), ["1.8e+308"]);
    }

    #[test]
    fn what_cannot_be_drawn_says_what_can() {
        for shape in [&[0][..], &[2, 3, 4], &[65], &[33, 32], &[1, 0]] {
            let error = size(shape).unwrap_err().to_string();
            assert!(
                error.contains("1 to 64 rows and columns and at most 1024"),
                "{error}"
            );
        }
        assert_eq!(size(&[]), Ok((1, 1)));
        assert_eq!(size(&[64]), Ok((1, 64)));
        assert_eq!(size(&[64, 16]), Ok((64, 16)));
    }
}
