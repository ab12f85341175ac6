/** A network laid out with some of its blocks open: boxes, frames, lines and labels, each with its place. */

import { Block } from "../data/network.js";
import { GAPS, placed } from "./placement.js";
import { Ports } from "./ports.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./drawing.js").Structure} Structure */
/** @typedef {import("../data/network.js").Item} Item */
/** @typedef {import("./placement.js").Placement} Placement */
/** @typedef {import("./placement.js").Size} Size */
/** @typedef {{ x: number, y: number, width: number, height: number }} Extent */
/** @typedef {Extent & { item: Item, isOpen: boolean }} Plate a box, or the frame of an open block */
/** @typedef {[x: number, y: number]} Point */
/** @typedef {{ tensor: number, points: Point[], arrives: boolean }} Line */
/** @typedef {{ x: number, y: number, tensors: number[], ends: boolean }} ShapeLabel it may end where it is */
/** @typedef {{ width: number, height: number, plates: Plate[], lines: Line[], labels: ShapeLabel[] }} Scene */
/**
 * @typedef {object} Measure how large what is written is
 * @property {(item: Item) => { width: number, height: number }} size of a closed box
 * @property {(item: Item) => number} titleWidth of an open block
 * @property {(tensors: number[]) => number} labelWidth of the shapes of some tensors
 */

const FRAME = 12;
const HEADER = 24;

/** The inside of a block, placed. */
class Inside {
  /**
   * @param {Block} block
   * @param {Structure} structure
   * @param {(Inside | null)[]} insides of its open children
   * @param {Size[]} sizes of its items
   * @param {Ports} ports
   * @param {Measure} measure
   */
  constructor(block, structure, insides, sizes, ports, measure) {
    this.block = block;
    this.structure = structure;
    this.insides = insides;
    this.sizes = sizes;
    this.ports = ports;
    this.placement = withLabels(placed(structure, sizes), ports, measure);
    /** Where the first rank begins in the frame. */
    this.top = structure.inlets.length > 0 ? 0 : HEADER;
  }

  /** With its frame. @param {number} title the width of its title @returns {Size} */
  framed(title) {
    const { left, right, height } = this.placement.size;
    const bottom = this.structure.outlets.length > 0 ? 0 : FRAME;
    return {
      left: Math.max(left + FRAME, title),
      right: right + FRAME,
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
 * A placement with room for what stands below boxes.
 * @param {Placement} placement
 * @param {Ports} ports
 * @param {Measure} measure
 * @returns {Placement}
 */
function withLabels(placement, ports, measure) {
  const { x } = placement;
  let { left, right } = placement.size;
  for (const [item, tensors] of ports.below) {
    const room = measure.labelWidth(tensors) + 18 + 12 * (tensors.length - 1);
    if (ports.labelEnds(item, x)) {
      left = Math.max(left, room - x[item]);
    } else {
      right = Math.max(right, room + x[item]);
    }
  }
  return { ...placement, size: { ...placement.size, left, right } };
}

/**
 * The network with some of its blocks open.
 * @param {Drawing} drawing
 * @param {Set<Block>} opened
 * @param {Measure} measure
 * @returns {Scene}
 */
export function sceneOf(drawing, opened, measure) {
  const whole = insideOf(drawing.root, drawing, opened, measure);
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
 * @returns {Inside}
 */
function insideOf(block, drawing, opened, measure) {
  const structure = drawing.structure(block);
  const insides = block.children.map((child) =>
    child instanceof Block && opened.has(child) ? insideOf(child, drawing, opened, measure) : null,
  );
  const parts = insides.length + structure.inlets.length + structure.outlets.length;
  const ports = new Ports(structure, parts, (item) => item < insides.length && insides[item] === null);
  const sizes = structure.columns.map((_, item) => {
    if (item >= insides.length) {
      const beside = ports.beside.get(item);
      return { left: 0, right: beside === undefined ? 0 : measure.labelWidth([beside]) + 6, height: 0 };
    }
    const inside = insides[item];
    if (inside !== null) {
      return inside.framed(measure.titleWidth(inside.block));
    }
    const { width, height } = measure.size(block.children[item]);
    const half = Math.max(Math.ceil(width / 2), ports.room(item));
    return { left: half, right: half, height };
  });
  return new Inside(block, structure, insides, sizes, ports, measure);
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
  for (const [bend, tensor] of ports.beside) {
    scene.labels.push({ x: x + placement.x[bend] + 5, y: y + rankOf(bend)[0] + 8, tensors: [tensor], ends: false });
  }
  for (const [item, below] of ports.below) {
    const places = below.map((tensor) => ({ tensor, at: leaves(item, tensor) }));
    places.sort((one, other) => one.at[0] - other.at[0]);
    const ends = ports.labelEnds(item, placement.x);
    const [at, down] = (ends ? places[0] : places[places.length - 1]).at;
    const tensors = places.map(({ tensor }) => tensor);
    scene.labels.push({ x: at + (ends ? -5 : 5), y: down + 13, tensors, ends });
  }
}
