//! Schemes made of a codebook: blocks, their scales, parts from elsewhere, sizes.

mod seeded;

use mantissa::prelude::*;
use proptest::prelude::*;
use seeded::{config, numbers};

fn values(q: &impl Quantized) -> Vec<f32> {
    q.dequantize().into_raw_vec_and_offset().0
}

fn message(result: Result<impl std::fmt::Debug, QuantError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn blocks_run_over_rows_and_the_last_may_be_shorter() {
    let w = [[1.0, -2.0, 0.5], [8.0, 0.25, -0.125], [3.0, 0.0, 0.0]];
    let q = NF4.block(4).quantize(w);
    assert_eq!(q.absmax(), [8.0, 3.0, 0.0]);
    assert_eq!(q.dequantize().shape(), [3, 3]);
    assert_eq!(values(&q)[6..], [3.0, 0.0, 0.0]);
    assert_eq!(q.codes().to_vec()[6..], [15.0, 7.0, 7.0]);
}

#[test]
fn a_block_longer_than_the_tensor_is_the_tensor() {
    assert_eq!(NF4.block(usize::MAX).quantize([1.0, -2.0]).absmax(), [2.0]);
}

#[test]
fn a_block_of_zeros_is_zero() {
    let one_level_is_not_zero = Codebook::new("mine", [-1.0, 0.5]).blockwise(4);
    for scheme in [NF4, BNB_FP4, BNB_DYNAMIC8, one_level_is_not_zero] {
        let q = scheme.block(4).quantize([0.0; 10]);
        assert_eq!((values(&q), q.absmax()), (vec![0.0; 10], vec![0.0; 3]));
    }
    let q = NF4.block(4).double_quantized().quantize([0.0; 10]);
    assert_eq!((values(&q), q.absmax()), (vec![0.0; 10], vec![0.0; 3]));
}

#[test]
fn a_constant_comes_back() {
    for x in [3.7, -3.7, 1e-30, f32::MAX, f32::MIN_POSITIVE] {
        for scheme in [NF4, BNB_FP4, BNB_DYNAMIC8.block(4)] {
            let q = scheme.quantize([x; 9]);
            let level = if x < 0.0 && scheme.codebook().name() == "bnb_dynamic8" {
                0.99296874 // there is no -1
            } else {
                1.0
            };
            assert_eq!(values(&q), [x * level; 9]);
        }
        // All absmax are their own mean.
        let q = NF4.double_quantized().quantize([x; 130]);
        assert_eq!(values(&q), [x; 130]);
    }
}

#[test]
fn the_smallest_numbers_stay_finite() {
    let q = NF4.quantize([1e-45, -1e-45, 0.0]);
    assert_eq!(values(&q), [0.0, 0.0, 0.0]); // their ratio to 1e-38 is near 0
    assert_eq!(
        values(&NF4.quantize([2e-38, -1e-38])),
        [2e-38, -1.0501461e-38]
    );
}

/// All codes are bitsandbytes' own, of 0.50.2 on a CPU.
#[test]
fn dynamic8_has_no_step_at_zero() {
    for (x, codes) in [
        (
            vec![0.0, -0.0, 1.0, 1e-6, -1e-6, 2e-5, -2e-5, -3e-5, -1.0],
            vec![131, 131, 255, 131, 123, 131, 123, 123, 0],
        ),
        (
            (1..8).chain([65535]).map(|k| k as f32 / 65535.0).collect(),
            vec![131, 132, 132, 133, 133, 134, 134, 255],
        ),
        (vec![0.0, -0.0, 0.0], vec![0, 0, 0]),
        // 1 / absmax is finite, and infinite.
        (vec![3e-39, 0.0, -3e-39, 1e-45], vec![255, 131, 0, 131]),
        (vec![1e-39, 0.0, -1e-39, 1e-45], vec![255, 0, 0, 255]),
    ] {
        let q = BNB_DYNAMIC8.quantize(&x);
        assert_eq!(q.packed(), codes, "{x:?}");
        assert!(values(&q).iter().all(|y| y.is_finite()));
    }
}

#[test]
fn nothing_and_a_single_number() {
    for scheme in [NF4, NF4.double_quantized(), BNB_DYNAMIC8] {
        let q = scheme.quantize(ndarray::Array2::<f32>::zeros((0, 3)));
        assert_eq!((q.dequantize().shape(), q.packed().len()), (&[0, 3][..], 0));
        assert!(q.bits_per_weight().is_nan());
        let q = scheme.quantize(0.7);
        assert_eq!((q.dequantize().shape(), values(&q)), (&[][..], vec![0.7]));
    }
    assert!(
        lloyd_max([1.0, 2.0], 2)
            .absolute()
            .quantize([0.0; 0])
            .bits_per_weight()
            .is_nan()
    );
}

#[test]
fn what_cannot_be_done_says_so() {
    let error = |scheme: CodebookScheme, x: f32| message(scheme.try_quantize([1.0, x]));
    assert_eq!(
        error(NF4, f32::NAN),
        "element [1] is nan, which has no place in nf4, blocks of 64: replace it, or clip the data to \
         finite numbers first"
    );
    assert!(error(NF4, f32::NEG_INFINITY).starts_with("element [1] is -inf"));
    assert_eq!(
        error(NF4.block(0), 0.0),
        "the block cannot be 0 numbers: a block has at least 1"
    );
    let absolute = NF4.codebook().clone().absolute();
    assert_eq!(
        error(absolute.double_quantized(), 0.0),
        "double quantization cannot be of a scheme without scales: give it some with .block(64)"
    );
    assert!(NF4.try_quantize(vec![vec![1.0], vec![]]).is_err());
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    use CodebookScales::{Absmax, Absolute, Double};
    let read = |scheme, shape: &[usize], packed: &[u8], scales| {
        message(CodebookTensor::from_parts(scheme, shape, packed, scales))
    };
    let one = || Absmax(vec![1.0]);
    let double = |codes: usize, absmax: usize, offset| Double {
        codes: vec![0; codes],
        absmax: vec![1.0; absmax],
        offset,
    };
    let book = Codebook::new("three", [0.0, 0.5, 1.0]).absolute();
    for (got, expected) in [
        (
            read(NF4, &[2, 2], &[0; 3], one()),
            "3 bytes are no nf4, blocks of 64: shape [2, 2] takes 2",
        ),
        (
            read(NF4, &[usize::MAX, 2], &[0; 3], one()),
            "3 bytes are no nf4, blocks of 64: shape [18446744073709551615, 2] takes too many",
        ),
        (
            read(NF4, &[65], &[0; 33], one()),
            "absmax has shape [1]; it takes one number for each of 2 blocks",
        ),
        (
            read(NF4, &[2], &[0], Absmax(vec![f32::NAN])),
            "absmax of block 0 cannot be NaN: it is finite and not below zero",
        ),
        (
            read(NF4, &[2], &[0], Absmax(vec![-1.0])),
            "absmax of block 0 cannot be -1: it is finite and not below zero",
        ),
        (
            read(NF4, &[2], &[0], Absolute),
            "the scales cannot be absent: the scheme has a float32 for each block",
        ),
        (
            read(NF4.double_quantized(), &[2], &[0], one()),
            "the scales cannot be float32: the scheme has double quantized ones",
        ),
        (
            read(NF4.double_quantized(), &[2], &[0], double(2, 1, 0.0)),
            "absmax has shape [2]; it takes one code for each of 1 blocks",
        ),
        (
            read(NF4.double_quantized(), &[2], &[0], double(1, 2, 0.0)),
            "absmax has shape [2]; it takes one number for each of 1 blocks",
        ),
        (
            read(NF4.double_quantized(), &[2], &[0], double(1, 1, f32::NAN)),
            "the offset cannot be NaN: it is finite",
        ),
        (
            read(book.clone(), &[2], &[0], one()),
            "the scales cannot be float32: the scheme has none",
        ),
        (
            read(book, &[4], &[0b00_01_11_10], Absolute),
            "code 2 cannot be 3: three has 3 levels",
        ),
    ] {
        assert_eq!(got, expected);
    }
    let long = [0, 1 << 62, 1 << 62];
    let got = read(NF4, &long, &[], Absmax(vec![]));
    assert!(got.ends_with("more than memory has room for"), "{got}");
}

#[test]
fn parts_come_back() {
    let w: Vec<f32> = (0..1001).map(|i| (i as f32 * 0.37).sin()).collect();
    let three = Codebook::new("three", [0.0, 0.5, 1.0]);
    let schemes = [
        NF4,
        BNB_FP4.block(32),
        NF4.block(3).double_quantized(),
        BNB_DYNAMIC8,
        three.clone().blockwise(7),
        three.absolute(),
        lloyd_max(&w, 8).absolute(),
        Codebook::of(FP6_E2M3FN).blockwise(16),
    ];
    for scheme in schemes {
        let q = scheme.quantize(&w);
        let parts = (q.packed(), q.scales().clone());
        let again = CodebookTensor::from_parts(scheme, &[1001], &parts.0, parts.1);
        assert_eq!(again.unwrap(), q);
    }
}

#[test]
fn a_summary_counts_every_bit() {
    let w = [[0.5f32; 128]; 8];
    let four = NF4.quantize(w).summary();
    assert_eq!((four.code_bytes, four.bytes()), (512, 512 + 16 * 4));
    assert_eq!((&*four.scheme, &*four.dtype), ("nf4, blocks of 64", "nf4"));
    assert_eq!((&*four.granularity, four.code_bits), ("blocks of 64", 4.0));
    assert_eq!(four.parameters[0].values, "0.5");

    let double = NF4.block(2).double_quantized().quantize(w).summary();
    let parameters: Vec<(&str, &str, usize, usize)> = double
        .parameters
        .iter()
        .map(|p| (&*p.name, &*p.dtype, p.count, p.bytes))
        .collect();
    let expected = [
        ("absmax", "bnb_dynamic8", 512, 512),
        ("absmax of absmax", "float32", 2, 8),
        ("offset", "float32", 1, 4),
    ];
    assert_eq!(parameters, expected);

    // Levels that nobody else knows are stored.
    let learned = lloyd_max(w, 16).absolute().quantize(w).summary();
    assert_eq!(learned.bytes(), 512 + 16 * 4);
    assert_eq!(learned.granularity, "no scales");
    assert_eq!(
        Codebook::of(INT4).absolute().quantize(w).summary().bytes(),
        512
    );
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn values_are_no_farther_than_half_the_widest_gap(x in numbers(1..150), block in 1..100usize) {
        for (scheme, half) in [(NF4.block(block), 0.15191), (BNB_FP4.block(block), 0.16668)] {
            let q = scheme.quantize(&x);
            for (i, (x, y)) in x.iter().zip(values(&q)).enumerate() {
                prop_assert!((x - y).abs() <= half * q.absmax()[i / block]);
            }
        }
    }

    #[test]
    fn quantizing_again_changes_nothing(x in numbers(1..150), block in 1..100usize) {
        for scheme in [NF4.block(block), BNB_FP4.block(block), NF4.codebook().clone().absolute()] {
            let once = scheme.fake_quantize(&x);
            prop_assert_eq!(scheme.fake_quantize(&once), once);
        }
    }

    #[test]
    fn powers_of_two_change_nothing_but_the_scales(x in numbers(1..150), k in -20..20i32) {
        let factor = 2f32.powi(k);
        let scaled: Vec<f32> = x.iter().map(|x| x * factor).collect();
        let (q, r) = (NF4.quantize(&x), NF4.quantize(&scaled));
        prop_assert_eq!(q.packed(), r.packed());
        prop_assert_eq!(q.absmax().iter().map(|a| a * factor).collect::<Vec<f32>>(), r.absmax());
        let (q, r) = (TERNARY.quantize(&x), TERNARY.quantize(&scaled));
        prop_assert_eq!(q.codes(), r.codes());
    }

    #[test]
    fn any_bytes_are_values_or_an_error(
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
        shape in proptest::collection::vec(0..9usize, 0..3),
        absmax in proptest::collection::vec(any::<f32>(), 0..4),
        offset in any::<f32>(),
        double in any::<bool>(),
    ) {
        let (scheme, scales) = if double {
            let codes = bytes.iter().copied().take(2).collect();
            (NF4.double_quantized(), CodebookScales::Double { codes, absmax, offset })
        } else {
            (NF4.block(16), CodebookScales::Absmax(absmax))
        };
        if let Ok(q) = CodebookTensor::from_parts(scheme, &shape, &bytes, scales) {
            let values = q.dequantize();
            prop_assert_eq!(values.shape(), &shape[..]);
            q.summary();
        }
    }
}
