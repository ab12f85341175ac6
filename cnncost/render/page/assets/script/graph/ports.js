/** Where lines touch closed boxes: side by side, the one of the trunk in the middle. */

/** @typedef {import("./drawing.js").Structure} Structure */
/** @typedef {Map<number, Map<number, number[]>>} Ends by item and tensor: the items at the other end */

const PORT_STEP = 12;

/** The ports of the closed boxes of a block. */
export class Ports {
  /**
   * @param {Structure} structure
   * @param {number} parts how many of the items are no bends
   * @param {(item: number) => boolean} isClosed
   */
  constructor(structure, parts, isClosed) {
    this.columns = structure.columns;
    /** @type {Map<number, number>} the rank of each item */
    this.rankOf = new Map();
    structure.ranks.forEach((row, rank) => row.forEach((item) => this.rankOf.set(item, rank)));
    /** @type {[upper: number, lower: number][][]} pieces of lines by the rank that they come from */
    this.links = structure.ranks.map(() => []);
    /** @type {Ends} */
    this.leaving = new Map();
    /** @type {Ends} */
    this.entering = new Map();
    for (const [upper, lower, tensor] of structure.links) {
      const rank = this.rankOf.get(upper) ?? 0;
      this.links[rank].push([upper, lower]);
      if (isClosed(upper)) endsOf(this.leaving, upper, tensor).push(lower);
      if (isClosed(lower)) endsOf(this.entering, lower, tensor).push(upper);
    }
    for (const [, source, tensor, targets] of structure.rails) {
      if (isClosed(source)) endsOf(this.leaving, source, tensor);
      for (const target of targets) {
        if (isClosed(target)) endsOf(this.entering, target, tensor);
      }
    }
    /** @type {Map<number, number[]>} by box, the tensors whose shapes stand below it */
    this.below = new Map();
    /** @type {Map<number, number>} by bend, the tensor whose shape stands beside it */
    this.beside = new Map();
    this.#label(parts);
  }

  /** Say where shapes stand. @param {number} parts */
  #label(parts) {
    for (const [item, tensors] of this.leaving) {
      for (const [tensor, lowers] of tensors) {
        const bend = lowers.find((lower) => lower >= parts);
        if (tensors.size === 1 || bend === undefined) {
          this.below.set(item, [...(this.below.get(item) ?? []), tensor]);
        } else {
          this.beside.set(bend, tensor);
        }
      }
    }
  }

  /**
   * Whether what stands below a box ends at its line: where lines go to the right, or come from there, and none do so
   * on the left.
   * @param {number} item
   * @param {number[]} x of the items
   */
  labelEnds(item, x) {
    const lowers = [...(this.leaving.get(item)?.values() ?? [])].flat();
    const around = this.links[this.rankOf.get(item) ?? 0].filter(([upper]) => upper !== item);
    const right =
      lowers.some((lower) => x[lower] > x[item]) ||
      around.some(([upper, lower]) => x[upper] > x[item] && x[lower] <= x[item]);
    const left =
      lowers.some((lower) => x[lower] < x[item]) ||
      around.some(([upper, lower]) => x[upper] < x[item] && x[lower] >= x[item]);
    return right && !left;
  }

  /**
   * The room that the ports of a box need on either side of its middle.
   * @param {number} item
   */
  room(item) {
    const most = Math.max(this.leaving.get(item)?.size ?? 0, this.entering.get(item)?.size ?? 0);
    return most > 1 ? PORT_STEP * most : 0;
  }

  /**
   * How far from the middle of its box the port of each tensor is.
   * @param {Ends} ends
   * @param {number[]} x of the items
   */
  places(ends, x) {
    /** @type {Map<number, Map<number, number>>} */
    const places = new Map();
    for (const [item, tensors] of ends) {
      const ordered = [...tensors].map(([tensor, others]) => ({ tensor, others, at: meanOf(others, x) }));
      ordered.sort((one, other) => one.at - other.at);
      const isStraight = (/** @type {number} */ other) => this.columns[other] === this.columns[item];
      const straight = ordered.findIndex(({ others }) => others.some(isStraight));
      const middle = straight < 0 ? (ordered.length - 1) / 2 : straight;
      places.set(item, new Map(ordered.map(({ tensor }, place) => [tensor, PORT_STEP * (place - middle)])));
    }
    return places;
  }
}

/**
 * @param {Ends} ends
 * @param {number} item
 * @param {number} tensor
 */
function endsOf(ends, item, tensor) {
  const tensors = ends.get(item) ?? new Map();
  ends.set(item, tensors);
  const others = tensors.get(tensor) ?? [];
  tensors.set(tensor, others);
  return others;
}

/**
 * @param {number[]} others
 * @param {number[]} x
 */
function meanOf(others, x) {
  return others.length > 0 ? others.reduce((sum, other) => sum + x[other], 0) / others.length : -1e9;
}
