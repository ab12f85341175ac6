/**
 * A block of a network: a part of it that has a name.
 *
 * @typedef {object} BlockNode
 * @property {string} name its path; empty for the whole network
 * @property {string} label what it is called within the block around it
 * @property {number} [repeats] how often it runs, where it is written once and run several times
 * @property {(BlockNode | number)[]} children the blocks and the layers in it, in order of execution
 */

/**
 * A cell of an icicle: a block or a layer, and the share of the width that its figure takes.
 *
 * @typedef {object} Cell
 * @property {BlockNode | number} node the block, or the layer's place among the layers
 * @property {number} depth how many blocks lie around it, below the root of the icicle
 * @property {number} start where it begins, from 0 to 1
 * @property {number} width its share of the root's figure, from 0 to 1
 * @property {number} value its figure
 * @property {number} parent the cell of the block around it among the cells; -1 for the root
 */

/**
 * The figure of a block: that of all its layers together.
 *
 * @param {BlockNode | number} node
 * @param {readonly number[]} values the figure of each layer
 * @returns {number}
 */
export function sumOf(node, values) {
  if (typeof node === "number") return values[node] ?? 0;
  let sum = 0;
  for (const child of node.children) sum += sumOf(child, values);
  return sum;
}

/**
 * Lay a block out as an icicle: each row is what lies in the row above, as wide as its figure is large.
 *
 * @param {BlockNode} root
 * @param {readonly number[]} values the figure of each layer
 * @param {number} narrowest what is narrower than this share of the root is left out
 * @returns {Cell[]} from the outermost to the innermost, from left to right; the root alone where its figure is 0
 */
export function partition(root, values, narrowest = 0) {
  const total = sumOf(root, values);
  /** @type {Cell[]} */
  const cells = [{ node: root, depth: 0, start: 0, width: 1, value: total, parent: -1 }];
  for (let place = 0; place < cells.length && total > 0; place += 1) {
    const cell = /** @type {Cell} */ (cells[place]);
    let start = cell.start;
    for (const child of typeof cell.node === "number" ? [] : cell.node.children) {
      const value = sumOf(child, values);
      const width = value / total;
      if (width > 0 && width >= narrowest) {
        cells.push({ node: child, depth: cell.depth + 1, start, width, value, parent: place });
      }
      start += width;
    }
  }
  return cells;
}

/**
 * The blocks from the outermost to the one that is called so, which is the last.
 *
 * @param {BlockNode} root
 * @param {string} name
 * @returns {BlockNode[]} empty where there is none
 */
export function pathTo(root, name) {
  if (root.name === name) return [root];
  for (const child of root.children) {
    const path = typeof child === "number" ? [] : pathTo(child, name);
    if (path.length) return [root, ...path];
  }
  return [];
}
