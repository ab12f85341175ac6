/** Numbers for people, as the commands write them: three significant digits and a unit. */

const COUNT_UNITS = ["", "K", "M", "G", "T", "P", "E", "Z", "Y"];
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/** What stands where there is no answer: a zero would be one. */
export const UNKNOWN = "–";

/**
 * A count in thousands, `25.6 M`.
 * @param {number | bigint} count
 */
export function countText(count) {
  return scaled(BigInt(count), 1000n, COUNT_UNITS);
}

/**
 * Bytes in binary units, `97.5 MiB`.
 * @param {number | bigint} bytes
 */
export function bytesText(bytes) {
  return scaled(BigInt(bytes), 1024n, BYTE_UNITS);
}

/**
 * A whole number with separators, `25,557,032`.
 * @param {number | bigint} value
 */
export function wholeText(value) {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * The part of a total: two significant digits above 10 %, and never a zero for what is there.
 * @param {number} part
 * @param {number} whole
 */
export function percentText(part, whole) {
  if (!part || !whole) {
    return "0 %";
  }
  const percent = (100 * part) / whole;
  if (percent < 0.05) {
    return "<0.1 %";
  }
  return `${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/**
 * Sizes, `64 × 112 × 112`.
 * @param {readonly (number | string)[]} sizes
 */
export function shapeText(sizes) {
  return sizes.join(" × ");
}

/**
 * One number where all axes have the same, `3`, else one for each, `3×1`.
 * @param {readonly (number | string)[]} sizes
 */
export function axesText(sizes) {
  return (new Set(sizes).size === 1 ? sizes.slice(0, 1) : sizes).map(shortNumber).join("×");
}

/** @param {number | string} value */
function shortNumber(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : value;
}

/**
 * @param {bigint} count
 * @param {bigint} base
 * @param {string[]} units
 * @returns {string}
 */
function scaled(count, base, units) {
  if (count < 0n) {
    return `-${scaled(-count, base, units)}`;
  }
  if (count < base) {
    return `${count} ${units[0]}`.trimEnd();
  }
  let divisor = base;
  for (const unit of units.slice(1)) {
    // Half up. Three decimals serve 1000 to 1023 KiB, which are 0.977 to 0.999 MiB.
    for (const decimals of [3, 2, 1, 0]) {
      const digits = (2n * count * 10n ** BigInt(decimals) + divisor) / (2n * divisor);
      if (digits < 1000n) {
        return `${withPoint(digits, decimals)} ${unit}`;
      }
    }
    divisor *= base;
  }
  return Number(count).toExponential(2);
}

/**
 * @param {bigint} digits
 * @param {number} decimals
 */
function withPoint(digits, decimals) {
  if (!decimals) {
    return String(digits);
  }
  const text = String(digits).padStart(decimals + 1, "0");
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
