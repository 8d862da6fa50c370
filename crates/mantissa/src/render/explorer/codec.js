// The library's codec in exact integer arithmetic, for every format of up to 64 bits.
//
// Codes, significands and decimals are BigInt: nothing is rounded but in `encode`, and there once.
// tests/render_explorer.rs runs this very text under node and holds it equal to the library.

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// (-1)^negative * n * 2^power, all digits.
function exactDecimal(negative, n, power) {
  const sign = negative ? "-" : "";
  if (n === 0n) return sign + "0";
  while (power < 0 && n % 2n === 0n) {
    n /= 2n;
    power += 1;
  }
  if (power >= 0) return sign + (n << BigInt(power));
  const digits = (n * 5n ** BigInt(-power)).toString().padStart(1 - power, "0");
  return sign + digits.slice(0, power) + "." + digits.slice(power);
}

// A decimal, or a fraction of two, as {negative, kind} and, if finite, num / den; null if it is
// neither. Exponents beyond every format are cut to where they still overflow or vanish.
function parseNumber(text) {
  const plain = text
    .normalize("NFKC")
    .replace(/[\s_]/g, "")
    .replace(/\u2212/g, "-");
  const word = /^([+-]?)(?:(nan)|inf|infinity|∞)$/i.exec(plain);
  if (word) return { kind: word[2] ? "nan" : "infinite", negative: word[1] === "-" };
  const parts = plain.replace(/。/g, ".").split("/");
  if (parts.length > 2) return null;
  const [top, bottom] = [parts[0], parts.length > 1 ? parts[1] : "1"].map((part) => {
    const match = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?$/i.exec(part);
    if (!match || part.length > 4000 || (match[3] && parts.length > 1)) return null;
    const [whole, decimals = ""] = match[2].split(".");
    const n = BigInt(whole + decimals);
    // The number is n * 10^scale and has `digits` digits.
    const scale = Number(match[3] || 0) - decimals.length;
    const digits = n.toString().length;
    const limited = Math.min(Math.max(scale, -1500 - digits), 1500);
    const power = 10n ** BigInt(Math.abs(limited));
    return {
      negative: match[1] === "-",
      num: limited < 0 ? n : n * power,
      den: limited < 0 ? power : 1n,
    };
  });
  if (!top || !bottom || bottom.num === 0n) return null;
  return {
    kind: "finite",
    negative: top.negative !== bottom.negative,
    num: top.num * bottom.den,
    den: top.den * bottom.num,
  };
}

