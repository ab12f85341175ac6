/** From sizes to places: where the items of a block stand, as `cnncost/render/diagram/placement.py` has it. */

/** @typedef {import("./drawing.js").Structure} Structure */
/** @typedef {{ left: number, right: number, height: number }} Size how far an item extends from its column's middle */
/**
 * @typedef {object} Placement the trunk runs down at x = 0, and the first rank begins at y = 0
 * @property {number[]} x the middle of every item's column
 * @property {number[]} y the top of every item
 * @property {number[]} rankOf the rank of every item
 * @property {[top: number, bottom: number][]} ranks
 * @property {Size} size of the whole
 */

/** Least distances between neighbours, of ranks and of rails. */
export const GAPS = { across: 22, down: 30, rail: 12 };

const SWEEPS = 3;
const STEEPNESS = 9;

/**
 * The places of a block's items.
 * @param {Structure} structure
 * @param {Size[]} sizes
 * @returns {Placement}
 */
export function placed(structure, sizes) {
  const columns = new Columns(structure, sizes).places();
  const x = structure.columns.map((column) => columns[column]);
  /** @type {number[]} */
  const rankOf = [];
  structure.ranks.forEach((row, rank) => row.forEach((item) => (rankOf[item] = rank)));
  const ranks = ranksOf(structure, sizes, x, rankOf);
  const y = sizes.map(({ height }, item) => (ranks[rankOf[item]][0] + ranks[rankOf[item]][1] - height) / 2);
  const rails = 1 + structure.rails.reduce((most, [number]) => Math.max(most, number), -1);
  const left = sizes.reduce((most, size, item) => Math.max(most, size.left - x[item]), 0) + rails * GAPS.rail;
  const right = sizes.reduce((most, size, item) => Math.max(most, size.right + x[item]), 0);
  return { x, y, rankOf, ranks, size: { left, right, height: ranks.length > 0 ? ranks[ranks.length - 1][1] : 0 } };
}

/**
 * Top and bottom of every rank: further apart where lines go far across.
 * @param {Structure} structure
 * @param {Size[]} sizes
 * @param {number[]} x
 * @param {number[]} rankOf
 */
function ranksOf(structure, sizes, x, rankOf) {
  const across = structure.ranks.map(() => 0);
  for (const [upper, lower] of structure.links) {
    across[rankOf[upper]] = Math.max(across[rankOf[upper]], Math.abs(x[upper] - x[lower]));
  }
  /** @type {[number, number][]} */
  const ranks = [];
  let top = 0;
  structure.ranks.forEach((row, rank) => {
    const bottom = top + row.reduce((most, item) => Math.max(most, sizes[item].height), 0);
    ranks.push([top, bottom]);
    const more = Math.floor(Math.floor(across[rank]) / STEEPNESS) - GAPS.down / 2;
    top = bottom + GAPS.down + Math.min(2 * GAPS.down, Math.max(0, more));
  });
  return ranks;
}

/** Columns as near to the spine as can be, then as near to what they are linked with as the room allows. */
class Columns {
  /**
   * @param {Structure} structure
   * @param {Size[]} sizes
   */
  constructor(structure, sizes) {
    const of = structure.columns;
    const count = 1 + of.reduce((most, column) => Math.max(most, column), -1);
    this.spine = structure.spine;
    /** @type {Map<number, number>[]} columns beside each, with the least distance */
    this.leftOf = Array.from({ length: count }, () => new Map());
    /** @type {Map<number, number>[]} */
    this.rightOf = Array.from({ length: count }, () => new Map());
    /** @type {number[][]} */
    this.linked = Array.from({ length: count }, () => []);
    /** @type {(number | undefined)[]} */
    this.x = Array(count).fill(undefined);
    for (const row of structure.ranks) {
      for (let place = 1; place < row.length; place++) {
        const [one, other] = [row[place - 1], row[place]];
        const least = sizes[one].right + sizes[other].left + GAPS.across;
        const distance = Math.max(least, this.rightOf[of[one]].get(of[other]) ?? 0);
        this.rightOf[of[one]].set(of[other], distance);
        this.leftOf[of[other]].set(of[one], distance);
      }
    }
    for (const [upper, lower] of structure.links) {
      if (of[upper] !== of[lower]) {
        this.linked[of[upper]].push(of[lower]);
        this.linked[of[lower]].push(of[upper]);
      }
    }
  }

  /** The middle of every column; the spine's is at 0. */
  places() {
    const { x, spine } = this;
    if (x.length > 0) {
      x[spine] = 0;
    }
    const leftwards = Array.from({ length: spine }, (_, place) => spine - 1 - place);
    const rightwards = Array.from({ length: Math.max(0, x.length - spine - 1) }, (_, place) => spine + 1 + place);
    for (const column of leftwards) {
      x[column] = this.#highest(column) ?? this.#wanted(column, 0);
    }
    for (const column of rightwards) {
      x[column] = this.#lowest(column) ?? this.#wanted(column, 0);
    }
    const there = [...leftwards.toReversed(), ...rightwards.toReversed(), ...leftwards, ...rightwards];
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (const column of there) {
        const wanted = Math.max(this.#wanted(column, x[column] ?? 0), this.#lowest(column) ?? -Infinity);
        x[column] = Math.min(wanted, this.#highest(column) ?? Infinity);
      }
    }
    return x.map((place) => place ?? 0);
  }

  /** @param {number} column */
  #lowest(column) {
    /** @type {number | undefined} */
    let found;
    for (const [left, gap] of this.leftOf[column]) {
      const place = this.x[left];
      if (place !== undefined && (found === undefined || place + gap > found)) found = place + gap;
    }
    return found;
  }

  /** @param {number} column */
  #highest(column) {
    /** @type {number | undefined} */
    let found;
    for (const [right, gap] of this.rightOf[column]) {
      const place = this.x[right];
      if (place !== undefined && (found === undefined || place - gap < found)) found = place - gap;
    }
    return found;
  }

  /**
   * The middle one of the columns that it is linked with.
   * @param {number} column
   * @param {number} otherwise
   */
  #wanted(column, otherwise) {
    const known = this.linked[column].map((other) => this.x[other]).filter((place) => place !== undefined);
    const places = known.sort((one, other) => one - other);
    if (places.length === 0) {
      return otherwise;
    }
    const middle = Math.floor(places.length / 2);
    return places.length % 2 ? places[middle] : (places[middle - 1] + places[middle]) / 2;
  }
}
