//! What a printed tensor is compared with.

use mantissa::prelude::*;

#[track_caller]
pub fn prints(tensor: &Tensor, expected: &str) {
    let text = tensor.to_string();
    assert!(
        text == expected,
        "expected\n{expected}\nbut it prints\n{text}"
    );
    assert_eq!(format!("{tensor:?}"), text);
}

/// `n` numbers from 0 on, `step` apart.
pub fn steps(n: usize, step: f64) -> Vec<f64> {
    (0..n).map(|i| i as f64 * step).collect()
}
