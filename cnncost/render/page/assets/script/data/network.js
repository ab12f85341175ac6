/** The networks of the page, read from its data. */

import { Explanations } from "./explanations.js";
import { UNKNOWN, bytesText, countText, wholeText } from "./format.js";
import { number, unpacked } from "./packing.js";

/** @typedef {import("./packing.js").Value} Value */
/**
 * @typedef {object} Figure what must be known of a figure to show it
 * @property {string} heading above a column
 * @property {string} title where no column is around it
 * @property {"count" | "bytes" | "seconds"} kind
 * @property {string} about in a sentence
 * @property {"sum" | "max" | null} total how it adds up; `null` if layers have no share of it
 */
/**
 * @typedef {object} ReceptiveField
 * @property {number[]} size
 * @property {number[] | null} jump
 * @property {number[] | null} start_padding
 * @property {number[] | null} center
 * @property {boolean} aligned
 * @property {boolean} is_global
 * @property {boolean} is_bound
 * @property {number[] | null} nominal
 */
/** @typedef {number | Block} Item a layer by its number, or a block */

/** Layers that belong together, under the name that theirs begin with. */
export class Block {
  /**
   * @param {string} name with those around it; empty for the whole network
   * @param {string} label its last part
   * @param {string} kind what it is; empty where it says nothing
   * @param {Block | null} parent
   */
  constructor(name, label, kind, parent) {
    this.name = name;
    this.label = label;
    this.kind = kind;
    /** @type {Block | null} the block around it */
    this.parent = parent;
    /** @type {Item[]} in the order of execution */
    this.children = [];
    /** @type {Map<string, Total>} */
    this.known = new Map();
  }

  /** How many blocks lie around it. @returns {number} */
  get depth() {
    return this.parent === null ? 0 : this.parent.depth + 1;
  }

  /** The numbers of all layers in it. @returns {number[]} */
  get layers() {
    return this.children.flatMap((child) => (child instanceof Block ? child.layers : [child]));
  }

  /** The blocks that it lies in, and itself, the outermost first. @returns {Block[]} */
  get path() {
    return this.parent === null ? [this] : [...this.parent.path, this];
  }
}

/** @typedef {{ value: Value, least: number | bigint }} Total a figure, and what it is at least where it has a gap */

/** A network: its figures, layers and blocks. */
export class Network {
  /** @param {any} data of one network, as `cnncost/render/page/data.py` writes it */
  constructor(data) {
    /** @type {string} what it is called among the others */
    this.title = data.title;
    /** @type {string} */
    this.name = data.name;
    /** @type {string | null} */
    this.source = data.source;
    /** @type {Record<string, string>} */
    this.variables = data.variables;
    /** @type {Record<string, unknown>} */
    this.settings = data.settings;
    /** @type {string[]} what one must know to read the figures */
    this.conditions = data.conditions;
    /** @type {Record<string, number[]>} */
    this.inputs = data.inputs;
    /** @type {number[]} */
    this.outputs = data.outputs;
    /** @type {Record<string, Figure>} */
    this.figures = data.figures;
    /** @type {Record<string, Value>} */
    this.totals = mapped(data.totals, number);
    /** @type {Record<string, number | bigint>} what is known of totals that are `null` */
    this.atLeast = mapped(data.at_least, (value) => number(value) ?? 0);
    /** @type {[number, number][]} from what writes to what reads; inputs are -1, -2 and so on */
    this.edges = edgesOf(data.reads);
    /** @type {string[]} */
    this.warnings = data.warnings;
    const columns = data.columns;
    /** @type {string[]} */
    this.names = unpacked(columns.name);
    /** @type {string[]} */
    this.types = unpacked(columns.type);
    /** @type {number[][]} with the batch */
    this.shapes = unpacked(columns.output_shape);
    /** @type {(number[] | null)[]} */
    this.kernels = unpacked(columns.kernel);
    /** @type {(number[] | null)[]} */
    this.strides = unpacked(columns.stride);
    /** @type {Record<string, Value[]>} a column for each figure that layers have a share of */
    this.columns = {};
    for (const name of this.layerFigures) {
      this.columns[name] = unpacked(columns[name]).map(number);
    }
    /** @type {Record<string, Record<string, number | string>>} */
    this.known = columns.at_least;
    /** @type {(ReceptiveField | null)[]} in the first input that reaches a layer */
    this.receptiveFields = fieldsOf(columns.receptive_field);
    /** @type {Record<string, (ReceptiveField | null)[]>} in every input, where there are several */
    this.receptiveFieldsIn = mapped(columns.receptive_fields, fieldsOf);
    /** @type {string[]} a family for each layer, whose names `familyTitles` has */
    this.families = unpacked(columns.family);
    /** @type {Record<string, string>} */
    this.familyTitles = data.families;
    /** @type {Record<string, { percent: number, source: string }>} published, by what was measured */
    this.accuracies = data.accuracies;
    /** @type {any[]} steps in their course: in the mode of the report, and in the other one */
    this.steps = data.steps;
    /** The formulas of its layers; `null` where there are none. */
    this.explanations = data.formulas && new Explanations(data.formulas);
    /** @type {any} what `drawing.js` reads */
    this.drawing = data.drawing;
    /** @type {Map<string, Block>} by name */
    this.blocks = new Map();
    /** @type {Block[]} the block that each layer lies in */
    this.blockOf = [];
    /** The whole network. */
    this.root = this.#block(data.blocks, "", null);
  }

