//! The clip threshold that loses least information.

/// Bins of the histogram of magnitudes.
const BINS: usize = 2048;

/// The magnitude at which to clip: of all upper ends of the bins from `levels` on, the one where the
/// histogram below it (what lies beyond counted in its last bin) is nearest, in the sense of the
/// smallest Kullback-Leibler divergence, to the same histogram merged into `levels` bins. The lowest bin
/// counts as many as the next: the zeros that a ReLU leaves would outweigh everything else, and they
/// are exact at any threshold. (So does NVIDIA's pytorch-quantization.)
pub(super) fn threshold(x: &[f32], levels: usize) -> f32 {
    let largest = x.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let mut counts = histogram(x, largest);
    counts[0] = counts[1];
    let divergence = |end: usize| divergence(&counts, end, levels);
    let mut best = (BINS, divergence(BINS));
    for end in (levels..BINS).rev() {
        let d = divergence(end);
        if d < best.1 {
            best = (end, d);
        }
    }
    (f64::from(largest) * best.0 as f64 / BINS as f64) as f32
}

/// How many magnitudes lie in each of [`BINS`] bins of equal width up to the largest.
fn histogram(x: &[f32], largest: f32) -> Vec<f64> {
    let mut counts = vec![0.0; BINS];
    for x in x {
        let place = f64::from(x.abs()) / f64::from(largest) * BINS as f64;
        counts[(place as usize).min(BINS - 1)] += 1.0;
    }
    counts
}

/// The divergence of the first `end` bins merged into `levels` from themselves with the rest added to
/// the last; infinite where a bin that is needed has become empty.
fn divergence(counts: &[f64], end: usize, levels: usize) -> f64 {
    let kept = &counts[..end];
    let beyond: f64 = counts[end..].iter().sum();
    let (all, inside) = (counts.iter().sum::<f64>(), kept.iter().sum::<f64>());
    let mut sum = 0.0;
    for level in 0..levels {
        let bins = level * end / levels..(level + 1) * end / levels;
        let merged: f64 = kept[bins.clone()].iter().sum();
        // What was merged is spread evenly over the bins that were not empty.
        let occupied = kept[bins.clone()].iter().filter(|n| **n > 0.0).count();
        let spread = merged / occupied.max(1) as f64;
        for bin in bins {
            let reference = kept[bin] + if bin + 1 == end { beyond } else { 0.0 };
            if reference > 0.0 {
                let candidate = if kept[bin] > 0.0 { spread } else { 0.0 };
                let (p, q) = (reference / all, candidate / inside);
                sum += if q > 0.0 {
                    p * (p / q).ln()
                } else {
                    f64::INFINITY
                };
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_do_not_decide() {
        // Half zeros, then an even spread: nothing should be cut.
        let x: Vec<f32> = (0..8192).map(|i| (i as f32 - 4096.0).max(0.0)).collect();
        assert!(threshold(&x, 128) > 4000.0);
    }

    #[test]
    fn an_outlier_is_cut_off_and_an_even_spread_is_not() {
        let mut x: Vec<f32> = (0..10_000).map(|i| (i % 1000) as f32 / 1000.0).collect();
        let even = threshold(&x, 128);
        assert!(even > 0.99, "{even}");
        x.push(10.0);
        let cut = threshold(&x, 128);
        assert!((0.9..1.5).contains(&cut), "{cut}");
    }

    #[test]
    fn zeros_have_no_threshold() {
        assert_eq!(threshold(&[0.0, -0.0], 128), 0.0);
        assert_eq!(threshold(&[2.5], 128), 2.5);
    }

    #[test]
    fn merging_nothing_loses_nothing() {
        let counts: Vec<f64> = (0..BINS).map(|i| i as f64).collect();
        assert_eq!(divergence(&counts, BINS, BINS), 0.0);
        assert!(divergence(&counts, BINS, 128) > 0.0);
    }
}
