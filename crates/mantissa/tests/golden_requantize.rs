//! The integer-only multiplier against gemmlowp's fixedpoint.h.

mod vectors;

use mantissa::prelude::*;

#[test]
fn multiplier_shift_and_product_equal_gemmlowp() {
    let text = String::from_utf8(vectors::golden("requantize_gemmlowp.tsv")).unwrap();
    let mut compared = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let [m, accumulator, multiplier, shift, product] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("five columns: {line}")
        };
        let integer = |text: &str| text.parse::<i32>().unwrap();
        let fixed = FixedMultiplier::new(f64::from_bits(m.parse().unwrap()));
        assert_eq!(fixed.multiplier(), integer(multiplier), "{line}");
        assert_eq!(fixed.shift(), integer(shift), "{line}");
        assert_eq!(
            fixed.multiply(integer(accumulator)),
            integer(product),
            "{line}"
        );
        compared += 1;
    }
    assert_eq!(compared, 484);
}
