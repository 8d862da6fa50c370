//! Packing codes of 1 to 64 bits into bytes, the low bits of a byte first.
//!
//! Code `i` of width `b` takes the bits `i*b .. (i+1)*b` of the little-endian bit string: `int2`
//! puts four codes into a byte, the first in its lowest two bits; `float16` is little-endian.

/// The bytes of `codes`, each `bits` wide.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(pack([1, 0, 3, 2, 3, 3, 3, 3], 2), [177, 255]);
/// ```
///
/// # Panics
/// If `bits` is not 1 to 64.
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

#[cfg(test)]
mod tests {
    use super::*;

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
