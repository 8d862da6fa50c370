//! The tables that model files name.

use super::{Codebook, CodebookScheme};

/// NormalFloat4 of QLoRA (arXiv:2305.14314, appendix E), in blocks of 64.
///
/// Weights are nearly normal, so a level should stand for an equal share of a normal distribution:
/// the levels are quantiles Q(p) of N(0, 1) at evenly spaced p, which reach out to p = 1 - d with
/// d = (1/32 + 1/30) / 2. There are eight from Q(1 - d) toward Q(1/2) = 0, seven from Q(d) toward 0,
/// and 0 itself, so that it is exact; all are divided by Q(1 - d) = 1.848, so that the ends are -1
/// and 1 and fit a block scaled by its largest magnitude.
///
/// The sixteen numbers are bitsandbytes' (`get_4bit_type("nf4")`), which computed them by
/// `create_normal_map` in float32.
///
/// ```
/// use mantissa::prelude::*;
/// let q = NF4.quantize([0.5, -0.25, 0.1, 0.0]);
/// assert_eq!((q.absmax(), q.codes().to_vec()), (vec![0.5], vec![15.0, 2.0, 9.0, 7.0]));
/// assert_eq!(q.packed(), [0xf2, 0x97]); // the first element in the high nibble
/// // 4 bits a code, 32 bits for 64 of them; double quantized 8 bits for 64 and a little.
/// let w = [0.1; 65536];
/// assert_eq!(NF4.quantize(w).bits_per_weight(), 4.5);
/// assert_eq!(NF4.double_quantized().quantize(w).bits_per_weight(), 4.12744140625);
/// ```
pub const NF4: CodebookScheme = CodebookScheme::known(Codebook::known("nf4", &NF4_LEVELS), 64);

/// bitsandbytes' own 4-bit float, in blocks of 64: sign, two exponent bits and one fraction bit,
/// whose codes are not in the order of their values: 0, 1/192, 2/3, 1, 1/3, 1/2, 1/6, 1/4, then the
/// negatives.
///
/// The table is `get_4bit_type("fp4")`: 0, 0.0625, 8, 12, 4, 6, 2, 3 divided by 12. It is not OCP's
/// [`FP4_E2M1FN`](crate::FP4_E2M1FN), whose step below 1 is 0.5 and not 0.0625.
///
/// There are two zeros. As in bitsandbytes' CPU code, numbers up to 0 take code 0, and those above
/// it, up to the midpoint, code 8; its CUDA kernels do the opposite, and let ties go toward zero.
///
/// ```
/// use mantissa::prelude::*;
/// let q = BNB_FP4.quantize([12.0, -7.0, 0.0625, 0.01]);
/// assert_eq!(q.codes().to_vec(), [3.0, 10.0, 1.0, 8.0]);
/// assert_eq!(q.dequantize().as_slice().unwrap(), [12.0, -8.0, 0.0625, 0.0]);
/// ```
pub const BNB_FP4: CodebookScheme =
    CodebookScheme::known(Codebook::known("bnb_fp4", &BNB_FP4_LEVELS), 64);

/// bitsandbytes' signed dynamic 8-bit type, in blocks of 4096: seven decades, each with twice as
/// many levels as the one below it.
///
/// Decade i = 0 ... 6 has 2^i positive levels: 10^(i - 6) times the middles of as many equal parts
/// of 0.1 to 1. With their negatives, 0 and 1 there are 256. bitsandbytes (`create_dynamic_map`),
/// after Dettmers, arXiv:1511.04561.
///
/// Codes are those of bitsandbytes' CPU code (`quantize_cpu_impl` in csrc/cpu_ops.cpp), which looks
/// the level up in a table of 65536 steps from -1 to 1: with r = clamp(x * (1 / absmax), -1, 1),
///
/// ```text
/// step = floor((r + 1) * 0.5 * 65535 + 0.5)
/// code = the nearest level's number to -1 + 2 * step / 65535
/// ```
///
/// So r is rounded twice. Zero is not among the steps, and the two nearest to it, -2^-16 and 2^-16,
/// have the levels -2.125e-5 and 2.125e-5: 0 comes back as 2.125e-5 * absmax, and no number takes
/// the seven levels between them. Where 1 / absmax is infinite, up to absmax = 2^-128, numbers above
/// zero take the last level and the others the first, in a block of zeros too (which comes back as
/// zeros). bitsandbytes' CUDA and PyTorch code takes the level nearest to r itself; here that is
/// `BNB_DYNAMIC8.codebook().clone().blockwise(4096)`.
///
/// ```
/// use mantissa::prelude::*;
/// let levels = BNB_DYNAMIC8.codebook().levels().to_vec();
/// assert_eq!((levels[127], levels[254], levels[255]), (0.0, 0.99296874, 1.0));
/// let q = BNB_DYNAMIC8.block(256).quantize([2.0, 0.5, -0.001]);
/// assert_eq!(q.codes().to_vec(), [255.0, 201.0, 116.0]);
/// assert_eq!(BNB_DYNAMIC8.fake_quantize([1.0, 0.0]).as_slice().unwrap(), [1.0, 2.1249998e-5]);
/// let nearest = BNB_DYNAMIC8.codebook().clone().blockwise(4096);
/// assert_eq!(nearest.fake_quantize([1.0, 0.0]).as_slice().unwrap(), [1.0, 0.0]);
/// ```
pub const BNB_DYNAMIC8: CodebookScheme =
    CodebookScheme::known(Codebook::known("bnb_dynamic8", &DYNAMIC8_LEVELS), 4096).in_steps();

const NF4_LEVELS: [f32; 16] = [
    -1.0,
    -0.696_192_8,
    -0.525_073_05,
    -0.394_917_5,
    -0.284_441_38,
    -0.184_773_43,
    -0.091_050_036,
    0.0,
    0.079_580_3,
    0.160_930_2,
    0.246_112_3,
    0.337_915_24,
    0.440_709_83,
    0.562_617,
    0.722_956_84,
    1.0,
];

const BNB_FP4_LEVELS: [f32; 16] = {
    let twelfths = [0.0, 0.0625, 8.0, 12.0, 4.0, 6.0, 2.0, 3.0];
    let mut levels = [0.0; 16];
    let mut code = 0;
    while code < 8 {
        levels[code] = twelfths[code] / 12.0;
        levels[code + 8] = 0.0 - levels[code]; // the second zero is no -0
        code += 1;
    }
    levels
};

const DYNAMIC8_LEVELS: [f32; 256] = {
    let decades = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];
    let mut levels = [0.0; 256];
    let mut decade = 0;
    while decade < 7 {
        let parts = 1 << decade;
        let mut part = 0;
        while part < parts {
            let middle = (boundary(part, parts) + boundary(part + 1, parts)) / 2.0;
            let level = decades[decade] * middle;
            levels[127 + parts + part] = level;
            levels[127 - parts - part] = -level;
            part += 1;
        }
        decade += 1;
    }
    levels[255] = 1.0;
    levels
};

/// Boundary `i` of `parts` equal parts of 0.1 to 1, as torch.linspace rounds it: counted from the
/// nearer end, in steps rounded to float32, with one more rounding (its products are fused into the
/// sum).
const fn boundary(i: usize, parts: usize) -> f32 {
    let (low, high) = (0.1_f32, 1.0_f32);
    let step = ((high - low) / parts as f32) as f64; // with a float32, exact in a float64
    if i < parts.div_ceil(2) {
        (low as f64 + step * i as f64) as f32
    } else {
        (high as f64 - step * (parts - i) as f64) as f32
    }
}
