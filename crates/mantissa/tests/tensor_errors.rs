//! What tensors refuse, in the exact words.

use mantissa::prelude::*;
use std::panic::{UnwindSafe, catch_unwind};

/// The message of a panic.
#[track_caller]
fn panic_text<T>(action: impl FnOnce() -> T + UnwindSafe) -> String {
    match catch_unwind(action) {
        Ok(_) => panic!("it should have panicked"),
        Err(payload) => *payload.downcast::<String>().expect("a formatted message"),
    }
}

/// The error of making a tensor, and the panic of `tensor`, which say the same.
macro_rules! refused {
    ($data:expr, $dtype:expr, $message:expr) => {
        let error = Tensor::new($data, $dtype).unwrap_err();
        assert_eq!(error.to_string(), $message);
        assert_eq!(panic_text(|| tensor($data, $dtype)), $message);
    };
}

#[test]
fn ragged_rows() {
    refused!(
        vec![vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0]],
        FP32,
        "the rows have different shapes, [2] and, at row 2, [1]; all rows of a tensor have the \
         same"
    );
    refused!(
        vec![vec![vec![1], vec![2]], vec![vec![3], vec![4, 5]]],
        INT8,
        "the rows have different shapes, [1] and, at row 1, [2]; all rows of a tensor have the \
         same"
    );
    refused!(
        vec![vec![[1, 2]], vec![[1, 2], [3, 4]]],
        INT8,
        "the rows have different shapes, [1, 2] and, at row 1, [2, 2]; all rows of a tensor \
         have the same"
    );
}

#[test]
fn wrong_shapes() {
    let t = tensor([1, 2, 3], INT8);
    assert_eq!(
        t.reshape(&[2, 2]).unwrap_err().to_string(),
        "shape [2, 2] holds 4 elements, but there are 3"
    );
    assert_eq!(
        t.reshape(&[]).unwrap_err().to_string(),
        "shape [] holds 1 elements, but there are 3"
    );
    assert_eq!(
        Tensor::from_bytes([1, 2], &[5], INT4)
            .unwrap_err()
            .to_string(),
        "shape [5] of int4 takes 3 bytes, but there are 2"
    );
    assert_eq!(
        Tensor::from_bytes([1, 2, 3], &[3], INT4)
            .unwrap_err()
            .to_string(),
        "shape [3] of int4 takes 2 bytes, but there are 3"
    );
    assert!(Tensor::from_bytes([1, 2], &[3], INT4).is_ok());
}

#[test]
fn integers_out_of_range() {
    refused!(128, INT8, "128 does not fit int8, which holds -128 to 127");
    refused!(
        [[1, 2], [3, -129]],
        INT8,
        "element [1, 1]: -129 does not fit int8, which holds -128 to 127"
    );
    refused!(
        [0, -1],
        UINT8,
        "element [1]: -1 does not fit uint8, which holds 0 to 255"
    );
    refused!(
        [[[0.0, 7.9, 8.0]]],
        INT4,
        "element [0, 0, 2]: 8 does not fit int4, which holds -8 to 7"
    );
    refused!(
        u64::MAX,
        INT64,
        "18446744073709551615 does not fit int64, which holds -9223372036854775808 to \
         9223372036854775807"
    );
    refused!(
        9223372036854775808.0,
        INT64,
        "9223372036854775808 does not fit int64, which holds -9223372036854775808 to \
         9223372036854775807"
    );
    assert!(Tensor::new(-9223372036854775808.0, INT64).is_ok());
}

#[test]
fn what_is_not_a_number() {
    refused!(
        f64::NAN,
        INT8,
        "nan is not a number that the integer format int8 can hold"
    );
    refused!(
        [0.0, f64::NEG_INFINITY],
        INT8,
        "element [1]: -inf is not a number that the integer format int8 can hold"
    );
    refused!(
        [[1.0], [f64::NAN]],
        FP4_E2M1FN,
        "element [1, 0]: float4_e2m1fn has no NaN: every one of its codes is a number"
    );
    // Infinity has a place there: the largest number.
    let clamped = tensor([f64::INFINITY, -100.0], FP4_E2M1FN);
    assert_eq!(clamped.to_vec(), [6.0, -6.0]);
}

