/** Where the figures of a layer come from: formulas, with numbers for their letters. */

import { unpacked } from "./packing.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {number | string | null | (number | string)[]} Amount exact: what is too large for a number is a text */
/**
 * @typedef {object} Explained one figure
 * @property {string} name
 * @property {Amount} value
 * @property {string} unit
 * @property {string | null} formula
 * @property {string | null} substituted the formula with numbers for its letters
 * @property {string} source
 * @property {string} note
 */
/** @typedef {{ letter: string, number: Amount, meaning: string }} Letter */
/** @typedef {{ title: string, refusal: string | null, figures: Explained[] }} Algorithm */
/** @typedef {{ about: string, letters: Letter[], figures: Explained[], algorithms: Algorithm[] }} Explanation */

const RECEPTIVE_FIELD = /^(receptive_field|jump|start_padding)(?:_([lhwd]))?$/;

/** The explanations of all layers; layers that differ in numbers only follow the same pattern. */
export class Explanations {
  /** @param {any} data as `cnncost/render/page/formulas.py` writes it */
  constructor(data) {
    this.data = data;
    /** @type {Record<string, string>} what figures are called, by name */
    this.called = data.called;
    /** @type {number[]} */
    this.follows = unpacked(data.follows);
    /** @type {number[]} how many layers before each follow the same pattern */
    this.ranks = timesBefore(this.follows);
    /** @type {[string, string][][]} */
    this.notes = unpacked(data.notes);
  }

  /**
   * The explanation of a layer.
   * @param {Network} network
   * @param {number} layer
   * @returns {Explanation}
   */
  of(network, layer) {
    const pattern = this.data.patterns[this.follows[layer]];
    const own = (/** @type {any[]} */ columns) => columns.map((column) => unpacked(column)[this.ranks[layer]]);
    /** @type {Amount[]} */
    const numbersHere = own(pattern.numbers);
    /** @type {Amount[]} */
    const values = own(pattern.values);
    const notes = new Map(this.notes[layer]);
    const letters = pattern.letters.map((/** @type {any[]} */ [letter, meaning], /** @type {number} */ place) => ({
      letter,
      number: numbersHere[place],
      meaning: this.#text(meaning),
    }));
    const numbers = numbersOf(letters);
    const figures = pattern.figures.map((/** @type {any[]} */ written) => {
      const figure = this.#figure(written, numbers);
      figure.value = written[6] ? (values.shift() ?? null) : valueOf(network, layer, figure);
      figure.note = notes.get(RECEPTIVE_FIELD.test(figure.name) ? "receptive_field" : figure.name) ?? figure.note;
      return figure;
    });
    return {
      about: this.#text(pattern.about) ?? "",
      letters: letters.filter((/** @type {Letter} */ { meaning }) => meaning !== null),
      figures,
      algorithms: pattern.algorithms.map((/** @type {any[]} */ written) => this.#algorithm(written, numbers, values)),
    };
  }

  /**
   * @param {any[]} written
   * @param {Map<string, Amount>} known the numbers of letters
   * @param {Amount[]} values those of the algorithms that are left
   * @returns {Algorithm}
   */
  #algorithm([title, refusal, figures], known, values) {
    const numbers = new Map(known);
    return {
      title: this.#text(title) ?? "",
      refusal: this.#text(refusal),
      figures: figures.map((/** @type {any[]} */ written) => {
        const value = values.shift() ?? null;
        const figure = this.#figure(written, numbers);
        numbers.set(figure.name, value);
        return { ...figure, value };
      }),
    };
  }

  /**
   * @param {any[]} written
   * @param {Map<string, Amount>} numbers
   * @returns {Explained}
   */
  #figure(written, numbers) {
    const [name, unit, formula, source, note, text] = written.slice(0, 6).map((place) => this.#text(place));
    const substituted = text ?? (formula === null ? null : withNumbers(formula, numbers));
    const texts = { name: name ?? "", unit: unit ?? "", source: source ?? "", note: note ?? "" };
    return { ...texts, value: null, formula, substituted };
  }

  /**
   * @param {number | null} place
   * @returns {string | null}
   */
  #text(place) {
    return place === null ? null : this.data.texts[place];
  }
}

/**
 * A formula with numbers for its letters.
 * @param {string} formula
 * @param {Map<string, Amount>} numbers
 */
export function withNumbers(formula, numbers) {
  return formula.replace(/[A-Za-z][A-Za-z0-9_]*/g, (letter) => String(numbers.get(letter) ?? letter));
}

/**
 * How often each number came before.
 * @param {number[]} numbers
 */
function timesBefore(numbers) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  return numbers.map((each) => {
    const rank = counts.get(each) ?? 0;
    counts.set(each, rank + 1);
    return rank;
  });
}

/** @param {Letter[]} letters */
function numbersOf(letters) {
  return new Map(letters.map(({ letter, number }) => [letter, number]));
}

/**
 * The value of a figure that stands in a column.
 * @param {Network} network
 * @param {number} layer
 * @param {Explained} figure
 * @returns {Amount}
 */
function valueOf(network, layer, { name, formula }) {
  const [, group, axis] = RECEPTIVE_FIELD.exec(name) ?? [];
  if (group === undefined) {
    const value = network.columns[name][layer];
    return typeof value === "bigint" ? String(value) : value;
  }
  const field = network.receptiveFields[layer];
  const values = field && field[group === "receptive_field" ? "size" : group === "jump" ? "jump" : "start_padding"];
  if (values === null || formula === null) {
    return values;
  }
  return axis === undefined ? values[0] : values["lhwd".includes(axis) ? axesOf(values.length).indexOf(axis) : 0];
}

/** @param {number} rank */
function axesOf(rank) {
  return ["l", "hw", "dhw"][rank - 1] ?? "";
}
