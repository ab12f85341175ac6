/** The columns of the layer table: what stands in a cell, and what it is sorted by. */

import { html } from "../elements/dom.js";
import { axesText, percentText, shapeText } from "../data/format.js";
import { Block } from "../data/network.js";

/** @typedef {import("../data/network.js").Item} Item */
/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("../data/network.js").ReceptiveField} ReceptiveField */
/** @typedef {import("../state.js").State} State */
/**
 * @typedef {object} Column
 * @property {string} name
 * @property {string} heading
 * @property {string} about
 * @property {"text" | "number"} kind
 * @property {(item: Item) => import("../elements/dom.js").Child[]} cell
 * @property {(item: Item) => number | string} key
 */

const USUAL = [
  ...["type", "output_shape", "params", "macs", "flops", "activation_bytes", "kept_bytes"],
  ...["receptive_field", "share"],
];

/**
 * Every column of a network, by name.
 * @param {State} state
 * @returns {Map<string, Column>}
 */
export function columnsOf(state) {
  const { network } = state;
  /** @type {Column[]} */
  const columns = [
    words("type", "type", (item) => (item instanceof Block ? item.kind : network.types[item])),
    axes("output_shape", "output shape", (item) => network.shapes[lastOf(item)].slice(1), shapeText),
    axes("kernel", "kernel", (item) => (item instanceof Block ? null : network.kernels[item]), axesText),
    axes("stride", "stride", (item) => (item instanceof Block ? null : network.strides[item]), axesText),
    ...network.layerFigures.map((figure) => figureColumn(network, figure)),
    fieldColumn(network),
    shareColumn(state),
  ];
  return new Map(columns.map((column) => [column.name, column]));
}

/**
 * The columns that are shown unless the reader chooses others: figures that are zero everywhere say nothing.
 * @param {Network} network
 */
export function usualColumns(network) {
  const telling = new Set(network.tellingFigures);
  return USUAL.filter((name) => !(name in network.figures) || telling.has(name));
}

/**
 * The layer whose output is that of a block: its last.
 * @param {Item} item
 * @returns {number}
 */
function lastOf(item) {
  return item instanceof Block ? lastOf(item.children[item.children.length - 1]) : item;
}

/**
 * @param {string} name
 * @param {string} heading
 * @param {(item: Item) => string} text
 * @returns {Column}
 */
function words(name, heading, text) {
  return { name, heading, about: "", kind: "text", cell: (item) => [text(item)], key: text };
}

/**
 * @param {string} name
 * @param {string} heading
 * @param {(item: Item) => number[] | null} sizes
 * @param {(sizes: number[]) => string} text
 * @returns {Column}
 */
function axes(name, heading, sizes, text) {
  return {
    name,
    heading,
    about: "of one sample",
    kind: "number",
    cell: (item) => [text(sizes(item) ?? [])],
    key: (item) => (sizes(item) ?? [0]).reduce((product, size) => product * size, 1),
  };
}

/**
 * @param {Network} network
 * @param {string} figure
 * @returns {Column}
 */
function figureColumn(network, figure) {
  const { heading, about } = network.figures[figure];
  return {
    name: figure,
    heading,
    about,
    kind: "number",
    cell: (item) => [network.text(figure, item)],
    key: (item) => network.magnitude(figure, item),
  };
}

/**
 * @param {Network} network
 * @returns {Column}
 */
function fieldColumn(network) {
  /** @param {Item} item */
  const field = (item) => network.receptiveFields[lastOf(item)];
  return {
    name: "receptive_field",
    heading: "receptive field",
    about: "pixels of the input that a unit sees, and the jump between neighbours",
    kind: "number",
    cell: (item) => [fieldText(field(item))],
    key: (item) => (field(item)?.nominal ?? field(item)?.size ?? [0]).reduce((product, size) => product * size, 1),
  };
}

/**
 * Size and jump, `35 /4`, as the tables of the commands write them.
 * @param {ReceptiveField | null} field
 */
export function fieldText(field) {
  if (field === null) {
    return "–";
  }
  if (field.nominal !== null) {
    return String(field.nominal) === String(field.size) ? "all" : `all (${axesText(field.nominal)})`;
  }
  const jump = field.jump === null ? "" : ` /${axesText(field.jump.map((step) => step || "–"))}`;
  const marks = `${field.is_global ? "+" : ""}${field.aligned ? "" : "*"}`;
  return `${field.is_bound ? "≤ " : ""}${axesText(field.size)}${jump}${marks && ` ${marks}`}`;
}

/**
 * @param {State} state
 * @returns {Column}
 */
function shareColumn(state) {
  const { network, figure } = state;
  /** @param {Item} item */
  const part = (item) => network.magnitude(figure, item);
  const whole = part(network.root);
  return {
    name: "share",
    heading: `share of ${network.figures[figure].heading}`,
    about: `of ${network.figures[figure].title}`,
    kind: "number",
    cell: (item) => [
      percentText(part(item), whole),
      html("span", { class: "bar", style: `--part: ${whole ? part(item) / whole : 0}`, "aria-hidden": "true" }),
    ],
    key: part,
  };
}
