//! What the fuzz targets do, as functions of any bytes: they panic if the library is wrong. The
//! library's own tests run them too, on random bytes.

use mantissa::prelude::*;

/// Blocks of any format: values or an error, and the values are written again or refused.
pub fn ggml_blocks(data: &[u8]) {
    let [which, whole, rest @ ..] = data else {
        return;
    };
    let format = ggml::FORMATS[usize::from(*which) % ggml::FORMATS.len()];
    let (shape, mut bytes) = shape(rest);
    if let Ok(tensor) = ggml::BlockTensor::from_bytes(bytes, &shape, format) {
        assert_eq!(tensor.dequantize().shape(), shape);
        assert_eq!(tensor.summary().bytes(), bytes.len());
    }
    if whole % 2 == 0 {
        bytes = &bytes[..bytes.len() / format.bytes() * format.bytes()];
    }
    let Ok(values) = format.dequantize(bytes) else {
        assert_ne!(bytes.len() % format.bytes(), 0);
        return;
    };
    let blocks = bytes.len() / format.bytes();
    assert_eq!(values.len(), blocks * format.weights());
    let tensor = ggml::BlockTensor::from_bytes(bytes, &[values.len()], format);
    let tensor = tensor.expect("as many blocks as there are bytes for");
    for i in 0..blocks {
        assert_eq!(
            tensor.block(i),
            &bytes[i * format.bytes()..][..format.bytes()]
        );
    }
    if let Ok(again) = format.try_quantize(&values) {
        assert!(again.dequantize().iter().all(|value| value.is_finite()));
    }
}

/// Packed bytes as a tensor of any shape and dtype: values or an error, and the codes are those of
/// `unpack`.
pub fn packed_tensor(data: &[u8]) {
    let [which, whole, rest @ ..] = data else {
        return;
    };
    let dtypes: Vec<DType> = dtypes().collect();
    let dtype = dtypes[usize::from(*which) % dtypes.len()];
    let (mut shape, mut bytes) = shape(rest);
    if whole % 2 == 0 {
        // As many elements as the bytes hold.
        let bits = dtype.bits() as usize;
        let len = bytes.len() * 8 / bits;
        shape = vec![1, len];
        bytes = &bytes[..(len * bits).div_ceil(8)];
    }
    let Ok(tensor) = Tensor::from_bytes(bytes, &shape, dtype) else {
        return;
    };
    assert_eq!((tensor.shape(), tensor.dtype()), (&shape[..], dtype));
    let codes = (0..tensor.len()).map(|i| unpack(bytes, dtype.bits(), i));
    assert_eq!(pack(codes.clone(), dtype.bits()), tensor.bytes());
    for (value, code) in tensor.values().zip(codes) {
        assert_eq!(value.code(), code);
    }
    assert!(tensor.to_string().starts_with("tensor("));
}

/// A shape of up to four axes, most of them short, and the bytes that are left.
fn shape(data: &[u8]) -> (Vec<usize>, &[u8]) {
    let Some((axes, mut rest)) = data.split_first() else {
        return (Vec::new(), data);
    };
    let mut shape = Vec::new();
    for _ in 0..axes % 5 {
        let Some((length, left)) = rest.split_first_chunk::<8>() else {
            break;
        };
        let shift = length[0] % 64;
        shape.push((u64::from_le_bytes(*length) >> shift) as usize);
        rest = left;
    }
    (shape, rest)
}
