/**
 * Exact arithmetic on floats. Every finite float is a whole number of units of 2^-1074, the smallest one, so sums
 * of floats are sums of integers: exact, in any order, and what was added can be taken away again.
 */
export const unitsPerOneLog2 = 1074n;

const bits = new BigUint64Array(1);
const float = new Float64Array(bits.buffer);
const fractionBits = 52n;
const fractionMask = (1n << fractionBits) - 1n;

/** A finite float in units of 2^-1074. */
export function unitsOf(value: number): bigint {
  float[0] = Math.abs(value);
  const exponent = bits[0]! >> fractionBits;
  const fraction = bits[0]! & fractionMask;
  const units = exponent === 0n ? fraction : (fraction | (1n << fractionBits)) << (exponent - 1n);
  return value < 0 ? -units : units;
}

/** The float nearest to numerator / denominator (above 0), halves to even; infinite beyond the range of floats. */
export function nearestFloat(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const magnitude = numerator < 0n ? -numerator : numerator;
  // The quotient gets two or three bits more than a float holds; what it still lacks is in `isInexact`.
  const shift = 55 - (bitLength(magnitude) - bitLength(denominator));
  const scaled = shift >= 0 ? magnitude << BigInt(shift) : magnitude;
  const divisor = shift >= 0 ? denominator : denominator << BigInt(-shift);
  const quotient = scaled / divisor;
  const isInexact = quotient * divisor !== scaled;
  const length = bitLength(quotient);
  // Floats near zero hold fewer bits: none is finer than 2^-1074.
  const precision = Math.max(0, Math.min(53, length - shift + 1074));
  const dropped = length - precision;
  const result = Number(rounded(quotient, dropped, isInexact)) * 2 ** (dropped - shift);
  return numerator < 0n ? -result : result;
}

/** Drops bits, at least two, halves to even. */
function rounded(quotient: bigint, dropped: number, isInexact: boolean): bigint {
  const kept = quotient >> BigInt(dropped);
  const rest = quotient - (kept << BigInt(dropped));
  const half = 1n << BigInt(dropped - 1);
  const isUp = rest > half || (rest === half && (isInexact || (kept & 1n) === 1n));
  return isUp ? kept + 1n : kept;
}

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits[0]!, 16)) - 28);
}
