//! A printed tensor, against what torch's own layout gives: every expected text is from a port of
//! `torch/_tensor_str.py` to plain Python. Ours differs in one thing on purpose: the dtype is always
//! there, and without `torch.`.

mod printed;

use mantissa::prelude::*;
use printed::{prints, steps};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn scalars() {
    prints(
        &tensor(0.3333333333333333, FP32),
        "tensor(0.3333, dtype=float32)",
    );
    prints(&tensor(3.0, FP32), "tensor(3., dtype=float32)");
    prints(&tensor(0.0, FP32), "tensor(0., dtype=float32)");
    prints(&tensor(-0.0, FP32), "tensor(-0., dtype=float32)");
    prints(&tensor(1e-05, FP32), "tensor(1.0000e-05, dtype=float32)");
    prints(
        &tensor(123456.789, FP32),
        "tensor(123456.7891, dtype=float32)",
    );
    prints(
        &tensor(200000000.0, FP32),
        "tensor(2.0000e+08, dtype=float32)",
    );
    prints(&tensor(NAN, FP32), "tensor(nan, dtype=float32)");
    prints(&tensor(-INF, FP32), "tensor(-inf, dtype=float32)");
    prints(&tensor(1.0 / 3.0, BF16), "tensor(0.3340, dtype=bfloat16)");
    prints(&tensor(-7, INT64), "tensor(-7, dtype=int64)");
    prints(
        &tensor(u64::MAX, UINT64),
        "tensor(18446744073709551615, dtype=uint64)",
    );
    prints(
        &tensor(i64::MIN, INT64),
        "tensor(-9223372036854775808, dtype=int64)",
    );
}

#[test]
fn vectors() {
    prints(
        &tensor([1.0, 2.0, 3.0], FP32),
        "tensor([1., 2., 3.], dtype=float32)",
    );
    prints(
        &tensor([1.0, 2.5, -3.0], FP16),
        "tensor([ 1.0000,  2.5000, -3.0000], dtype=float16)",
    );
    prints(&tensor([0.0, 0.0], FP64), "tensor([0., 0.], dtype=float64)");
    prints(
        &tensor([1, -2, 30], INT8),
        "tensor([ 1, -2, 30], dtype=int8)",
    );
    prints(
        &tensor(steps(20, 0.125), FP64),
        "tensor([0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500, 0.8750, 1.0000,
        1.1250, 1.2500, 1.3750, 1.5000, 1.6250, 1.7500, 1.8750, 2.0000, 2.1250,
        2.2500, 2.3750], dtype=float64)",
    );
    prints(
        &tensor(steps(25, -1.5), FP32),
        "tensor([ -0.0000,  -1.5000,  -3.0000,  -4.5000,  -6.0000,  -7.5000,  -9.0000,
        -10.5000, -12.0000, -13.5000, -15.0000, -16.5000, -18.0000, -19.5000,
        -21.0000, -22.5000, -24.0000, -25.5000, -27.0000, -28.5000, -30.0000,
        -31.5000, -33.0000, -34.5000, -36.0000], dtype=float32)",
    );
    prints(
        &tensor(steps(60, 1.0), FP64),
        "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,
        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,
        28., 29., 30., 31., 32., 33., 34., 35., 36., 37., 38., 39., 40., 41.,
        42., 43., 44., 45., 46., 47., 48., 49., 50., 51., 52., 53., 54., 55.,
        56., 57., 58., 59.], dtype=float64)",
    );
    prints(
        &tensor((0..45).collect::<Vec<i64>>(), INT64),
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
        36, 37, 38, 39, 40, 41, 42, 43, 44], dtype=int64)",
    );
    prints(
        &tensor((0..33).map(|i| i * 7).collect::<Vec<i32>>(), UINT8),
        "tensor([  0,   7,  14,  21,  28,  35,  42,  49,  56,  63,  70,  77,  84,  91,
         98, 105, 112, 119, 126, 133, 140, 147, 154, 161, 168, 175, 182, 189,
        196, 203, 210, 217, 224], dtype=uint8)",
    );
    prints(
        &tensor((0..40).map(|i| i % 2).collect::<Vec<i32>>(), UINT1),
        "tensor([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
        0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], dtype=uint1)",
    );
}

