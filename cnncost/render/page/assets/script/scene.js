/** A network laid out with some of its blocks open: boxes, frames, lines and labels, each with its place. */

import { Block } from "./network.js";
import { GAPS, placed } from "./placement.js";
import { Ports } from "./ports.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./drawing.js").Structure} Structure */
/** @typedef {import("./network.js").Item} Item */
/** @typedef {import("./placement.js").Placement} Placement */
/** @typedef {import("./placement.js").Size} Size */
/** @typedef {{ x: number, y: number, width: number, height: number }} Extent */
/** @typedef {Extent & { item: Item, isOpen: boolean }} Plate a box, or the frame of an open block */
/** @typedef {[x: number, y: number]} Point */
/** @typedef {{ tensor: number, points: Point[], arrives: boolean }} Line */
/** @typedef {{ x: number, y: number, tensor: number }} ShapeLabel */
/** @typedef {{ width: number, height: number, plates: Plate[], lines: Line[], labels: ShapeLabel[] }} Scene */
/** @typedef {(item: Item) => { width: number, height: number }} Measure the size of a closed box */
/** @typedef {(item: Item) => number} MeasureTitle the width of the title of an open block */

const FRAME = 12;
const HEADER = 24;
/** What the shape beside a line takes, about. */
const LABEL_ROOM = 110;

/** The inside of a block, placed. */
class Inside {
  /**
   * @param {Block} block
   * @param {Structure} structure
   * @param {(Inside | null)[]} insides of its open children
   * @param {Size[]} sizes of its items
   * @param {Ports} ports
   */
  constructor(block, structure, insides, sizes, ports) {
    this.block = block;
    this.structure = structure;
    this.insides = insides;
    this.sizes = sizes;
    this.ports = ports;
    this.placement = placed(structure, sizes);
    /** Where the first rank begins in the frame. */
    this.top = structure.inlets.length > 0 ? 0 : HEADER;
  }

  /** With its frame. @param {number} title the width of its title @returns {Size} */
  framed(title) {
    const { left, right, height } = this.placement.size;
    const labelled = this.placement.x.map((x, item) => (this.ports.leaving.get(item)?.size === 1 ? x + LABEL_ROOM : 0));
    const bottom = this.structure.outlets.length > 0 ? 0 : FRAME;
    return {
      left: Math.max(left + FRAME, title),
      right: Math.max(right + FRAME, ...labelled),
      height: height + this.top + bottom,
    };
  }

  /** Where a tensor enters, from the middle. @param {number} tensor */
  inletAt(tensor) {
    return this.placement.x[this.block.children.length + this.structure.inlets.indexOf(tensor)];
  }

  /** Where a tensor leaves, from the middle. @param {number} tensor */
  outletAt(tensor) {
    const { inlets, outlets } = this.structure;
    return this.placement.x[this.block.children.length + inlets.length + outlets.indexOf(tensor)];
  }
}

/**
 * The network with some of its blocks open.
 * @param {Drawing} drawing
 * @param {Set<Block>} opened
 * @param {Measure} measure
 * @param {MeasureTitle} measureTitle
 * @returns {Scene}
 */
export function sceneOf(drawing, opened, measure, measureTitle) {
  const whole = insideOf(drawing.root, drawing, opened, measure, measureTitle);
  const { left, right, height } = whole.placement.size;
  /** @type {Scene} */
  const scene = { width: left + right, height, plates: [], lines: [], labels: [] };
  emit(whole, left, 0, scene);
  return scene;
}

/**
 * @param {Block} block
 * @param {Drawing} drawing
 * @param {Set<Block>} opened
 * @param {Measure} measure
 * @param {MeasureTitle} measureTitle
 * @returns {Inside}
 */
