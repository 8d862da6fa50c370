//! Codebooks: their levels, and which of them is nearest.

mod normal;
mod seeded;

use mantissa::prelude::*;
use normal::quantile;
use proptest::prelude::*;
use seeded::{config, numbers};

fn message(result: Result<impl std::fmt::Debug, QuantError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_codebook_has_2_to_256_finite_levels() {
    let levels = |n: usize| (0..n).map(|i| i as f32).collect::<Vec<f32>>();
    for (n, bits) in [(2, 1), (3, 2), (4, 2), (5, 3), (16, 4), (17, 5), (256, 8)] {
        assert_eq!(Codebook::new("mine", levels(n)).bits(), bits);
    }
    for n in [0, 1, 257] {
        assert_eq!(
            message(Codebook::try_new("mine", levels(n))),
            format!("the number of levels cannot be {n}: a codebook has 2 to 256")
        );
    }
    let error = message(Codebook::try_new("mine", [0.0, f32::NAN]));
    assert!(error.starts_with("element [1] is nan"), "{error}");
    assert!(Codebook::try_new("mine", [0.0, f32::INFINITY]).is_err());
}

#[test]
fn a_number_on_a_midpoint_goes_to_the_lower_level() {
    let book = Codebook::new("mine", [-1.0, 0.0, 0.5, 2.0]);
    for (x, code) in [
        (-f32::INFINITY, 0),
        (-0.5, 0),
        (-0.499, 1),
        (0.25, 1),
        (0.25f32.next_up(), 2),
        (1.25, 2),
        (1.25f32.next_up(), 3),
        (f32::INFINITY, 3),
    ] {
        assert_eq!(book.code(x), code, "{x}");
    }
}

#[test]
fn of_equal_levels_the_first_takes_numbers_up_to_them() {
    let book = Codebook::new("mine", [1.0, 0.0, 1.0, 1.0]);
    assert_eq!((book.code(0.6), book.code(1.0), book.code(1.1)), (0, 0, 3));
    // bitsandbytes has two zeros of the same sign, OCP's FP4 has -0 at code 8.
    let fp4 = BNB_FP4.codebook().clone();
    assert_eq!(
        [-0.001, -0.0, 0.0, 0.001].map(|x| fp4.code(x)),
        [0, 0, 0, 8]
    );
    let fp4 = Codebook::of(FP4_E2M1FN);
    assert_eq!(
        [-0.001, -0.0, 0.0, 0.001].map(|x| fp4.code(x)),
        [8, 8, 0, 0]
    );
}

#[test]
fn the_levels_of_a_format_are_its_values_and_only_ties_differ_from_its_codec() {
    for format in FLOAT_FORMATS.iter().filter(|f| f.bits() <= 8 && f.signed()) {
        let book = Codebook::of(*format);
        assert_eq!(book.levels().len(), 1 << format.bits());
        let (min, max) = (format.min(), format.max());
        for i in 0..=1000 {
            // No midpoint is a multiple of 1 / 1009 of these ends.
            let x = (min + (max - min) * f64::from(i) / 1009.0) as f32;
            let nearest = format.nearest(x).to_f64() as f32;
            assert_eq!(
                book.levels()[usize::from(book.code(x))],
                nearest,
                "{format} {x}"
            );
        }
    }
    assert_eq!(Codebook::of(INT4).code(-3.2), 0b1101);
}

#[test]
fn infinity_and_nan_codes_are_never_the_nearest() {
    let book = Codebook::of(FP8_E5M2);
    assert!(book.levels()[0x7c].is_infinite() && book.levels()[0x7f].is_nan());
    assert_eq!(book.code(f32::MAX), 0x7b);
    assert_eq!(book.code(f32::NEG_INFINITY), 0xfb);
    assert_eq!(Codebook::of(FP8_E8M0FNU).code(1.0), 127);
}

#[test]
#[should_panic(expected = "it has more than the 256 levels of a codebook")]
fn wider_formats_are_no_codebooks() {
    Codebook::of(FP16);
}

#[test]
#[should_panic(expected = "the number to look up in nf4 cannot be nan: it is near no level")]
fn nan_has_no_code() {
    NF4.codebook().code(f32::NAN);
}

#[test]
fn huge_levels_have_midpoints() {
    let book = Codebook::new("huge", [f32::MAX, f32::MAX / 2.0, f32::MIN]);
    assert_eq!([3e38, 2e38, 0.0, -3e38].map(|x| book.code(x)), [0, 1, 1, 2]);
}

#[test]
fn nf4_is_made_of_quantiles_of_the_normal_distribution() {
    let ends =
        |count: u32| (0..count).map(move |i| 0.5 + 0.4677083 * f64::from(i + 1) / f64::from(count));
    let (negative, positive) = (ends(7).map(|p| -quantile(p)), ends(8).map(quantile));
    let mut levels: Vec<f64> = negative.chain([0.0]).chain(positive).collect();
    levels.sort_by(f64::total_cmp);
    let largest = levels[15];
    assert!((largest - 1.848).abs() < 0.001, "{largest}");
    for (level, quantile) in NF4.codebook().levels().iter().zip(levels) {
        assert!((f64::from(*level) - quantile / largest).abs() < 1e-6);
    }
}

#[test]
fn dynamic8_has_seven_decades_and_one() {
    let levels = BNB_DYNAMIC8.codebook().levels().to_vec();
    assert!(levels.is_sorted());
    for decade in 0..7 {
        let (low, high) = (10f32.powi(decade - 7), 10f32.powi(decade - 6));
        let within = |level: &&f32| (low..high).contains(*level);
        assert_eq!(levels.iter().filter(within).count(), 1 << decade);
    }
    assert_eq!((levels[127], levels[255]), (0.0, 1.0));
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn the_nearest_level_is_nearest(levels in numbers(2..40), x in numbers(1..40)) {
        let book = Codebook::new("random", &levels);
        for x in x {
            let distance = |level: f32| (f64::from(level) - f64::from(x)).abs();
            let got = distance(levels[usize::from(book.code(x))]);
            let best = levels.iter().map(|l| distance(*l)).fold(f64::INFINITY, f64::min);
            // Midpoints are rounded to float32.
            prop_assert!(got <= best + f64::from(x.abs()) * 1.2e-7, "{got} {best}");
        }
    }
}
