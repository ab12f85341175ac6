/** Where the arrow keys lead in the graph. */

/** @typedef {import("./scene.js").Plate} Plate */

/** @type {Record<string, [across: number, down: number]>} */
const DIRECTIONS = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * The plate that an arrow leads to: the nearest in that direction.
 * @param {Plate[]} plates
 * @param {Plate} from
 * @param {string} key
 */
export function nearest(plates, from, key) {
  const direction = DIRECTIONS[key];
  if (direction === undefined) {
    return undefined;
  }
  const [across, down] = direction;
  const [x, y] = middleOf(from);
  /** @type {Plate | undefined} */
  let found;
  let best = Infinity;
  for (const plate of plates) {
    const [otherX, otherY] = middleOf(plate);
    const ahead = (otherX - x) * across + (otherY - y) * down;
    const aside = Math.abs((otherX - x) * down) + Math.abs((otherY - y) * across);
    const far = ahead + 3 * aside;
    if (plate !== from && ahead > 1 && far < best) {
      [found, best] = [plate, far];
    }
  }
  return found;
}

/** The middle of a box, or of the title of a frame. @param {Plate} plate @returns {[number, number]} */
function middleOf({ x, y, width, height, isOpen }) {
  return [x + width / 2, y + (isOpen ? 12 : height / 2)];
}