#[test]
fn the_dtype_moves_to_its_own_line() {
    prints(
        &tensor((100..110).collect::<Vec<i32>>(), INT8),
        "tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109], dtype=int8)",
    );
    prints(
        &tensor((100..111).collect::<Vec<i32>>(), INT8),
        "tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110], dtype=int8)",
    );
    prints(
        &tensor((100..112).collect::<Vec<i32>>(), INT8),
        "tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111],
       dtype=int8)",
    );
    prints(
        &tensor(steps(6, 0.25), FP8_E4M3B11FNUZ),
        "tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000, 1.2500],
       dtype=float8_e4m3b11fnuz)",
    );
    prints(
        &tensor(steps(4, 0.25), FP8_E4M3B11FNUZ),
        "tensor([0.0000, 0.2500, 0.5000, 0.7500], dtype=float8_e4m3b11fnuz)",
    );
}

#[test]
fn matrices() {
    prints(
        &tensor([[1.0, -2.5], [0.25, 100.0]], FP32),
        "tensor([[  1.0000,  -2.5000],
        [  0.2500, 100.0000]], dtype=float32)",
    );
    prints(
        &tensor([[1, 2, 3], [4, -5, 6]], INT4),
        "tensor([[ 1,  2,  3],
        [ 4, -5,  6]], dtype=int4)",
    );
    prints(
        &tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]], BF16),
        "tensor([[[1., 2.],
         [3., 4.]],

        [[5., 6.],
         [7., 8.]]], dtype=bfloat16)",
    );
    prints(
        &tensor([[[[1], [2]]], [[[3], [4]]]], INT64),
        "tensor([[[[1],
          [2]]],


        [[[3],
          [4]]]], dtype=int64)",
    );
    prints(
        &tensor(steps(24, 0.5), FP32).reshape(&[2, 12]).unwrap(),
        "tensor([[ 0.0000,  0.5000,  1.0000,  1.5000,  2.0000,  2.5000,  3.0000,  3.5000,
          4.0000,  4.5000,  5.0000,  5.5000],
        [ 6.0000,  6.5000,  7.0000,  7.5000,  8.0000,  8.5000,  9.0000,  9.5000,
         10.0000, 10.5000, 11.0000, 11.5000]], dtype=float32)",
    );
    prints(
        &tensor((0..12).collect::<Vec<i32>>(), INT32)
            .reshape(&[3, 2, 2])
            .unwrap(),
        "tensor([[[ 0,  1],
         [ 2,  3]],

        [[ 4,  5],
         [ 6,  7]],

        [[ 8,  9],
         [10, 11]]], dtype=int32)",
    );
}

#[test]
fn special_values() {
    prints(
        &tensor([1.0, NAN, -INF], FP32),
        "tensor([1., nan, -inf], dtype=float32)",
    );
    prints(
        &tensor([1.5, NAN, INF, -INF], FP32),
        "tensor([1.5000,    nan,    inf,   -inf], dtype=float32)",
    );
    prints(
        &tensor([NAN, INF], FP16),
        "tensor([nan, inf], dtype=float16)",
    );
    prints(
        &tensor([NAN, -INF, 0.0], FP16),
        "tensor([nan, -inf, 0.], dtype=float16)",
    );
    prints(
        &tensor([1e-07, NAN, -INF], FP32),
        "tensor([1.0000e-07,        nan,       -inf], dtype=float32)",
    );
    prints(
        &tensor([-0.0, 0.0, 1.0], FP64),
        "tensor([-0., 0., 1.], dtype=float64)",
    );
    prints(
        &tensor([-0.0, 0.5], FP64),
        "tensor([-0.0000, 0.5000], dtype=float64)",
    );
}

