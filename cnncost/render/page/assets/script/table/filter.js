/** What the layers are filtered by: words, and figures with a limit, `conv macs>1M`. */

/** @typedef {import("../data/network.js").Network} Network */

const LIMIT = /^([\w]+)(<=|>=|<|>|=)([\d.]+)([a-z]*)$/i;
const BINARY = { kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };
const DECIMAL = { "": 1, b: 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
/** @type {Record<string, number>} */
const UNITS = { ...DECIMAL, ...BINARY };

/**
 * The function that says of a layer whether it is let through. All words must be in its name or type, all limits hold.
 * @param {Network} network
 * @param {string} text
 * @returns {(layer: number) => boolean}
 */
export function filterOf(network, text) {
  const tests = text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => limitOf(network, word) ?? hasWord(network, word));
  return (layer) => tests.every((test) => test(layer));
}

/**
 * @param {Network} network
 * @param {string} word
 * @returns {(layer: number) => boolean}
 */
function hasWord(network, word) {
  const lower = word.toLowerCase();
  return (layer) => `${network.names[layer]} ${network.types[layer]}`.toLowerCase().includes(lower);
}

/**
 * A limit on a figure; `null` for what is none.
 * @param {Network} network
 * @param {string} word
 * @returns {((layer: number) => boolean) | null}
 */
function limitOf(network, word) {
  const [, figure = "", sign = "", digits = "", unit = ""] = LIMIT.exec(word) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (!(figure in network.columns) || factor === undefined || Number.isNaN(Number(digits))) {
    return null;
  }
  const limit = Number(digits) * factor;
  return (layer) => compares(network.magnitude(figure, layer), sign, limit);
}

/**
 * @param {number} value
 * @param {string} sign
 * @param {number} limit
 */
function compares(value, sign, limit) {
  if (sign.startsWith(">")) {
    return value > limit || (sign === ">=" && value === limit);
  }
  if (sign.startsWith("<")) {
    return value < limit || (sign === "<=" && value === limit);
  }
  return value === limit;
}
