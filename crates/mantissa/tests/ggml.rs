//! What block formats say of themselves, and what they refuse.

use mantissa::ggml::{self, BlockFormat, BlockTensor, FORMATS};
use mantissa::prelude::*;
use ndarray::{ArrayD, IxDyn};

/// The formats that can be written.
fn writable() -> impl Iterator<Item = BlockFormat> {
    let zeros = |format: &BlockFormat| vec![0.0; format.weights()];
    let formats = FORMATS.iter().copied();
    formats.filter(move |format| format.try_quantize(zeros(format)).is_ok())
}

fn message<T: std::fmt::Debug>(result: Result<T, QuantError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn names_are_found_in_any_case() {
    for format in FORMATS {
        assert_eq!(ggml::format(format.name()), Ok(*format));
        assert_eq!(ggml::format(&format.name().to_lowercase()), Ok(*format));
        assert_eq!(format.to_string(), format.name());
        assert_eq!(Quantizer::name(format), format.name());
    }
    let error = message(ggml::format("mxfp-4"));
    let start = "the name of a ggml format cannot be mxfp-4: did you mean MXFP4, NVFP4 or ";
    assert!(error.starts_with(start), "{error}");
    assert!(error.ends_with("? ggml::FORMATS lists all"), "{error}");
    let long = message(ggml::format(&"x".repeat(1 << 20)));
    assert!(long.len() < 200, "{long}");
}

#[test]
fn every_name_is_given_once() {
    for (i, format) in FORMATS.iter().enumerate() {
        assert!(!FORMATS[..i].contains(format), "{format}");
        for (j, field) in format.fields().iter().enumerate() {
            let before = &format.fields()[..j];
            assert!(before.iter().all(|f| f.name != field.name), "{format}");
            assert!(field.bytes > 0 && field.what.iter().all(|text| !text.is_empty()));
        }
    }
}

#[test]
fn bits_per_weight_count_every_byte_once() {
    for format in FORMATS {
        let (shape, blocks) = ([3, 2 * format.weights()], 6);
        let bytes = vec![0x2a; blocks * format.bytes()];
        let tensor = BlockTensor::from_bytes(bytes, &shape, *format).unwrap();
        let summary = tensor.summary();
        assert_eq!(summary.bytes(), blocks * format.bytes(), "{format}");
        assert_eq!(summary.bits_per_weight(), format.bits_per_weight());
        assert_eq!(tensor.bits_per_weight(), format.bits_per_weight());
        let code_bits = 8.0 * summary.code_bytes as f64 / summary.len() as f64;
        assert_eq!(summary.code_bits, code_bits, "{format}");
        for parameter in summary.parameters {
            assert!(
                parameter.count * 8 >= parameter.bytes,
                "{format}: {parameter:?}"
            );
        }
    }
}

#[test]
fn a_tensor_describes_itself() {
    let w: Vec<f32> = (0..64).map(|i| i as f32).collect();
    let q = ggml::Q5_1.quantize([w.clone(), w]);
    let card = format!("{q:?}");
    assert!(card.starts_with("Q5_1, shape [2, 64]\n"), "{card}");
    assert!(card.contains("= 80 + 8 + 8\n"), "{card}");
    let summary = q.summary();
    assert_eq!(
        (&summary.scheme[..], &summary.dtype[..]),
        ("Q5_1", "5-bit codes")
    );
    assert_eq!(summary.granularity, "blocks of 32 along axis 1");
    assert_eq!((summary.code_bits, summary.code_bytes), (5.0, 80));
    let parameters: Vec<_> = summary
        .parameters
        .iter()
        .map(|p| (&p.name[..], &p.dtype[..], p.count, p.bytes, &p.values[..]))
        .collect();
    assert_eq!(
        parameters,
        [
            ("scale (d)", "float16", 4, 8, "1"),
            ("offset (m)", "float16", 4, 8, "0 to 32")
        ]
    );
    let summary = ggml::MXFP4.quantize([[6.0; 32], [0.5; 32]]).summary();
    let scales = &summary.parameters[0];
    assert_eq!(
        (&scales.dtype[..], &scales.values[..]),
        ("float8_e8m0fnu", "0.125 to 1")
    );
    // A scale that stands last.
    let summary = ggml::TQ1_0.quantize([-0.75; 256]).summary();
    assert_eq!(summary.parameters[0].values, "0.75");
    assert_eq!((summary.code_bits, summary.code_bytes), (1.625, 52));
    let summary = ggml::IQ4_XS.quantize([1.0; 256]).summary();
    let names: Vec<&str> = summary.parameters.iter().map(|p| &p.name[..]).collect();
    assert_eq!(
        names,
        [
            "scale (d)",
            "scales of parts (scales_h)",
            "scales of parts (scales_l)"
        ]
    );
    assert_eq!(
        (summary.parameters[2].count, summary.parameters[2].bytes),
        (4, 4)
    );
    assert_eq!(
        format!("{:?}", ggml::Q4_0),
        "Q4_0: 32 weights in 18 bytes, 4.5 bits per weight"
    );
}

#[test]
fn empty_tensors_are_empty() {
    for format in FORMATS {
        assert_eq!(format.dequantize(&[]), Ok(vec![]));
        for shape in [&[0][..], &[0, 256], &[3, 0], &[0, 7]] {
            let q = BlockTensor::from_bytes([], shape, *format).unwrap();
            assert_eq!(q.dequantize().shape(), shape);
            assert!(q.bits_per_weight().is_nan());
        }
    }
    for format in writable() {
        let q = format.quantize(ArrayD::<f32>::zeros(IxDyn(&[2, 0])));
        assert_eq!((q.shape(), q.bytes()), (&[2, 0][..], &[][..]));
    }
}

#[test]
fn shapes_that_blocks_do_not_divide_are_refused() {
    let q4_0 = ggml::Q4_0;
    assert_eq!(
        message(q4_0.try_quantize(vec![vec![1.0; 48]; 2])),
        "groups of 32 do not divide the 48 elements of axis 1: take 24 or 48, or pad the axis"
    );
    assert_eq!(
        message(q4_0.try_quantize(1.0)),
        "a single number has shape []; it takes at least one axis, the last of a multiple of 32 \
         weights"
    );
    assert_eq!(
        message(BlockTensor::from_bytes([0; 18], &[], q4_0)),
        message(q4_0.try_quantize(1.0))
    );
    assert!(matches!(
        BlockTensor::from_bytes([0; 18], &[32, 1], q4_0),
        Err(QuantError::Groups {
            group: 32,
            length: 1,
            axis: 1
        })
    ));
}

#[test]
fn bytes_of_the_wrong_length_are_refused() {
    assert_eq!(
        message(ggml::Q4_0.dequantize(&[0; 19])),
        "19 bytes are no Q4_0: a block of 32 weights takes 18 bytes, so there should be 18 or 36"
    );
    assert_eq!(
        message(BlockTensor::from_bytes([0; 18], &[2, 32], ggml::Q4_0)),
        "18 bytes are no Q4_0: a block of 32 weights takes 18 bytes, so there should be 36"
    );
    // More than can be counted, and more than memory has room for.
    for shape in [
        &[usize::MAX - 31, 32][..],
        &[1 << 62, 32],
        &[0, 1 << 40, 1 << 40],
    ] {
        let error = BlockTensor::from_bytes([0; 18], shape, ggml::Q4_0).unwrap_err();
        assert!(
            error.to_string().ends_with("more than memory has room for"),
            "{shape:?}: {error}"
        );
    }
    let shape = &[1 << 50, 256];
    let error = BlockTensor::from_bytes([0; 18], shape, ggml::Q4_0).unwrap_err();
    assert!(
        matches!(error, QuantError::Bytes { len: 18, .. }),
        "{error}"
    );
}

#[test]
fn a_format_that_can_only_be_read_says_which_can_be_written() {
    let error = message(ggml::IQ2_XXS.try_quantize([1.0; 256]));
    let start =
        "the format to quantize into cannot be IQ2_XXS: it can only be read; there are Q1_0, ";
    assert!(error.starts_with(start), "{error}");
    assert!(error.ends_with("MXFP4, NVFP4"), "{error}");
    let unwritable = FORMATS.len() - writable().count();
    assert_eq!(unwritable, 7); // IQ1_S to IQ3_S
}

#[test]
fn what_is_not_finite_is_refused() {
    for format in writable() {
        for (bad, text) in [(f32::NAN, "nan"), (f32::NEG_INFINITY, "-inf")] {
            let mut w = vec![vec![1.0; format.weights()]; 2];
            w[1][3] = bad;
            assert_eq!(
                message(format.try_quantize(w)),
                format!(
                    "element [1, 3] is {text}, which has no place in {format}: replace it, or clip \
                     the data to finite numbers first"
                )
            );
        }
    }
}

#[test]
fn weights_beyond_the_largest_scale_are_refused() {
    assert_eq!(
        message(ggml::Q8_0.try_quantize([[1.0; 32], [-1e7; 32]])),
        "the largest weight of block 1 cannot be -1e+07: Q8_0 keeps scales and offsets in \
         float16, whose largest number is 65504; divide the tensor by a power of two first"
    );
    // The scale is just small enough: 65519 rounds to 65504, 65520 to infinity.
    assert!(ggml::Q8_0.try_quantize([127.0 * 65519.0; 32]).is_ok());
    assert!(ggml::Q8_0.try_quantize([127.0 * 65520.0; 32]).is_err());
    let half_float = |format: &BlockFormat| format.fields().iter().any(|field| field.bytes == 2);
    for format in writable().filter(half_float) {
        // Also a part that overflows beside parts that do not.
        for huge in [1e9, 1e13, 1e20, 1e30, f32::MAX] {
            let mut w = vec![1.0; format.weights()];
            w[format.weights() - 1] = huge;
            assert!(format.try_quantize(w).is_err(), "{format}: {huge:e}");
        }
    }
}

#[test]
#[should_panic(expected = "there is no block 2: this tensor has 2, counted from 0")]
fn blocks_are_counted_from_zero() {
    ggml::Q4_0.quantize([1.0; 64]).block(2);
}
