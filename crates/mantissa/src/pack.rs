//! Packing codes of 1 to 64 bits into bytes, the low bits of a byte first.
//!
//! Code `i` of width `b` takes the bits `i*b .. (i+1)*b` of the little-endian bit string: `int2`
//! puts four codes into a byte, the first in its lowest two bits; `float16` is little-endian.
//!
//! Codes of up to 8 bits also pack in the orders that other projects have chosen, [`PackOrder`].

/// The bytes of `codes`, each `bits` wide.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(pack([1, 0, 3, 2, 3, 3, 3, 3], 2), [177, 255]);
/// ```
///
/// Of a code with more bits the low ones are kept, as two's complement wants it.
///
/// # Panics
/// If `bits` is not 1 to 64.
#[track_caller]
pub fn pack(codes: impl IntoIterator<Item = u64>, bits: u32) -> Vec<u8> {
    assert!(
        (1..=64).contains(&bits),
        "a code has 1 to 64 bits, not {bits}"
    );
    let mut bytes = Vec::new();
    let (mut pending, mut held) = (0u128, 0);
    for code in codes {
        pending |= u128::from(code & (u64::MAX >> (64 - bits))) << held;
        held += bits;
        while held >= 8 {
            bytes.push(pending as u8);
            pending >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        bytes.push(pending as u8);
    }
    bytes
}

/// Code `index` of those that [`pack`] put into `bytes`.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(unpack(&[177, 255], 2, 2), 3);
/// ```
///
/// # Panics
/// If `bits` is not 1 to 64 or the bytes end before the code does.
pub fn unpack(bytes: &[u8], bits: u32, index: usize) -> u64 {
    assert!(
        (1..=64).contains(&bits),
        "a code has 1 to 64 bits, not {bits}"
    );
    let end = index
        .checked_add(1)
        .and_then(|codes| codes.checked_mul(bits as usize))
        .filter(|end| end.div_ceil(8) <= bytes.len());
    let Some(end) = end else {
        let held = bytes.len() * 8 / bits as usize;
        panic!(
            "{} bytes hold {held} codes of {bits} bits: there is none at {index}",
            bytes.len()
        );
    };
    let start = end - bits as usize;
    let mut window = 0u128;
    for (i, byte) in bytes[start / 8..end.div_ceil(8)].iter().enumerate() {
        window |= u128::from(*byte) << (8 * i);
    }
    (window >> (start % 8)) as u64 & (u64::MAX >> (64 - bits))
}

/// Where in the bytes the codes of a tensor lie.
///
/// Two codes of 4 bits, `a` before `b`, make the byte `a | b << 4` in one order and `a << 4 | b` in
/// another; ggml puts the second half of a block above the first.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(pack_in(PackOrder::NVFP4, [0x1, 0x2, 0x3], 4), [0x21, 0x03]);
/// assert_eq!(pack_in(PackOrder::BITSANDBYTES, [0x1, 0x2, 0x3], 4), [0x12, 0x30]);
/// let ggml = pack_in(PackOrder::GGML, (0..32).map(|i| i / 2), 4);
/// assert_eq!(ggml[..3], [0x80, 0x80, 0x91]); // elements 0 and 16, 1 and 17, 2 and 18
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackOrder {
    /// The first code in the lowest bits: a little-endian bit string, as [`pack`] makes it.
    LowFirst,
    /// The first code in the highest bits: a big-endian bit string.
    HighFirst,
    /// A run of `bytes` bytes is filled level by level: first every byte's lowest bits, then the
    /// bits above them. With p = 8 / bits codes to a byte, byte `j` of a run holds its codes `j`,
    /// `j + bytes`, ..., `j + (p - 1) * bytes`, the first in the lowest bits. A last run that is
    /// not full is filled up with zeros.
    Planes {
        /// The bytes of a run.
        bytes: usize,
    },
}

impl PackOrder {
    /// bitsandbytes' 4-bit types (`quantize_4bit`): the first element in the high nibble.
    pub const BITSANDBYTES: PackOrder = PackOrder::HighFirst;
    /// NVFP4 (cuBLAS, torchao's `pack_uint4`) and torch's `float4_e2m1fn_x2`: the first element in
    /// the low nibble.
    pub const NVFP4: PackOrder = PackOrder::LowFirst;
    /// ggml's 4-bit blocks of 32 (`Q4_0`, `Q4_1`, `IQ4_NL`, `MXFP4`): element `j` in the low and
    /// `j + 16` in the high nibble of byte `j`. The 4-bit and 2-bit codes of `Q4_K` and `Q2_K` are
    /// `Planes { bytes: 32 }`.
    pub const GGML: PackOrder = PackOrder::Planes { bytes: 16 };

    /// The bytes that `len` codes of `bits` bits take.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(PackOrder::BITSANDBYTES.bytes(33, 4), 17);
    /// assert_eq!(PackOrder::GGML.bytes(33, 4), 32); // two whole blocks
    /// ```
    ///
    /// # Panics
    /// If `bits` is not 1 to 8, or not 1, 2, 4 or 8 for [`PackOrder::Planes`], whose runs have at
    /// least one byte.
    #[track_caller]
    pub fn bytes(self, len: usize, bits: u32) -> usize {
        assert!(
            (1..=8).contains(&bits),
            "orders are for codes of 1 to 8 bits, not {bits}"
        );
        match self {
            PackOrder::Planes { bytes } => {
                assert!(bytes > 0, "a run has at least one byte");
                assert!(
                    8 % bits == 0,
                    "planes are for codes of 1, 2, 4 or 8 bits, which fill a byte, not {bits}"
                );
                let runs = len.div_ceil(8 / bits as usize).div_ceil(bytes);
                runs.saturating_mul(bytes)
            }
            _ => len.saturating_mul(bits as usize).div_ceil(8),
        }
    }

    /// The byte, and the bit within it, where bit `k` of code `i` lies.
    pub(crate) fn place(self, bits: u32, i: usize, k: u32) -> (usize, u32) {
        let first = i * bits as usize;
        match self {
            PackOrder::LowFirst => {
                let at = first + k as usize;
                (at / 8, (at % 8) as u32)
            }
            PackOrder::HighFirst => {
                let at = first + (bits - 1 - k) as usize;
                (at / 8, 7 - (at % 8) as u32)
            }
            PackOrder::Planes { bytes } => {
                let run = bytes * (8 / bits as usize);
                let (run, j) = (i / run, i % run);
                (run * bytes + j % bytes, (j / bytes) as u32 * bits + k)
            }
        }
    }
}

/// The bytes of `codes`, each `bits` wide, in a project's order.
///
/// ```
/// use mantissa::prelude::*;
/// let codes = [1, 0, 3, 2, 3, 3, 3, 3];
/// assert_eq!(pack_in(PackOrder::LowFirst, codes, 2), [177, 255]);
/// assert_eq!(pack_in(PackOrder::HighFirst, codes, 2), [0b01_00_11_10, 255]);
/// ```
///
/// Of a code with more bits the low ones are kept.
///
/// # Panics
/// Where [`PackOrder::bytes`] does.
#[track_caller]
pub fn pack_in(order: PackOrder, codes: impl IntoIterator<Item = u64>, bits: u32) -> Vec<u8> {
    let codes: Vec<u64> = codes.into_iter().collect();
    let mut bytes = vec![0; order.bytes(codes.len(), bits)];
    for (i, code) in codes.iter().enumerate() {
        for k in 0..bits {
            let (byte, bit) = order.place(bits, i, k);
            bytes[byte] |= ((code >> k & 1) as u8) << bit;
        }
    }
    bytes
}

/// The first `len` codes of those that [`pack_in`] put into `bytes`.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(unpack_in(PackOrder::BITSANDBYTES, &[0x12, 0x30], 4, 3), [1, 2, 3]);
/// ```
///
/// # Panics
/// Where [`PackOrder::bytes`] does, and if there are fewer bytes than that.
#[track_caller]
pub fn unpack_in(order: PackOrder, bytes: &[u8], bits: u32, len: usize) -> Vec<u64> {
    let expected = order.bytes(len, bits);
    assert!(
        bytes.len() >= expected,
        "{len} codes of {bits} bits take {expected} bytes, but there are {}",
        bytes.len()
    );
    let bit = |i, k| {
        let (byte, bit) = order.place(bits, i, k);
        u64::from(bytes[byte] >> bit & 1) << k
    };
    (0..len)
        .map(|i| (0..bits).fold(0, |code, k| code | bit(i, k)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [PackOrder; 5] = [
        PackOrder::LowFirst,
        PackOrder::HighFirst,
        PackOrder::GGML,
        PackOrder::Planes { bytes: 32 },
        PackOrder::Planes { bytes: 1 },
    ];

    fn random_codes(len: u64, bits: u32) -> Vec<u64> {
        let mask = u64::MAX >> (64 - bits);
        (0..len)
            .map(|i| crate::codec::random_bits(len, i) & mask)
            .collect()
    }

    #[test]
    fn every_order_gives_every_width_and_length_back() {
        for order in ORDERS {
            for bits in 1..=8 {
                if matches!(order, PackOrder::Planes { .. }) && 8 % bits != 0 {
                    continue;
                }
                for len in 0..=200 {
                    let codes = random_codes(len, bits);
                    let bytes = pack_in(order, codes.iter().copied(), bits);
                    assert_eq!(bytes.len(), order.bytes(codes.len(), bits));
                    let back = unpack_in(order, &bytes, bits, codes.len());
                    assert_eq!(back, codes, "{order:?}, {bits} bits, {len} codes");
                }
            }
        }
    }

    #[test]
    fn low_first_is_pack() {
        for bits in 1..=8 {
            for len in 0..=200 {
                let codes = random_codes(len, bits);
                let expected = pack(codes.iter().copied(), bits);
                assert_eq!(pack_in(PackOrder::LowFirst, codes, bits), expected);
            }
        }
    }

    #[test]
    fn nibbles_lie_where_each_project_has_them() {
        let codes = random_codes(64, 4);
        let c = |i: usize| codes[i] as u8;
        let packed = |order| pack_in(order, codes.iter().copied(), 4);
        let pairs = |f: &dyn Fn(usize) -> u8| (0..32).map(f).collect::<Vec<u8>>();
        let high = pairs(&|i| c(2 * i) << 4 | c(2 * i + 1));
        assert_eq!(packed(PackOrder::BITSANDBYTES), high);
        let low = pairs(&|i| c(2 * i) | c(2 * i + 1) << 4);
        assert_eq!(packed(PackOrder::NVFP4), low);
        let ggml = pairs(&|i| c(i / 16 * 32 + i % 16) | c(i / 16 * 32 + i % 16 + 16) << 4);
        assert_eq!(packed(PackOrder::GGML), ggml);
    }

    #[test]
    fn two_bit_planes_are_those_of_q2_k() {
        let codes = random_codes(128, 2);
        let bytes = pack_in(PackOrder::Planes { bytes: 32 }, codes.iter().copied(), 2);
        for (j, byte) in bytes.iter().enumerate() {
            for plane in 0..4 {
                let code = codes[j + 32 * plane] as u8;
                assert_eq!(byte >> (2 * plane) & 3, code);
            }
        }
    }

    #[test]
    fn three_bits_run_over_the_bytes() {
        // 101 001 110 01|0...
        assert_eq!(
            pack_in(PackOrder::HighFirst, [5, 1, 6, 2], 3),
            [0b1010_0111, 0b0010_0000]
        );
        assert_eq!(
            pack_in(PackOrder::LowFirst, [5, 1, 6, 2], 3),
            [0b1000_1101, 0b0000_0101]
        );
    }

    #[test]
    #[should_panic(expected = "3 codes of 4 bits take 2 bytes, but there are 1")]
    fn too_few_bytes_are_refused() {
        unpack_in(PackOrder::BITSANDBYTES, &[0x12], 4, 3);
    }

    #[test]
    #[should_panic(expected = "planes are for codes of 1, 2, 4 or 8 bits")]
    fn planes_of_three_bits_are_refused() {
        pack_in(PackOrder::GGML, [1], 3);
    }

    #[test]
    fn every_width_and_length_comes_back() {
        for bits in 1..=64 {
            for len in 0..20 {
                let codes: Vec<u64> = (0..len)
                    .map(|i| crate::codec::random_bits(7, i) & (u64::MAX >> (64 - bits)))
                    .collect();
                let bytes = pack(codes.iter().copied(), bits);
                assert_eq!(bytes.len(), (len as usize * bits as usize).div_ceil(8));
                for (i, code) in codes.iter().enumerate() {
                    assert_eq!(unpack(&bytes, bits, i), *code, "{bits} bits, code {i}");
                }
            }
        }
    }
}
