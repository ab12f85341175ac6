/** Columns as the data of the page packs them. */

/** @typedef {number | bigint | null} Value a whole number, exact; `null` where there is no answer */

/**
 * A column as an array, however it was packed.
 * @param {any} column
 * @returns {any[]}
 */
export function unpacked(column) {
  if (Array.isArray(column)) {
    return column;
  }
  if ("first" in column) {
    let value = column.first;
    return [value, ...unpacked(column.steps).map((/** @type {number} */ step) => (value += step))];
  }
  if ("of" in column) {
    return column.at.map((/** @type {number} */ place) => column.of[place]);
  }
  return new Array(column.count).fill(column.every);
}

/**
 * A whole number, which is a text where it is too large for JSON's.
 * @param {number | string | null} value
 * @returns {Value}
 */
export function number(value) {
  return typeof value === "string" ? BigInt(value) : value;
}