#[test]
fn below_zero_without_a_sign() {
    let positive = FloatFormat::new("u2m2", 2, 2, 1, false, Specials::FINITE).unwrap();
    refused!(
        [1.5, -1.5],
        positive,
        "element [1]: -1.5 is below zero and u2m2 is unsigned; saturate to clamp it to 0"
    );
    let clamped = Tensor::encode(
        [1.5, -1.5],
        positive,
        Rounding::TiesToEven,
        Overflow::Saturate,
    );
    assert_eq!(clamped.unwrap().to_vec(), [1.5, 0.0]);
}

#[test]
fn the_first_of_many_is_named() {
    refused!(
        [1, 300, 2, 400],
        UINT8,
        "element [1]: 300 does not fit uint8, which holds 0 to 255"
    );
    assert_eq!(
        panic_text(|| tensor([[1.0, 2.0], [300.0, 1.0]], FP32).to(INT8)),
        "element [1, 0]: 300 does not fit int8, which holds -128 to 127"
    );
}

#[test]
fn item_and_value() {
    assert_eq!(tensor([[[2.5]]], FP16).item(), 2.5);
    assert_eq!(
        panic_text(|| tensor([1.0, 2.0, 3.0], FP16).item()),
        "item() takes a tensor of one element; this one has 3 (shape [3]): use to_vec() or \
         value(index)"
    );
    assert_eq!(
        panic_text(|| tensor(Vec::<f64>::new(), FP16).item()),
        "item() takes a tensor of one element; this one has 0 (shape [0]): use to_vec() or \
         value(index)"
    );
    let t = tensor([[1.0, 2.0], [3.0, 4.0]], FP16);
    assert_eq!(t.value(&[1, 0]).to_f64(), 3.0);
    let outside = |index: &'static [usize]| panic_text(|| t.value(index));
    for index in [&[2, 0][..], &[0, 2], &[0], &[0, 0, 0], &[]] {
        assert_eq!(
            outside(index),
            format!("index {index:?} is outside a tensor of shape [2, 2]")
        );
    }
}

#[test]
fn shapes_that_hold_nothing_or_more_than_memory() {
    let empty = Tensor::from_bytes([], &[0, 1 << 40], FP32).unwrap();
    assert_eq!(
        empty.to_string(),
        "tensor([], size=(0, 1099511627776), dtype=float32)"
    );
    assert_eq!(empty.dequantize().shape(), [0, 1 << 40]);
    let long = [usize::MAX, 2, 0];
    for error in [empty.reshape(&long), Tensor::from_bytes([], &long, FP32)] {
        assert_eq!(
            error.unwrap_err().to_string(),
            "shape [18446744073709551615, 2, 0] holds no element, but its other axes are more than \
             memory has room for"
        );
    }
    let one = ndarray::arr0(1.0);
    let huge = one.broadcast((1 << 22, 1 << 22, 1 << 15)).unwrap();
    let error = Tensor::new(huge, INT8).unwrap_err().to_string();
    assert_eq!(
        error,
        "shape [4194304, 4194304, 32768] holds 576460752303423488 elements, more than memory has \
         room for"
    );
    let error = Tensor::from_bytes([1], &[usize::MAX, 2], INT8).unwrap_err();
    assert!(
        error.to_string().contains("uncountably many bytes"),
        "{error}"
    );
}

#[test]
fn bits_beyond_the_last_code_are_no_part_of_a_tensor() {
    let padded = Tensor::from_bytes([0xf1], &[1], INT4).unwrap();
    assert_eq!(padded, tensor([1], INT4));
    let whole = Tensor::from_bytes([0xf1], &[1], UINT8).unwrap();
    assert_eq!(whole.item(), 241.0);
}