function codec(format, words) {
  const float = format.float;
  const count = 1n << BigInt(format.bits);
  const signBit = format.signed ? count >> 1n : 0n;
  const magnitudes = format.signed ? count >> 1n : count;
  const m = float ? BigInt(float.mantissa_bits) : 0n;
  const fractions = 1n << m;
  // The special magnitudes are the topmost: NaNs, below them infinity.
  const nans = float ? { all_ones: 1n, top_exponent: fractions - 1n }[float.nan] || 0n : 0n;
  const top = magnitudes - 1n - nans - (float && float.infinity ? 1n : 0n);
  const least = float && float.zero ? 1 : 0;

  const refuse = (template, value) => {
    const [min, max] = [text(signBit ? signBit | top : 0n), text(top)];
    const integers = [signBit ? -signBit : 0n, magnitudes - 1n];
    const [low, high] = float ? [min, max] : integers;
    throw new Error(fill(template, { value, format: format.name, min: low, max: high }));
  };

  // Everything that the bits say.
  function decode(code) {
    if (!float) {
      const value = format.signed ? BigInt.asIntN(format.bits, code) : code;
      const negative = value < 0n;
      return {
        kind: value === 0n ? "zero" : "normal",
        negative,
        significand: negative ? -value : value,
        power: 0,
      };
    }
    const negative = (code & signBit) !== 0n;
    const magnitude = code & (magnitudes - 1n);
    const field = Number(magnitude >> m);
    const fraction = magnitude & (fractions - 1n);
    let kind = "normal";
    if (float.nan === "negative_zero" && code === signBit) kind = "nan";
    else if (magnitude > top) kind = float.infinity && magnitude === top + 1n ? "infinite" : "nan";
    else if (float.zero && magnitude === 0n) kind = "zero";
    else if (float.zero && field === 0) kind = "subnormal";
    const effective = Math.max(field, least);
    const exponent = effective - float.bias;
    const hidden = kind === "normal" ? 1n : 0n;
    return {
      kind,
      negative,
      field,
      fraction,
      effective,
      exponent,
      hidden,
      significand: hidden * fractions + fraction,
      power: exponent - float.mantissa_bits,
    };
  }

  // The exact decimal, inf or nan.
  function text(code) {
    const { kind, negative, significand, power } = decode(code);
    if (kind === "nan") return "nan";
    if (kind === "infinite") return negative ? "-inf" : "inf";
    return exactDecimal(negative, significand, power);
  }

  // The next larger or smaller value's code; null at the end and for NaN.
  function step(code, up) {
    if (!float) {
      const next = (format.signed ? BigInt.asIntN(format.bits, code) : code) + (up ? 1n : -1n);
      const inside = next >= -signBit && next < magnitudes;
      return inside ? BigInt.asUintN(format.bits, next) : null;
    }
    if (decode(code).kind === "nan") return null;
    const negative = (code & signBit) !== 0n;
    const magnitude = code & (magnitudes - 1n);
    if (magnitude === 0n && float.zero) {
      return up ? 1n : format.signed ? signBit | 1n : null;
    }
    if (negative !== up) {
      const end = top + (float.infinity ? 1n : 0n);
      return magnitude < end ? code + 1n : null;
    }
    // Without a zero, over the gap to the other sign.
    if (magnitude === 0n) return format.signed ? code ^ signBit : null;
    const plusZero = magnitude === 1n && float.zero && float.nan === "negative_zero";
    return plusZero ? 0n : code - 1n;
  }

  function nanCode(negative) {
    const sign = negative ? signBit : 0n;
    if (float.nan === "all_ones") return sign | (magnitudes - 1n);
    if (float.nan === "negative_zero") return signBit;
    if (nans === 0n) return null;
    return sign | (magnitudes - fractions) | (fractions >> 1n);
  }

  // The magnitude code nearest to num / den > 0, ties to even, as if there were no largest number.
  function nearest(num, den) {
    let exponent = num.toString(2).length - den.toString(2).length;
    const below = exponent < 0 ? num << BigInt(-exponent) < den : num < den << BigInt(exponent);
    if (below) exponent -= 1;
    const kept = Math.max(exponent, least - float.bias);
    const last = kept - float.mantissa_bits;
    if (last < 0) num <<= BigInt(-last);
    else den <<= BigInt(last);
    const [n, rest] = [num / den, num % den];
    const field = BigInt(kept + float.bias);
    if (!float.zero && exponent < kept) return 0n;
    const code = ((field - BigInt(least)) << m) + n - (float.zero ? 0n : fractions);
    const twice = 2n * rest;
    return twice > den || (twice === den && code % 2n === 1n) ? code + 1n : code;
  }

  // The code of a decimal, rounded once, by the format's own rule beyond its range.
  function encode(input) {
    const number = parseNumber(input);
    const shown = input.trim();
    if (!number) return refuse(words.not_a_number, shown);
    const { kind, negative, num, den } = number;
    if (!float) {
      if (kind !== "finite") return refuse(words.not_finite, shown);
      const [n, twice] = [num / den, 2n * (num % den)];
      const up = twice > den || (twice === den && n % 2n === 1n);
      const value = (n + (up ? 1n : 0n)) * (negative ? -1n : 1n);
      if (value < -signBit || value >= magnitudes) return refuse(words.out_of_range, shown);
      return BigInt.asUintN(format.bits, value);
    }
    const nan = nanCode(negative);
    const belowUnsigned = () => (nan === null ? refuse(words.negative, shown) : nan);
    if (kind === "nan") return nan === null ? refuse(words.no_nan, shown) : nan;
    if (kind === "finite" && num === 0n && !float.zero) return nanCode(false) || 0n;
    const magnitude = kind === "infinite" ? top + 1n : num === 0n ? 0n : nearest(num, den);
    const sign = negative ? signBit : 0n;
    if (magnitude > top) {
      if (negative && !format.signed) return belowUnsigned();
      return float.infinity ? sign | (top + 1n) : nan === null ? sign | top : nan;
    }
    if (negative && !format.signed && (magnitude > 0n || !float.zero)) return belowUnsigned();
    return magnitude === 0n && float.nan === "negative_zero" ? 0n : sign | magnitude;
  }

  // How far the value of a code is from a number: whether it is that number, whether it is above,
  // and the distance in thousandths of an ulp. Both may be `same` without being numbers; null if
  // only one of them is no number.
  function error(code, input) {
    const number = parseNumber(input);
    const { kind, negative, significand, power } = decode(code);
    const special = kind === "nan" || kind === "infinite" ? kind : "finite";
    if (number.kind !== special) return null;
    if (special !== "finite") return { same: true };
    // In units of the last place the value is its significand, and the number is num / den.
    const num = power < 0 ? number.num << BigInt(-power) : number.num;
    const den = power < 0 ? number.den : number.den << BigInt(power);
    const apart = (negative ? -significand : significand) * den - (number.negative ? -num : num);
    const size = apart < 0n ? -apart : apart;
    return {
      exact: apart === 0n,
      above: apart > 0n,
      thousandths: (2000n * size + den) / (2n * den),
    };
  }

  return { decode, text, step, encode, error };
}