#[test]
fn scientific() {
    prints(
        &tensor([1.0, 1000.0], FP64),
        "tensor([   1., 1000.], dtype=float64)",
    );
    prints(
        &tensor([1.0, 1001.0], FP64),
        "tensor([1.0000e+00, 1.0010e+03], dtype=float64)",
    );
    prints(
        &tensor([100000000.0], FP64),
        "tensor([100000000.], dtype=float64)",
    );
    prints(
        &tensor([100000001.0], FP64),
        "tensor([1.0000e+08], dtype=float64)",
    );
    prints(
        &tensor([0.5, 500.0], FP64),
        "tensor([  0.5000, 500.0000], dtype=float64)",
    );
    prints(
        &tensor([0.5, 501.0], FP64),
        "tensor([5.0000e-01, 5.0100e+02], dtype=float64)",
    );
    prints(&tensor([0.0001], FP64), "tensor([0.0001], dtype=float64)");
    prints(
        &tensor([0.0001], FP32),
        "tensor([1.0000e-04], dtype=float32)",
    );
    prints(
        &tensor([9e-05], FP64),
        "tensor([9.0000e-05], dtype=float64)",
    );
    prints(
        &tensor([1e-300, -1e+300], FP64),
        "tensor([ 1.0000e-300, -1.0000e+300], dtype=float64)",
    );
    prints(
        &tensor([1e-45, 3.4e+38], FP32),
        "tensor([1.4013e-45, 3.4000e+38], dtype=float32)",
    );
    prints(
        &tensor(steps(9, 12345.678), FP64),
        "tensor([    0.0000, 12345.6780, 24691.3560, 37037.0340, 49382.7120, 61728.3900,
        74074.0680, 86419.7460, 98765.4240], dtype=float64)",
    );
}

#[test]
fn rounding() {
    prints(
        &tensor([0.03125, 0.09375, 0.15625, -0.21875], FP64),
        "tensor([ 0.0312,  0.0938,  0.1562, -0.2188], dtype=float64)",
    );
    prints(
        &tensor([2.00005, 2.00015], FP32),
        "tensor([2.0001, 2.0001], dtype=float32)",
    );
    prints(
        &tensor([51380224.0, 1.0], FP64),
        "tensor([5.1380e+07, 1.0000e+00], dtype=float64)",
    );
    prints(
        &tensor([0.99996, 1.0], FP64),
        "tensor([1.0000, 1.0000], dtype=float64)",
    );
}

#[test]
fn small_formats() {
    prints(
        &tensor([448.0, 0.015625, -1.5], FP8_E4M3FN),
        "tensor([ 4.4800e+02,  1.5625e-02, -1.5000e+00], dtype=float8_e4m3fn)",
    );
    prints(
        &tensor([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0], FP4_E2M1FN),
        "tensor([0.0000, 0.5000, 1.0000, 1.5000, 2.0000, 3.0000, 4.0000, 6.0000],
       dtype=float4_e2m1fn)",
    );
    prints(
        &tensor([0.5, 2.0, 128.0], FP8_E8M0FNU),
        "tensor([  0.5000,   2.0000, 128.0000], dtype=float8_e8m0fnu)",
    );
    prints(
        &tensor([-2, 1, 0, -1], INT2),
        "tensor([-2,  1,  0, -1], dtype=int2)",
    );
}

#[test]
fn empty() {
    prints(
        &tensor(Vec::<f64>::new(), FP32).reshape(&[0]).unwrap(),
        "tensor([], dtype=float32)",
    );
    prints(
        &tensor(Vec::<f64>::new(), FP32).reshape(&[0, 3]).unwrap(),
        "tensor([], size=(0, 3), dtype=float32)",
    );
    prints(
        &tensor(Vec::<f64>::new(), FP32).reshape(&[2, 0, 3]).unwrap(),
        "tensor([], size=(2, 0, 3), dtype=float32)",
    );
    prints(
        &tensor(Vec::<f64>::new(), FP32).reshape(&[0, 0]).unwrap(),
        "tensor([], size=(0, 0), dtype=float32)",
    );
    prints(&tensor(Vec::<i64>::new(), INT64), "tensor([], dtype=int64)");
}

#[test]
fn a_name_of_many_bytes_counts_its_letters() {
    let own = FloatFormat::ieee("我自己的八位格式", 4, 3);
    let text = tensor(steps(10, 1.0), own).to_string();
    assert_eq!(
        text,
        "tensor([0., 1., 2., 3., 4., 5., 6., 7., 8., 9.], dtype=我自己的八位格式)"
    );
}
