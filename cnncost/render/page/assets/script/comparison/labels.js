/** Where the names of points stand, so that they do not lie over each other. */

/** How large the picture and its letters are, about, in pixels. */
const ROOM = { width: 900, height: 380, letter: 7.2, line: 18, gap: 9 };

/** @typedef {"right" | "left" | "above" | "below"} Side */
/** @typedef {{ left: number, right: number, low: number, high: number }} Extent */

/** @type {Side[]} */
const SIDES = ["right", "left", "above", "below"];

/**
 * On which side of its point each name stands: the first where it meets no other name and no point, and stays within
 * the picture.
 * @param {readonly { left: number, up: number, text: string }[]} points their places from 0 to 1
 * @returns {Side[]}
 */
export function labelSides(points) {
  /** @type {Extent[]} */
  const taken = points.map(({ left, up }) => around(left * ROOM.width, up * ROOM.height, ROOM.gap, ROOM.gap));
  return points.map((point) => {
    const free = SIDES.find((side) => {
      const extent = extentOf(point, side);
      return within(extent) && !taken.some((other) => meet(extent, other));
    });
    const side = free ?? "right";
    taken.push(extentOf(point, side));
    return side;
  });
}

/**
 * @param {{ left: number, up: number, text: string }} point
 * @param {Side} side
 * @returns {Extent}
 */
function extentOf({ left, up, text }, side) {
  const wide = (text.length * ROOM.letter) / 2;
  const [x, y] = [left * ROOM.width, up * ROOM.height];
  const beside = wide + ROOM.gap * 1.1;
  const over = ROOM.line * 0.9;
  const middle = { right: [x + beside, y], left: [x - beside, y], above: [x, y + over], below: [x, y - over] }[side];
  return around(middle[0], middle[1], wide, ROOM.line / 3);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} wide half of the width
 * @param {number} high half of the height
 * @returns {Extent}
 */
function around(x, y, wide, high) {
  return { left: x - wide, right: x + wide, low: y - high, high: y + high };
}

/** @param {Extent} extent */
function within({ left, right, low, high }) {
  return left >= 0 && right <= ROOM.width && low >= 0 && high <= ROOM.height;
}

/**
 * @param {Extent} one
 * @param {Extent} other
 */
function meet(one, other) {
  return one.left < other.right && other.left < one.right && one.low < other.high && other.low < one.high;
}
