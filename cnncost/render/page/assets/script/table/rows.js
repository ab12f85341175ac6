/** Which rows the layer table has, in their order: what is folded, sorted and filtered. */

import { Block } from "../data/network.js";

/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("../data/network.js").Item} Item */
/** @typedef {{ item: Item, depth: number, open: boolean }} Row */
/**
 * @typedef {object} Arrangement
 * @property {boolean} nested whether layers stand in their blocks
 * @property {Set<string>} open the names of the blocks that are open
 * @property {{ column: string, descending: boolean } | null} sort `null` for the order of execution
 * @property {((layer: number) => boolean) | null} filter which layers are let through; `null` for all
 * @property {(column: string, item: Item) => number | string} key what a column is sorted by
 */

/**
 * The rows of a table.
 * @param {Block} root the block that is looked into
 * @param {Arrangement} arrangement
 * @returns {Row[]}
 */
export function rowsOf(root, arrangement) {
  const { nested, filter } = arrangement;
  if (!nested) {
    const layers = root.layers.filter((layer) => filter === null || filter(layer));
    return sorted(layers, arrangement).map((item) => ({ item, depth: 0, open: false }));
  }
  return nestedRows(root, arrangement, 0);
}

/**
 * @param {Block} block
 * @param {Arrangement} arrangement
 * @param {number} depth
 * @returns {Row[]}
 */
function nestedRows(block, arrangement, depth) {
  const { filter, open } = arrangement;
  return sorted(block.children, arrangement).flatMap((item) => {
    if (!(item instanceof Block)) {
      return filter === null || filter(item) ? [{ item, depth, open: false }] : [];
    }
    if (filter !== null) {
      const inside = nestedRows(item, arrangement, depth + 1);
      return inside.length ? [{ item, depth, open: true }, ...inside] : [];
    }
    const isOpen = open.has(item.name);
    return [{ item, depth, open: isOpen }, ...(isOpen ? nestedRows(item, arrangement, depth + 1) : [])];
  });
}

/**
 * @param {Item[]} items
 * @param {Arrangement} arrangement
 * @returns {Item[]}
 */
function sorted(items, { sort, key }) {
  if (sort === null) {
    return items;
  }
  const keys = new Map(items.map((item) => [item, key(sort.column, item)]));
  const sign = sort.descending ? -1 : 1;
  return [...items].sort((first, second) => sign * compare(keys.get(first) ?? 0, keys.get(second) ?? 0));
}

/**
 * @param {number | string} first
 * @param {number | string} second
 */
function compare(first, second) {
  if (typeof first === "string" || typeof second === "string") {
    return String(first).localeCompare(String(second), "en", { numeric: true });
  }
  return first - second;
}