  /** How many layers there are. */
  get size() {
    return this.names.length;
  }

  /** The names of the figures that layers have a share of. */
  get layerFigures() {
    return Object.keys(this.figures).filter((name) => this.figures[name].total !== null);
  }

  /** The figures that some layer has something of. */
  get tellingFigures() {
    return this.layerFigures.filter((name) => this.magnitude(name, this.root) > 0);
  }

  /**
   * @param {any} data
   * @param {string} name
   * @param {Block | null} parent
   * @returns {Block}
   */
  #block(data, name, parent) {
    const block = new Block(name, data.label, data.kind ?? "", parent);
    this.blocks.set(name, block);
    for (const child of data.children) {
      if (typeof child === "number") {
        block.children.push(child);
        this.blockOf[child] = block;
      } else {
        const between = name === "" || child.label.startsWith("[") ? "" : ".";
        block.children.push(this.#block(child, `${name}${between}${child.label}`, block));
      }
    }
    return block;
  }

  /**
   * The name of a layer, an input or a block.
   * @param {Item} item
   * @returns {string}
   */
  nameOf(item) {
    if (item instanceof Block) {
      return item.name || this.name;
    }
    return item < 0 ? Object.keys(this.inputs)[-1 - item] : this.names[item];
  }

  /**
   * What a layer or a block is called within the block that it lies in.
   * @param {Item} item
   * @returns {string}
   */
  labelOf(item) {
    if (item instanceof Block) {
      return item.label || this.name;
    }
    if (item < 0) {
      return this.nameOf(item);
    }
    const around = this.blockOf[item].name;
    const name = this.names[item];
    return name === around ? this.types[item] : name.slice(around.length).replace(/^\./, "");
  }

  /**
   * A figure of a layer, or what it adds up to in a block, exactly.
   * @param {string} figure
   * @param {Item} item
   * @returns {Value}
   */
  exact(figure, item) {
    return item instanceof Block ? this.#total(figure, item).value : this.columns[figure][item];
  }

  /**
   * The same as a number to draw with: of a figure that is not known, what it is at least.
   * @param {string} figure
   * @param {Item} item
   * @returns {number}
   */
  magnitude(figure, item) {
    const { value, least } = item instanceof Block ? this.#total(figure, item) : this.#ofLayer(figure, item);
    return Number(value ?? least);
  }

