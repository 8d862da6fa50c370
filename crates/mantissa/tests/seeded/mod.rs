//! Properties that repeat: the seed is fixed, so a run tries what the last one tried.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

pub fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(754),
        ..Config::default()
    }
}

/// Numbers with some zeros and some equal ones among them.
#[allow(dead_code)] // not every test file takes them
pub fn numbers(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f32>> {
    let number = prop_oneof![-1f32..1.0, -1e3f32..1e3, Just(0.0), Just(-0.25)];
    proptest::collection::vec(number, len)
}
