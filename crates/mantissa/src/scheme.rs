//! Any scheme, by value or by name, and many of them compared on one tensor.

use crate::metrics::{Errors, try_errors};
use crate::quantized::{QuantError, Summary, array, to_f64, unwrap};
use crate::tensor::TensorData;
use ndarray::ArrayD;

/// What several schemes made of one tensor, a row each; made by [`error_table`].
#[derive(Clone, Debug, PartialEq)]
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

/// Compares what several schemes made of one tensor: for each its name, the values that came back,
/// and the summary of what is stored.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [[191.6, -13.5, 728.6], [92.14, 295.5, -184.0], [0.0, 684.6, 245.5]];
/// let int8 = Affine::symmetric(INT8);
/// let schemes = [int8.clone(), int8.clone().per_axis(0), int8.per_axis(1)];
/// let table = error_table(x, schemes.map(|scheme| {
///     let q = scheme.quantize(x);
///     (scheme.name(), q.dequantize(), q.summary())
/// }));
/// let mse: Vec<String> = table.rows.iter().map(|row| format!("{:.4}", row.errors.mse)).collect();
/// assert_eq!(mse, ["2.5092", "1.8084", "1.0781"]);
/// ```
///
/// # Panics
/// If the values of a row have another shape than the tensor.
#[track_caller]
pub fn error_table(
    x: impl TensorData,
    rows: impl IntoIterator<Item = (impl Into<String>, ArrayD<f32>, Summary)>,
) -> SchemeTable {
    unwrap(try_error_table(x, rows))
}

/// [`error_table`] with an error instead of a panic.
///
/// # Errors
/// Where that panics; rows of `x` of different lengths.
pub fn try_error_table(
    x: impl TensorData,
    rows: impl IntoIterator<Item = (impl Into<String>, ArrayD<f32>, Summary)>,
) -> Result<SchemeTable, QuantError> {
    let x = array(x, to_f64)?;
    let row = |(name, y, summary): (_, ArrayD<f32>, Summary)| {
        let name: String = Into::into(name);
        if y.shape() != x.shape() {
            let (what, right) = (
                format!("what {name} gives back"),
                format!("that of x, {:?}", x.shape()),
            );
            return Err(QuantError::shape(&what, y.shape(), right));
        }
        let errors = try_errors(&x, y)?;
        Ok(SchemeRow {
            name,
            summary,
            errors,
        })
    };
    let rows = rows.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(SchemeTable { rows })
}