  /**
   * The figure for people, `25.6 M`, with `>=` where it is not less.
   * @param {string} figure
   * @param {Item} item
   */
  text(figure, item) {
    const { value, least } = item instanceof Block ? this.#total(figure, item) : this.#ofLayer(figure, item);
    return shown(value, least, this.formatOf(figure));
  }

  /**
   * The same, written out.
   * @param {string} figure
   * @param {Item} item
   */
  fullText(figure, item) {
    const { value, least } = item instanceof Block ? this.#total(figure, item) : this.#ofLayer(figure, item);
    const unit = this.figures[figure].kind === "bytes" ? " B" : "";
    return shown(value, least, (whole) => `${wholeText(whole)}${unit}`);
  }

  /**
   * A total of the network for people; also of figures that layers have no share of.
   * @param {string} figure
   */
  totalText(figure) {
    return shown(this.totals[figure], this.atLeast[figure] ?? 0, this.formatOf(figure));
  }

  /**
   * How a figure is written.
   * @param {string} figure
   * @returns {(value: number | bigint) => string}
   */
  formatOf(figure) {
    return this.figures[figure].kind === "bytes" ? bytesText : countText;
  }

  /**
   * @param {string} figure
   * @param {number} layer
   * @returns {Total}
   */
  #ofLayer(figure, layer) {
    const value = this.columns[figure][layer];
    return { value, least: value ?? number(this.known[figure]?.[layer] ?? 0) ?? 0 };
  }

  /**
   * @param {string} figure
   * @param {Block} block
   * @returns {Total}
   */
  #total(figure, block) {
    const found = block.known.get(figure);
    if (found !== undefined) {
      return found;
    }
    const parts = block.children.map((child) =>
      child instanceof Block ? this.#total(figure, child) : this.#ofLayer(figure, child),
    );
    const join = this.figures[figure].total === "max" ? largest : sum;
    const value = parts.some((part) => part.value === null) ? null : join(parts.map((part) => part.value ?? 0));
    const total = { value, least: value ?? join(parts.map((part) => part.least)) };
    block.known.set(figure, total);
    return total;
  }
}

/**
 * The networks in a page.
 * @param {any} data
 */
export function networksOf(data) {
  return data.networks.map((/** @type {any} */ network) => new Network(network));
}

/**
 * From what writes to what reads.
 * @param {any} reads of each layer how far before it stands what it reads
 * @returns {[number, number][]}
 */
function edgesOf(reads) {
  return unpacked(reads).flatMap((steps, to) => steps.map((/** @type {number} */ step) => [to - step, to]));
}

/**
 * @param {Record<string, any>} columns of the fields
 * @returns {(ReceptiveField | null)[]}
 */
function fieldsOf(columns) {
  const arrays = Object.entries(columns).map(([name, column]) => /** @type {const} */ ([name, unpacked(column)]));
  return unpacked(columns.size).map((size, place) => {
    if (size === null) {
      return null;
    }
    return /** @type {ReceptiveField} */ (Object.fromEntries(arrays.map(([name, values]) => [name, values[place]])));
  });
}

/**
 * @param {Value} value
 * @param {number | bigint} least
 * @param {(value: number | bigint) => string} format
 */
function shown(value, least, format) {
  if (value !== null) {
    return format(value);
  }
  return least ? `≥ ${format(least)}` : UNKNOWN;
}

/**
 * The sum, exact: beyond what a number holds it goes on as a `bigint`.
 * @param {(number | bigint)[]} values
 * @returns {number | bigint}
 */
function sum(values) {
  let total = 0;
  for (const value of values) {
    total += Number(value);
  }
  if (total <= Number.MAX_SAFE_INTEGER) {
    return total;
  }
  return values.reduce((/** @type {bigint} */ found, value) => found + BigInt(value), 0n);
}

/** @param {(number | bigint)[]} values @returns {number | bigint} */
function largest(values) {
  return values.reduce((found, value) => (value > found ? value : found), 0);
}

/**
 * @template T
 * @param {Record<string, any>} record
 * @param {(value: any) => T} change
 * @returns {Record<string, T>}
 */
function mapped(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
