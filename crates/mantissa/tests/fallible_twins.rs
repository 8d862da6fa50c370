//! What panics in a cell has a twin with an error of the same words.

use mantissa::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of a panic.
fn panic_of<T>(cell: impl FnOnce() -> T) -> String {
    let caught = catch_unwind(AssertUnwindSafe(|| drop(cell())));
    *caught.expect_err("a panic").downcast().expect("a message")
}

fn same<T, U>(cell: impl FnOnce() -> T, twin: Result<U, QuantError>, words: &str) {
    let error = twin.err().expect("an error").to_string();
    assert_eq!(panic_of(cell), error);
    assert!(error.contains(words), "{error}");
}

#[test]
fn panics_and_errors_have_the_same_words() {
    let int8 = || Affine::symmetric(INT8);
    let nan = [f32::NAN];
    same(
        || int8().fake_quantize(nan),
        int8().try_fake_quantize(nan),
        "element [0] is nan",
    );
    same(
        || clip_curve(nan, &int8()),
        try_clip_curve(nan, &int8()),
        "element [0] is nan",
    );
    same(
        || Observer::new(int8().per_axis(0)),
        Observer::try_new(int8().per_axis(0)),
        "the granularity of an observer cannot be axis 0",
    );
    for weight in [0.0, -0.1, 1.5, f32::NAN] {
        same(
            || Observer::new(int8()).moving_average(weight),
            Observer::new(int8()).try_moving_average(weight),
            "above 0 and at most 1",
        );
    }
    same(
        || Codebook::new("one", [1.0]),
        Codebook::try_new("one", [1.0]),
        "2 to 256",
    );
    same(
        || Codebook::of(FP16),
        Codebook::try_of(FP16),
        "the dtype of a codebook cannot be float16",
    );
    let fp4 = Codebook::of(FP4_E2M1FN);
    same(
        || fp4.code(f64::NAN),
        fp4.try_code(f64::NAN),
        "cannot be nan",
    );
    let few: [f32; 0] = [];
    same(|| lloyd_max(few, 2), try_lloyd_max(few, 2), "at least one");
    same(
        || AffineParams::new(INT8, Granularity::Axis(0), [1.0], [0, 0]),
        AffineParams::try_new(INT8, Granularity::Axis(0), [1.0], [0, 0]),
        "the zero points",
    );
    let q = int8().quantize([1.0, 2.0]);
    same(
        || SchemeRow::new("mine", [1.0], &q),
        SchemeRow::try_new("mine", [1.0], &q),
        "the shape of the original",
    );
    let w4 = LinearScheme::w4a16(BF16, 7);
    let model = Mlp::seeded(&[8, 2], 1);
    same(
        || model.quantize(&w4),
        model.try_quantize(&w4),
        "groups of 7 do not divide",
    );
}

#[test]
fn a_weight_of_one_forgets_every_earlier_batch() {
    let mut observer = Observer::new(Affine::symmetric(INT8))
        .try_moving_average(1.0)
        .unwrap();
    observer.observe([-1.0, 9.0]);
    observer.observe([-2.0, 3.0]);
    assert_eq!(observer.range(), Some((-2.0, 3.0)));
}
