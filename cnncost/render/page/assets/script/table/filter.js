/** What the layers are filtered by: words, and figures with a limit, `conv macs>1M`. */

/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {(layer: number) => boolean} Test whether a layer is let through */
/**
 * @typedef {object} Filter
 * @property {Test} passes all words are in a layer's name or type, all limits hold; what is not understood holds
 * @property {string[]} problems what was not understood, in a sentence each
 */

const LIMIT = /^(.*?)(<=|>=|<|>|=)(.*)$/;
const AMOUNT = /^(\d+\.?\d*|\.\d+)([a-z]*)$/i;
/** @type {Record<string, number>} */
const COUNTS = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const DECIMAL = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const BINARY = { kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };
/** @type {Record<string, number>} */
const BYTES = { ...COUNTS, ...DECIMAL, ...BINARY };

/**
 * What a text lets through.
 * @param {Network} network
 * @param {string} text
 * @returns {Filter}
 */
export function filterOf(network, text) {
  const read = text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => readWord(network, word));
  const tests = read.filter((each) => typeof each !== "string");
  return {
    passes: (layer) => tests.every((test) => test(layer)),
    problems: read.filter((each) => typeof each === "string"),
  };
}

/**
 * A word of the filter: what it tests, or what is wrong with it.
 * @param {Network} network
 * @param {string} word
 * @returns {Test | string}
 */
function readWord(network, word) {
  const parts = LIMIT.exec(word);
  if (parts === null) {
    return hasWord(network, word);
  }
  const [, called, sign, amount] = parts;
  const figure = figureCalled(network, called);
  if (figure === undefined) {
    const wrong = called === "" ? "a limit needs a figure before it" : `\`${called}\` is no figure`;
    return `${wrong}; there are ${network.layerFigures.join(", ")}`;
  }
  const limit = limitOf(network, figure, amount);
  return typeof limit === "string" ? limit : (layer) => compares(network.magnitude(figure, layer), sign, limit);
}

/**
 * @param {Network} network
 * @param {string} word
 * @returns {Test}
 */
function hasWord(network, word) {
  const lower = word.toLowerCase();
  return (layer) => `${network.names[layer]} ${network.types[layer]}`.toLowerCase().includes(lower);
}

/**
 * The figure of a name, or of what stands above its column.
 * @param {Network} network
 * @param {string} called
 */
function figureCalled(network, called) {
  const lower = called.toLowerCase();
  const { layerFigures: figures } = network;
  return (
    figures.find((figure) => figure === lower) ??
    figures.find((figure) => network.figures[figure].heading.toLowerCase() === lower)
  );
}

/**
 * A limit on a figure, or why it is none.
 * @param {Network} network
 * @param {string} figure
 * @param {string} amount
 * @returns {number | string}
 */
function limitOf(network, figure, amount) {
  const inBytes = network.figures[figure].kind === "bytes";
  const [, digits, unit] = AMOUNT.exec(amount) ?? [];
  const example = `write \`${figure}>${inBytes ? "1MiB" : "1M"}\``;
  if (digits === undefined) {
    return amount === "" ? `\`${figure}\` needs a number: ${example}` : `\`${amount}\` is no number: ${example}`;
  }
  const factor = (inBytes ? BYTES : COUNTS)[unit.toLowerCase()];
  if (factor !== undefined) {
    return Number(digits) * factor;
  }
  const known = unit.toLowerCase() in BYTES;
  return known ? `\`${figure}\` is a count, not bytes: ${example}` : `\`${unit}\` is no unit: ${example}`;
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
