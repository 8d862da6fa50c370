//! Tensors: what they are made of, how they are stored and converted.

use mantissa::prelude::ndarray::{Array2, Axis, arr0, arr2, s};
use mantissa::prelude::*;

#[track_caller]
fn holds(tensor: &Tensor, shape: &[usize], numbers: &[f64]) {
    assert_eq!(tensor.shape(), shape);
    assert_eq!(tensor.len(), numbers.len());
    assert_eq!(tensor.to_vec(), numbers);
}

mod construction {
    use super::*;

    #[test]
    fn from_a_number_of_any_type() {
        holds(&tensor(1.5, FP16), &[], &[1.5]);
        holds(&tensor(1.5_f32, FP16), &[], &[1.5]);
        holds(&tensor(f16::from_f32(0.1), FP64), &[], &[0.0999755859375]);
        holds(&tensor(bf16::from_f32(0.1), FP64), &[], &[0.10009765625]);
        holds(&tensor(-7, INT4), &[], &[-7.0]);
        holds(&tensor(200_u8, UINT8), &[], &[200.0]);
        assert_eq!(tensor(1.5, FP16).dtype(), DType::from(FP16));
    }

    #[test]
    fn from_every_integer_type_exactly() {
        let exact = |t: Tensor| t.value(&[]).to_i128().unwrap();
        assert_eq!(exact(tensor(i64::MIN, INT64)), i128::from(i64::MIN));
        assert_eq!(exact(tensor(i64::MAX, INT64)), i128::from(i64::MAX));
        assert_eq!(exact(tensor(u64::MAX, UINT64)), i128::from(u64::MAX));
        assert_eq!(exact(tensor(i8::MIN, INT8)), -128);
        assert_eq!(exact(tensor(usize::MAX, UINT64)), usize::MAX as i128);
        assert_eq!(exact(tensor(isize::MIN, INT64)), isize::MIN as i128);
    }

    #[test]
    fn from_arrays_slices_and_vectors() {
        let six = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        holds(&tensor(six, FP32), &[6], &six);
        holds(&tensor(&six[1..4], FP32), &[3], &six[1..4]);
        holds(&tensor(six.to_vec(), FP32), &[6], &six);
        holds(
            &tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], FP32),
            &[2, 3],
            &six,
        );
        let rows = vec![vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0, 6.0]];
        holds(&tensor(&rows, FP32), &[3, 2], &six);
        holds(&tensor(&rows[1..], FP32), &[2, 2], &six[2..]);
        let mixed: Vec<[[f32; 1]; 3]> = vec![[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]];
        holds(&tensor(mixed, FP32), &[2, 3, 1], &six);
        let halves: Vec<f16> = six.iter().map(|x| f16::from_f64(*x)).collect();
        holds(&tensor(&halves, BF16), &[6], &six);
    }

    #[test]
    fn from_ndarray_in_logical_order() {
        let a = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        holds(&tensor(&a, FP16), &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        holds(
            &tensor(a.t(), FP16),
            &[3, 2],
            &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0],
        );
        holds(
            &tensor(a.slice(s![.., ..;2]), FP16),
            &[2, 2],
            &[1.0, 3.0, 4.0, 6.0],
        );
        holds(&tensor(a.slice(s![1, ..;-1]), FP16), &[3], &[6.0, 5.0, 4.0]);
        let column = a.index_axis(Axis(1), 1);
        assert!(!column.is_standard_layout());
        holds(&tensor(column, FP16), &[2], &[2.0, 5.0]);
        let row = a.slice(s![0..1, ..]);
        let repeated = row.broadcast((2, 3)).unwrap();
        holds(
            &tensor(repeated, FP16),
            &[2, 3],
            &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0],
        );
        holds(&tensor(arr0(2.5), FP16), &[], &[2.5]);
        holds(
            &tensor(a.clone().into_dyn(), FP16),
            &[2, 3],
            &a.iter().copied().collect::<Vec<_>>(),
        );
        let halves: Array2<bf16> = a.mapv(bf16::from_f64);
        holds(
            &tensor(&halves, FP8_E4M3FN),
            &[2, 3],
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        );
    }

    #[test]
    fn to_ndarray_and_back() {
        let t = tensor([[1.0, -2.0], [0.5, 448.0]], FP8_E4M3FN);
        let array = t.to_ndarray();
        assert_eq!(array.shape(), [2, 2]);
        assert_eq!(array[[1, 1]], 448.0);
        assert_eq!(tensor(&array, FP8_E4M3FN), t);
    }

    #[test]
    fn indices_count_the_last_axis_first() {
        let t = tensor((0..24).collect::<Vec<i32>>(), INT8);
        let t = t.reshape(&[2, 3, 4]).unwrap();
        for (i, j, k) in [
            (0, 0, 0),
            (0, 0, 3),
            (0, 2, 0),
            (1, 0, 0),
            (1, 1, 2),
            (1, 2, 3),
        ] {
            assert_eq!(t.value(&[i, j, k]), (12 * i + 4 * j + k) as f64);
            assert_eq!(t.to_ndarray()[[i, j, k]], (12 * i + 4 * j + k) as f64);
        }
    }

    #[test]
    fn from_values_of_different_formats() {
        let values = [FP16.nearest(1.5), INT8.value(0xff), FP8_E8M0FNU.value(0x80)];
        holds(&tensor(values, FP32), &[3], &[1.5, -1.0, 2.0]);
        // A value beyond float64 stays exact.
        let large = tensor(UINT64.value(u64::MAX), UINT64);
        assert_eq!(large.value(&[]).code(), u64::MAX);
    }

    #[test]
    fn from_another_tensor() {
        let t = tensor([[1.0, 2.0], [3.0, 4.0]], FP16);
        assert_eq!(tensor(&t, FP16), t);
        holds(
            &tensor([t.clone(), t.to(BF16)], FP32).reshape(&[8]).unwrap(),
            &[8],
            &[1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0],
        );
    }

    #[test]
    fn without_elements() {
        let none: [f64; 0] = [];
        for (t, shape) in [
            (tensor(none, INT4), &[0][..]),
            (tensor(Vec::<Vec<f32>>::new(), FP16), &[0]),
            (tensor([none, none], FP16), &[2, 0]),
            (tensor(Array2::<f64>::zeros((0, 3)), FP16), &[0, 3]),
        ] {
            assert_eq!(t.shape(), shape);
            assert!(t.is_empty() && t.bytes().is_empty() && t.values().next().is_none());
            assert_eq!(t.to(FP32).shape(), shape);
            assert_eq!(t.to_ndarray().shape(), shape);
        }
    }

    #[test]
    fn with_a_million_elements() {
        let numbers: Vec<f32> = (0..1_000_000).map(|i| (i % 449) as f32).collect();
        let t = tensor(&numbers, FP8_E4M3FN);
        assert_eq!(t.bytes().len(), 1_000_000);
        assert_eq!(t.value(&[999_999]), FP8_E4M3FN.nearest(numbers[999_999]));
        let packed = t.to(UINT16).to(FP4_E2M1FN);
        assert_eq!(packed.bytes().len(), 500_000);
        assert_eq!(packed.value(&[5]).to_f64(), 4.0);
        assert!(packed.to_string().contains("..."));
    }
}

