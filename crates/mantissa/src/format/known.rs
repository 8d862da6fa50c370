//! The formats that have a constant: one line each.

use super::{FloatFormat, Nan, Specials};

macro_rules! formats {
    ($($(#[$doc:meta])* $constant:ident = $format:expr;)*) => {
        $($(#[$doc])* pub const $constant: FloatFormat = $format;)*
        /// Every float format that has a constant, widest first.
        pub const FLOAT_FORMATS: &[FloatFormat] = &[$($constant),*];
    };
}

const fn e8m0() -> Specials {
    Specials {
        nan: Nan::AllOnes,
        infinity: false,
        zero: false,
    }
}

formats! {
    /// float64, binary64: 1 sign, 11 exponent, 52 fraction bits. IEEE 754-2019, table 3.5.
    FP64 = FloatFormat::ieee("float64", 11, 52);
    /// float32, binary32: 1 sign, 8 exponent, 23 fraction bits. IEEE 754-2019, table 3.5.
    FP32 = FloatFormat::ieee("float32", 8, 23);
    /// tf32: float32's exponent, float16's fraction, 19 bits. NVIDIA A100 architecture white paper.
    TF32 = FloatFormat::ieee("tf32", 8, 10);
    /// float16, binary16: 1 sign, 5 exponent, 10 fraction bits. IEEE 754-2019, table 3.5.
    FP16 = FloatFormat::ieee("float16", 5, 10);
    /// bfloat16: the upper half of a float32, 8 exponent and 7 fraction bits.
    BF16 = FloatFormat::ieee("bfloat16", 8, 7);
    /// float8_e5m2: the upper half of a float16. OCP OFP8 1.0, section 4.
    FP8_E5M2 = FloatFormat::ieee("float8_e5m2", 5, 2);
    /// float8_e4m3: E4M3 with IEEE's infinities and NaNs; largest 240. ml_dtypes.
    FP8_E4M3 = FloatFormat::ieee("float8_e4m3", 4, 3);
    /// float8_e3m4: E3M4 with IEEE's infinities and NaNs; largest 15.5. ml_dtypes.
    FP8_E3M4 = FloatFormat::ieee("float8_e3m4", 3, 4);
    /// float8_e4m3fn: no infinity, NaN at all ones; largest 448. OCP OFP8 1.0, section 4.
    FP8_E4M3FN = FloatFormat::known("float8_e4m3fn", 4, 3, 7, true, Specials::FN);
    /// float8_e4m3fnuz: NaN at minus zero, bias 8; largest 240. Noune et al., arXiv:2206.02915.
    FP8_E4M3FNUZ = FloatFormat::known("float8_e4m3fnuz", 4, 3, 8, true, Specials::FNUZ);
    /// float8_e5m2fnuz: NaN at minus zero, bias 16; largest 57344. arXiv:2206.02915.
    FP8_E5M2FNUZ = FloatFormat::known("float8_e5m2fnuz", 5, 2, 16, true, Specials::FNUZ);
    /// float8_e4m3b11fnuz: NaN at minus zero, bias 11; largest 30. ml_dtypes.
    FP8_E4M3B11FNUZ = FloatFormat::known("float8_e4m3b11fnuz", 4, 3, 11, true, Specials::FNUZ);
    /// float8_e8m0fnu: a power of two, 2^(code - 127), and NaN; the scale of OCP MX blocks. OCP
    /// Microscaling 1.0, section 5.4.1.
    FP8_E8M0FNU = FloatFormat::known("float8_e8m0fnu", 8, 0, 127, false, e8m0());
    /// float6_e3m2fn: every code finite; largest 28. OCP Microscaling 1.0, section 5.3.2.
    FP6_E3M2FN = FloatFormat::known("float6_e3m2fn", 3, 2, 3, true, Specials::FINITE);
    /// float6_e2m3fn: every code finite; largest 7.5. OCP Microscaling 1.0, section 5.3.2.
    FP6_E2M3FN = FloatFormat::known("float6_e2m3fn", 2, 3, 1, true, Specials::FINITE);
    /// float4_e2m1fn: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives. OCP Microscaling 1.0,
    /// section 5.3.3.
    FP4_E2M1FN = FloatFormat::known("float4_e2m1fn", 2, 1, 1, true, Specials::FINITE);
}
