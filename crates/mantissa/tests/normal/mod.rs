//! The normal distribution, to float64's precision.

/// Q(p) of N(0, 1): the number that a share p of it lies below. By Newton's method.
pub fn quantile(p: f64) -> f64 {
    let mut x = 0.0;
    for _ in 0..40 {
        let step = (below(x) - p) / density(x);
        x -= step;
        if step.abs() < 1e-14 {
            break;
        }
    }
    x
}

fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The share of N(0, 1) below x: 1/2 + density(x) * (x + x^3 / 3 + x^5 / (3 * 5) + ...).
fn below(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1.. {
        term *= x * x / f64::from(2 * k + 1);
        sum += term;
        if term.abs() <= 1e-17 * sum.abs() {
            break;
        }
    }
    0.5 + sum * density(x)
}