mod packing {
    use super::*;

    /// The bytes, and the same tensor from them.
    #[track_caller]
    fn packs(tensor: Tensor, bytes: &[u8]) {
        assert_eq!(tensor.bytes(), bytes, "{tensor}");
        let back = Tensor::from_bytes(bytes, tensor.shape(), tensor.dtype()).unwrap();
        assert_eq!(back, tensor);
        assert!(back.values().eq(tensor.values()));
    }

    #[test]
    fn low_bits_first() {
        packs(tensor([1, 0, 3, 2, 3, 3, 3, 3], UINT2), &[177, 255]);
        packs(tensor([1, -2, 3], INT4), &[0xe1, 0x03]);
        packs(
            tensor([[1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]], UINT1),
            &[0x39, 0x04],
        );
        packs(tensor([-1, 0, -1], INT1), &[0b101]);
        // Codes of 3 bits cross the bytes: 1 | 2 << 3 | ... | 7 << 18 | 0 << 21.
        packs(tensor([1, 2, 3, 4, 5, 6, 7, 0], UINT3), &[0xd1, 0x58, 0x1f]);
        packs(tensor([127, 127], UINT7), &[0xff, 0x3f]);
    }

    #[test]
    fn floats_of_odd_widths() {
        packs(tensor([6.0, -0.5], FP4_E2M1FN), &[0x97]);
        // 0x0c | 0x1f << 6 | 0x3f << 12 | 0 << 18.
        packs(
            tensor([1.0, 28.0, -28.0, 0.0], FP6_E3M2FN),
            &[0xcc, 0xf7, 0x03],
        );
        // 0x1fc00 twice, 19 bits each.
        packs(tensor([1.0, 1.0], TF32), &[0x00, 0xfc, 0x01, 0xe0, 0x0f]);
        packs(tensor([448.0, f64::NAN], FP8_E4M3FN), &[0x7e, 0x7f]);
    }

