/** The drawing of a network without sizes: blocks in each other, and how the parts of each lie to one another. */

import { Block } from "../data/network.js";

/** @typedef {import("../data/network.js").Network} Network */
/**
 * @typedef {object} Structure how a block is drawn, as `cnncost/render/diagram/structure.py` finds it; its items are
 * the children of the block, then what enters it, what leaves it, and the bends of lines
 * @property {number[]} inlets numbers of the layers outside that something in the block reads
 * @property {number[]} outlets numbers of layers of the block that something outside reads
 * @property {number[][]} ranks the items of each rank, from left to right
 * @property {number[]} columns the column of each item, numbered from left to right
 * @property {number} spine the column of the trunk
 * @property {[upper: number, lower: number, tensor: number][]} links pieces of lines between neighbouring ranks
 * @property {[number: number, source: number, tensor: number, targets: number[]][]} rails lines beside all boxes
 */

/** The blocks of a network and their structures. */
export class Drawing {
  /** @param {any} data as `cnncost/render/diagram/data.py` writes it */
  constructor(data) {
    /** @type {Map<string, Block>} by name */
    this.blocks = new Map();
    /** @type {Map<Block, Structure>} */
    this.structures = new Map();
    /** @type {Block[]} the block that each layer lies in */
    this.blockOf = [];
    this.root = this.#block(data, null);
  }

  /**
   * @param {any} data
   * @param {Block | null} parent
   */
  #block(data, parent) {
    const block = new Block(data.name, data.label, data.kind, parent);
    this.blocks.set(block.name, block);
    this.structures.set(block, structureOf(data));
    for (const child of data.children) {
      if (typeof child === "number") {
        block.children.push(child);
        this.blockOf[child] = block;
      } else {
        block.children.push(this.#block(child, block));
      }
    }
    return block;
  }

  /**
   * The structure of a block.
   * @param {Block} block
   */
  structure(block) {
    return /** @type {Structure} */ (this.structures.get(block));
  }

  /**
   * The blocks that are open when as many levels are as make no more than so many boxes.
   * @param {number} boxes
   */
  openedFor(boxes) {
    /** @type {Set<Block>} */
    let opened = new Set([this.root]);
    let closed = blocksIn(this.root);
    let count = this.root.children.length;
    while (closed.length > 0) {
      count += closed.reduce((sum, block) => sum + block.children.length - 1, 0);
      if (count > boxes) {
        break;
      }
      opened = new Set([...opened, ...closed]);
      closed = closed.flatMap(blocksIn);
    }
    return opened;
  }
}

/** @param {Block} block @returns {Block[]} */
function blocksIn(block) {
  return block.children.filter((child) => child instanceof Block);
}

/** @param {any} data @returns {Structure} */
function structureOf(data) {
  const ranks = data.ranks.map((/** @type {number | number[]} */ rank) => (typeof rank === "number" ? [rank] : rank));
  /** @type {[number, number, number][]} */
  const links = [];
  for (let place = 0; place < data.links.length; place += 3) {
    links.push([data.links[place], data.links[place + 1], data.links[place + 2]]);
  }
  const items = ranks.reduce((/** @type {number} */ sum, /** @type {number[]} */ rank) => sum + rank.length, 0);
  return {
    inlets: data.inlets,
    outlets: data.outlets,
    ranks,
    columns: data.columns ?? Array(items).fill(0),
    spine: data.spine ?? 0,
    links,
    rails: data.rails ?? [],
  };
}
