//! What several schemes make of one tensor.

use super::Scheme;
use crate::metrics::{Errors, try_errors};
use crate::quantized::{QuantError, Quantized, Quantizer, Summary, unwrap};
use crate::tensor::TensorData;

/// What several schemes made of one tensor, a row each; made by [`error_table`].
#[derive(Clone, PartialEq)]
pub struct SchemeTable {
    /// The rows, in the order given.
    pub rows: Vec<SchemeRow>,
}

/// What one scheme made of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemeRow {
    /// What the scheme is called in the table.
    pub name: String,
    /// What is stored, and how many bits that is for each weight.
    pub summary: Summary,
    /// How far the values that come back are from the original.
    pub errors: Errors,
}

impl SchemeRow {
    /// The row of a tensor that was quantized already, under any name.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let x = [1.0, 0.3];
    /// let row = SchemeRow::new("mine", x, &Affine::symmetric(INT2).quantize(x));
    /// assert_eq!((row.errors.max_abs, row.summary.code_bytes), (0.3, 1));
    /// ```
    ///
    /// # Panics
    /// Where [`SchemeRow::try_new`] has an error.
    #[track_caller]
    pub fn new(name: impl Into<String>, x: impl TensorData, q: &dyn Quantized) -> SchemeRow {
        unwrap(SchemeRow::try_new(name, x, q))
    }

    /// [`SchemeRow::new`] with an error instead of a panic.
    ///
    /// # Errors
    /// Values that have another shape than `x`; rows of `x` of different lengths.
    pub fn try_new(
        name: impl Into<String>,
        x: impl TensorData,
        q: &dyn Quantized,
    ) -> Result<SchemeRow, QuantError> {
        Ok(SchemeRow {
            name: name.into(),
            summary: q.summary(),
            errors: try_errors(x, q.dequantize())?,
        })
    }
}

impl SchemeTable {
    /// Name, bits per weight and SQNR in dB of each row, as [`bits_vs_sqnr`](crate::bits_vs_sqnr)
    /// takes them.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let points = error_table(normal([256], 1), ["q4_0", "q8_0"]).points();
    /// assert_eq!((points[1].0.as_str(), points[1].1), ("Q8_0", 8.5));
    /// ```
    pub fn points(&self) -> Vec<(String, f64, f64)> {
        let point = |row: &SchemeRow| {
            let bits = row.summary.bits_per_weight();
            (row.name.clone(), bits, row.errors.sqnr_db)
        };
        self.rows.iter().map(point).collect()
    }
}

/// Quantizes one tensor by several schemes, given by value or by name, and compares what comes back:
/// bits for each weight, all overhead counted, and the errors.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let int8 = Affine::symmetric(INT8);
/// let table = error_table(x, [int8.clone(), int8.clone().per_axis(0), int8.per_axis(1)]);
/// let mse: Vec<String> = table.rows.iter().map(|row| format!("{:.4}", row.errors.mse)).collect();
/// assert_eq!(mse, ["2.5092", "1.8084", "1.0781"]);
/// let table = error_table(normal([256], 1), ["q4_0", "mxfp4", "nf4"]);
/// assert_eq!(table.rows[0].summary.bits_per_weight(), 4.5);
/// ```
///
/// # Panics
/// If a scheme cannot quantize the tensor, with its message, or a name is none.
#[track_caller]
pub fn error_table(
    x: impl TensorData,
    schemes: impl IntoIterator<Item = impl Into<Scheme>>,
) -> SchemeTable {
    unwrap(try_error_table(x, schemes.into_iter().map(Into::into)))
}

/// [`error_table`] with an error instead of a panic.
///
/// # Errors
/// That of the first scheme that cannot quantize the tensor.
pub fn try_error_table(
    x: impl TensorData,
    schemes: impl IntoIterator<Item = Scheme>,
) -> Result<SchemeTable, QuantError> {
    let row = |scheme: Scheme| SchemeRow::try_new(scheme.name(), &x, &scheme.try_quantize(&x)?);
    let rows = schemes.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(SchemeTable { rows })
}