    #[test]
    fn whole_bytes_are_little_endian() {
        packs(tensor([1.0, -2.0], FP16), &[0x00, 0x3c, 0x00, 0xc0]);
        packs(tensor(1.0, BF16), &[0x80, 0x3f]);
        packs(tensor(-2, INT32), &[0xfe, 0xff, 0xff, 0xff]);
        let pi = std::f64::consts::PI;
        packs(tensor(pi, FP64), &pi.to_le_bytes());
        packs(tensor(pi, FP32), &(pi as f32).to_le_bytes());
    }
}

mod conversion {
    use super::*;

    #[test]
    fn integers_round_once_on_their_way_to_floats() {
        // 2^53 + 1 lies in the middle of two float64; the even one is 2^53.
        let t = tensor(9007199254740993_i64, INT64);
        assert_eq!(t.to(FP64).item(), 9007199254740992.0);
        assert_eq!(t.to(INT64).value(&[]).to_i128(), Some(9007199254740993));
        // 2^60 + 2^36 + 1 is just above the middle of two float32. Through float64, which cannot
        // hold the 1, it would be that middle and go down.
        let x = (1_i64 << 60) + (1 << 36) + 1;
        let up = ((1_i64 << 60) + (1 << 37)) as f64;
        assert_eq!(tensor(x, FP32).item(), up);
        assert_eq!(tensor(x, INT64).to(FP32).item(), up);
        assert_eq!(tensor(-x, INT64).to(FP32).item(), -up);
        assert_eq!(tensor(x as f64, FP32).item(), (1_i64 << 60) as f64);
    }

    #[test]
    fn floats_round_once_on_their_way_to_floats() {
        // Just above the middle of two bfloat16; float32 would make it the middle.
        let x = 1.0 + 1.0 / 256.0 + 1e-12;
        assert_eq!(tensor(x, FP64).to(BF16).item(), 1.0078125);
        assert_eq!(tensor(x, FP64).to(FP32).to(BF16).item(), 1.0);
        assert_eq!(tensor(65519.0, FP32).to(FP16).item(), 65504.0);
        assert_eq!(tensor(65520.0, FP32).to(FP16).item(), f64::INFINITY);
        assert!(tensor(500.0, FP32).to(FP8_E4M3FN).item().is_nan());
    }

    #[test]
    fn floats_lose_their_fraction_on_their_way_to_integers() {
        let t = tensor([-1.9, -0.5, 0.5, 1.5, 2.9, 127.9, -128.9], FP64);
        let cut = [-1.0, 0.0, 0.0, 1.0, 2.0, 127.0, -128.0];
        holds(&t.to(INT8), &[7], &cut);
        holds(&tensor(t.to_vec(), INT8), &[7], &cut);
        let rounded = t
            .convert(INT8, Rounding::TiesToEven, Overflow::Saturate)
            .unwrap();
        holds(&rounded, &[7], &[-2.0, 0.0, 0.0, 2.0, 3.0, 127.0, -128.0]);
    }

    #[test]
    fn saturation_is_asked_for() {
        let t = tensor([[1e9, -1e9], [f64::INFINITY, 3.5]], FP64);
        let clamped = t
            .convert(INT8, Rounding::TowardZero, Overflow::Saturate)
            .unwrap();
        holds(&clamped, &[2, 2], &[127.0, -128.0, 127.0, 3.0]);
        let finite = t
            .convert(FP8_E5M2, Rounding::TiesToEven, Overflow::Saturate)
            .unwrap();
        holds(&finite, &[2, 2], &[57344.0, -57344.0, 57344.0, 3.5]);
    }

    #[test]
    fn every_element_has_random_bits_of_its_own() {
        let round = |seed| {
            Tensor::encode(
                vec![0.25; 4000],
                UINT1,
                Rounding::Stochastic { seed },
                Overflow::Format,
            )
            .unwrap()
        };
        let ones: f64 = round(1).to_vec().iter().sum();
        // 1000 expected, with a standard deviation of 27.
        assert!((880.0..1120.0).contains(&ones), "{ones}");
        assert_eq!(round(1), round(1));
        assert_ne!(round(1), round(2));
    }

    #[test]
    fn every_code_of_a_small_format_survives_a_wider_one() {
        for format in FLOAT_FORMATS.iter().filter(|format| format.bits() <= 8) {
            let all = tensor(format.values().collect::<Vec<_>>(), *format);
            let back = all.to(FP32).to(*format);
            for (before, after) in all.values().zip(back.values()) {
                let same = before == after || before.is_nan() && after.is_nan();
                assert!(same, "{before:?} became {after:?}");
            }
        }
    }
}