function insideOf(block, drawing, opened, measure, measureTitle) {
  const structure = drawing.structure(block);
  const insides = block.children.map((child) =>
    child instanceof Block && opened.has(child) ? insideOf(child, drawing, opened, measure, measureTitle) : null,
  );
  const ports = new Ports(structure, (item) => item < insides.length && insides[item] === null);
  const sizes = structure.columns.map((_, item) => {
    if (item >= insides.length) {
      return { left: 0, right: 0, height: 0 };
    }
    const inside = insides[item];
    if (inside !== null) {
      return inside.framed(measureTitle(inside.block));
    }
    const { width, height } = measure(block.children[item]);
    const half = Math.max(Math.ceil(width / 2), ports.room(item));
    return { left: half, right: half, height };
  });
  return new Inside(block, structure, insides, sizes, ports);
}

/**
 * Draw the inside of a block whose trunk is at `x` and whose first rank is at `y`.
 * @param {Inside} inside
 * @param {number} x
 * @param {number} y
 * @param {Scene} scene
 */
function emit(inside, x, y, scene) {
  const { block, insides, sizes, placement } = inside;
  block.children.forEach((item, place) => {
    const { left, right, height } = sizes[place];
    const [middle, top] = [x + placement.x[place], y + placement.y[place]];
    const within = insides[place];
    scene.plates.push({ item, isOpen: within !== null, x: middle - left, y: top, width: left + right, height });
    if (within !== null) {
      emit(within, middle, top + within.top, scene);
    }
  });
  emitLines(inside, x, y, scene);
}

/**
 * @param {Inside} inside
 * @param {number} x
 * @param {number} y
 * @param {Scene} scene
 */
function emitLines(inside, x, y, scene) {
  const { structure, placement, insides, ports, sizes } = inside;
  const outs = ports.places(ports.leaving, placement.x);
  const ins = ports.places(ports.entering, placement.x);
  const rankOf = (/** @type {number} */ item) => placement.ranks[placement.rankOf[item]];
  /** @param {number} item @param {number} tensor @returns {Point} */
  const leaves = (item, tensor) => {
    if (item >= insides.length) return [x + placement.x[item], y + rankOf(item)[0]];
    const at = insides[item]?.outletAt(tensor) ?? outs.get(item)?.get(tensor) ?? 0;
    return [x + placement.x[item] + at, y + placement.y[item] + sizes[item].height];
  };
  /** @param {number} item @param {number} tensor @returns {Point} */
  const enters = (item, tensor) => {
    if (item >= insides.length) return [x + placement.x[item], y + rankOf(item)[0]];
    const at = insides[item]?.inletAt(tensor) ?? ins.get(item)?.get(tensor) ?? 0;
    return [x + placement.x[item] + at, y + placement.y[item]];
  };
  const arrives = (/** @type {number} */ item) => item < insides.length && insides[item] === null;
  for (const [upper, lower, tensor] of structure.links) {
    const [start, end] = [leaves(upper, tensor), enters(lower, tensor)];
    const [below, above] = [y + rankOf(upper)[1], y + rankOf(lower)[0]];
    scene.lines.push({
      tensor,
      points: [start, [start[0], below], [end[0], above], end],
      arrives: arrives(lower),
    });
  }
  const rails = structure.rails.reduce((most, [number]) => Math.max(most, number), 0);
  for (const [number, source, tensor, targets] of structure.rails) {
    const start = leaves(source, tensor);
    const at = x - placement.size.left + GAPS.rail * (rails - number + 0.5);
    const below = y + rankOf(source)[1] + GAPS.rail;
    for (const target of targets) {
      const end = enters(target, tensor);
      const above = y + rankOf(target)[0] - GAPS.rail;
      /** @type {Point[]} */
      const points = [start, [start[0], below], [at, below], [at, above], [end[0], above], end];
      scene.lines.push({ tensor, points, arrives: arrives(target) });
    }
  }
  for (const [item, tensors] of ports.leaving) {
    for (const tensor of tensors.size === 1 ? tensors.keys() : []) {
      const [labelX, labelY] = leaves(item, tensor);
      scene.labels.push({ x: labelX + 5, y: labelY + 13, tensor });
    }
  }
}
