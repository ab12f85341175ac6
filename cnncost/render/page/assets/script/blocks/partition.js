/** Where the cells of an icicle lie. */

/** @typedef {import("../data/network.js").Block} Block */
/** @typedef {import("../data/network.js").Item} Item */

/**
 * A cell of an icicle: a block or a layer, and the share of the width that its figure takes.
 *
 * @typedef {object} Cell
 * @property {Item} item
 * @property {number} depth how many blocks lie around it, below the root of the icicle
 * @property {number} start where it begins, from 0 to 1
 * @property {number} width its share of the root's figure, from 0 to 1
 * @property {number} value its figure: of a block, that of all its layers together
 * @property {Cell | null} parent the cell of the block around it
 */

/**
 * Lay a block out as an icicle: each row is what lies in the row above, as wide as its figure is large.
 *
 * @param {Pick<Block, "children">} root
 * @param {(layer: number) => number} figureOf the figure of a layer
 * @param {number} narrowest what is narrower than this share of the root is left out
 * @returns {Cell[]} from the outermost to the innermost, from left to right; the root alone where its figure is 0
 */
export function partition(root, figureOf, narrowest = 0) {
  const values = new Map();
  const total = summed(root, figureOf, values);
  /** @type {Cell[]} */
  const cells = [{ item: /** @type {Block} */ (root), depth: 0, start: 0, width: 1, value: total, parent: null }];
  if (!total) return cells;
  for (const cell of cells) {
    let { start } = cell;
    for (const item of childrenOf(cell.item)) {
      const value = typeof item === "number" ? figureOf(item) : values.get(item);
      const width = value / total;
      if (width > 0 && width >= narrowest) {
        cells.push({ item, depth: cell.depth + 1, start, width, value, parent: cell });
      }
      start += width;
    }
  }
  return cells;
}

/** @param {Item} item */
function childrenOf(item) {
  return typeof item === "number" ? [] : item.children;
}

/**
 * The figure of a block, and in `values` those of all blocks in it.
 *
 * @param {Pick<Block, "children">} block
 * @param {(layer: number) => number} figureOf
 * @param {Map<Pick<Block, "children">, number>} values
 */
function summed(block, figureOf, values) {
  let sum = 0;
  for (const child of block.children) {
    sum += typeof child === "number" ? figureOf(child) : summed(child, figureOf, values);
  }
  values.set(block, sum);
  return sum;
}
