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
    let occupied: Vec<(usize, f64)> = counts
        .into_iter()
        .enumerate()
        .filter(|(_, n)| *n > 0.0)
        .collect();
    let all: f64 = occupied.iter().map(|(_, n)| n).sum();
    // Where the last bin is empty, merging cannot give what lies beyond a place: the divergence is
    // infinite. The very last bin holds the largest magnitude.
    let (mut best, mut least) = (BINS, f64::INFINITY);
    for (i, (last, _)) in occupied.iter().enumerate().rev() {
        let end = last + 1;
        if end < levels {
            break;
        }
        let divergence = divergence(&occupied[..=i], all, end, levels);
        if divergence < least {
            (best, least) = (end, divergence);
        }
    }
    (f64::from(largest) * best as f64 / BINS as f64) as f32
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

/// The divergence of the bins below `end` merged into `levels` from themselves with the rest of `all`
/// added to the last. The bins that are not empty are `kept`, each with its count; the last is `end` - 1.
fn divergence(kept: &[(usize, f64)], all: f64, end: usize, levels: usize) -> f64 {
    let inside: f64 = kept.iter().map(|(_, n)| n).sum();
    let beyond = all - inside;
    // Level l takes the bins from l * end / levels up to where the next one starts.
    let level = |bin: usize| ((bin + 1) * levels - 1) / end;
    let mut sum = 0.0;
    for merged in kept.chunk_by(|a, b| level(a.0) == level(b.0)) {
        // What was merged is spread evenly over the bins that were not empty.
        let spread = merged.iter().map(|(_, n)| n).sum::<f64>() / merged.len() as f64;
        for (bin, n) in merged {
            let reference = n + if bin + 1 == end { beyond } else { 0.0 };
            let (p, q) = (reference / all, spread / inside);
            sum += p * (p / q).ln();
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by the definition: all bins, empty or not, at every end.
    fn by_definition(x: &[f32], levels: usize) -> f32 {
        let largest = x.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let mut counts = histogram(x, largest);
        counts[0] = counts[1];
        let all: f64 = counts.iter().sum();
        let divergence = |end: usize| {
            let inside: f64 = counts[..end].iter().sum();
            let beyond: f64 = counts[end..].iter().sum();
            let mut sum = 0.0;
            for level in 0..levels {
                let bins = level * end / levels..(level + 1) * end / levels;
                let merged = &counts[bins.clone()];
                let occupied = merged.iter().filter(|n| **n > 0.0).count();
                let spread = merged.iter().sum::<f64>() / occupied as f64;
                for bin in bins {
                    let reference = counts[bin] + if bin + 1 == end { beyond } else { 0.0 };
                    let candidate = if counts[bin] > 0.0 { spread } else { 0.0 };
                    if reference > 0.0 {
                        let p = reference / all;
                        sum += p * (p / (candidate / inside)).ln();
                    }
                }
            }
            sum
        };
        let mut best = (BINS, f64::INFINITY);
        for end in (levels..=BINS).rev() {
            let divergence = divergence(end);
            if divergence < best.1 {
                best = (end, divergence);
            }
        }
        (f64::from(largest) * best.0 as f64 / BINS as f64) as f32
    }

    #[test]
    fn what_is_left_out_would_change_nothing() {
        for (count, power, levels) in [(32, 1, 128), (500, 3, 8), (6000, 1, 1024), (9, 5, 2)] {
            let x = crate::normal([count], 6).mapv(|x| x.powi(power));
            let x = x.as_slice().unwrap();
            assert_eq!(
                threshold(x, levels),
                by_definition(x, levels),
                "{count} numbers"
            );
        }
    }

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
        let bins: Vec<(usize, f64)> = (0..BINS).map(|i| (i, 1.0 + i as f64)).collect();
        let all = bins.iter().map(|(_, n)| n).sum();
        assert_eq!(divergence(&bins, all, BINS, BINS), 0.0);
        assert!(divergence(&bins, all, BINS, 128) > 0.0);
    }
}
