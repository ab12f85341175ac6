/** Boxes, frames, lines and labels of the graph as elements of SVG. */

import { svg } from "../elements/dom.js";
import { axesText, percentText, shapeText } from "../data/format.js";
import { Block } from "../data/network.js";

/** @typedef {import("../data/network.js").Item} Item */
/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("./scene.js").Plate} Plate */
/** @typedef {import("./scene.js").Line} Line */
/** @typedef {{ title: string, lines: string[] }} Words */

const LETTERS = { title: 13, small: 11 };
const LETTER_LINE = 14;
const BOX_PADDING = 10;
const LEAST_BOX = 64;
const MOST_SHAPES = 4;
const MOST_TEXT = 280;
/** How far lines run upright into a box: what turns there would lay the arrow's head on its side. */
const UPRIGHT = 9;

/** What is written into the boxes of a network, and how large that is. */
export class Lettering {
  #pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  /** @type {Map<Item, Words>} */
  #words = new Map();

  /**
   * @param {Network} network
   * @param {(item: Item) => Block | null} around the block that an item lies in
   * @param {string} figure
   */
  constructor(network, around, figure) {
    this.network = network;
    this.around = around;
    this.figure = figure;
  }

  /** What is written of an item. @param {Item} item @returns {Words} */
  words(item) {
    const known = this.#words.get(item);
    if (known !== undefined) {
      return known;
    }
    const [title, ...lines] = this.#written(item);
    const words = {
      title: this.#cut(title, LETTERS.title),
      lines: lines.filter((line) => line !== "").map((line) => this.#cut(line, LETTERS.small)),
    };
    this.#words.set(item, words);
    return words;
  }

  /** How large the closed box of an item is. @param {Item} item */
  size(item) {
    const { title, lines } = this.words(item);
    const widths = [this.#width(title, LETTERS.title), ...lines.map((line) => this.#width(line, LETTERS.small))];
    return {
      width: Math.max(LEAST_BOX, Math.ceil(Math.max(...widths))) + 2 * BOX_PADDING,
      height: LETTER_LINE * (1 + lines.length) + 2 * BOX_PADDING - 4,
    };
  }

  /** How wide the title of an open block is. @param {Item} item */
  titleWidth(item) {
    return Math.ceil(this.#width(this.words(item).title, LETTERS.title)) + 44;
  }

  /** The shapes of some tensors. @param {number[]} tensors */
  shapes(tensors) {
    const shapes = tensors.slice(0, MOST_SHAPES).map((tensor) => {
      const { inputs, shapes: ofLayers } = this.network;
      return shapeText((tensor < 0 ? Object.values(inputs)[-1 - tensor] : ofLayers[tensor]).slice(1));
    });
    return [...shapes, ...(tensors.length > MOST_SHAPES ? ["…"] : [])].join(" | ");
  }

  /** How wide they are. @param {number[]} tensors */
  labelWidth(tensors) {
    return Math.ceil(this.#width(this.shapes(tensors), LETTERS.small));
  }

  /** What an item is called in the block around it. @param {Item} item */
  label(item) {
    if (item instanceof Block) {
      return item.label;
    }
    const name = this.network.nameOf(item);
    const around = this.around(item)?.name ?? "";
    return (name.startsWith(around) ? name.slice(around.length).replace(/^\./, "") : name) || this.network.types[item];
  }

  /** The figure of an item, and its part of the whole. @param {Item} item */
  cost(item) {
    const { network, figure } = this;
    if ((typeof item === "number" && item < 0) || network.magnitude(figure, item) === 0) {
      return "";
    }
    const share = percentText(network.magnitude(figure, item), network.magnitude(figure, network.root));
    return `${network.text(figure, item)} ${network.figures[figure].heading}, ${share}`;
  }

  /** The name, what it is, and what it costs. @param {Item} item */
  #written(item) {
    const { network } = this;
    const label = this.label(item);
    if (item instanceof Block) {
      const kind = item.kind && !label.startsWith(item.kind) ? `${item.kind}, ` : "";
      return [label, `${kind}${item.layers.length} layers`, this.cost(item)];
    }
    if (item < 0) {
      return [label, ""];
    }
    const [type, kernel, stride] = [network.types[item], network.kernels[item], network.strides[item]];
    const steps = stride !== null && stride.some((step) => step !== 1) ? ` / ${axesText(stride)}` : "";
    const extent = kernel === null ? "" : `${kernel.join("×")}${steps}`;
    const kind = label === type || label.startsWith(`${type}_`) || label.startsWith(`${type}[`) ? "" : type;
    return [label, [kind, extent].filter(Boolean).join(" "), this.cost(item)];
  }

  /** @param {string} text @param {number} size */
  #width(text, size) {
    this.#pen.font = `${size}px system-ui, sans-serif`;
    return this.#pen.measureText(text).width * 1.05;
  }

  /** A text as far as there is room. @param {string} text @param {number} size */
  #cut(text, size) {
    const short = text.slice(0, 80);
    if (short === text && this.#width(text, size) <= MOST_TEXT) {
      return text;
    }
    let length = short.length;
    while (length > 1 && this.#width(short.slice(0, length), size) > MOST_TEXT) {
      length -= 1;
    }
    return `${short.slice(0, length)}…`;
  }
}

/**
 * The element of a box, or of the frame of an open block, as a button.
 * @param {Plate} plate
 * @param {Lettering} lettering
 * @param {number} share of the darkest
 */
export function plateElement(plate, lettering, share) {
  const { x, y, item, isOpen } = plate;
  const isOutput = lettering.network.outputs.some((output) => output === item);
  const kind = kindOf(item);
  const name = lettering.network.nameOf(item);
  const { title, lines } = lettering.words(item);
  const written = isOpen ? [title] : [title, ...lines];
  const said = [written.join(" "), isOutput ? "output of the network" : kind, name === title ? "" : name];
  return svg(
    "g",
    {
      class: `plate ${kind}${isOpen ? " open" : ""}${isOutput ? " output" : ""}`,
      role: kind === "input" ? "img" : "button",
      tabindex: -1,
      transform: `translate(${x} ${y})`,
      "aria-label": said.filter(Boolean).join(", "),
      "aria-expanded": kind === "block" ? isOpen : null,
      "data-name": name,
    },
    isOpen ? frameParts(plate, lettering) : boxParts(plate, lettering, share),
  );
}

/** @param {Item} item */
function kindOf(item) {
  if (item instanceof Block) {
    return "block";
  }
  return item < 0 ? "input" : "layer";
}

/**
 * @param {Plate} plate
 * @param {Lettering} lettering
 */
function frameParts({ width, height, item }, lettering) {
  const bar = Math.min(width, lettering.titleWidth(item));
  return [
    svg("rect", { class: "frame", width, height, rx: 6 }),
    svg("rect", { class: "bar", width: bar - 8, height: 22, rx: 6 }),
    svg("text", { x: 10, y: 16 }, lettering.words(item).title),
  ];
}

/**
 * @param {Plate} plate
 * @param {Lettering} lettering
 * @param {number} share
 */
function boxParts({ width, height, item }, lettering, share) {
  const { title, lines } = lettering.words(item);
  const kind = kindOf(item);
  return [
    svg("rect", { width, height, rx: kind === "input" ? height / 2 : 4, style: `--share:${share.toFixed(4)}` }),
    svg("text", { x: width / 2, y: LETTER_LINE + 6 }, title),
    ...lines.flatMap((line, place) => [
      " ", // between the words of the accessible name
      svg("text", { class: "small", x: width / 2, y: LETTER_LINE * (place + 2) + 6 }, line),
    ]),
  ];
}

/**
 * The element of a piece of a line: upright, across in a curve, and upright again.
 * @param {Line} line
 */
export function lineElement({ points, arrives }) {
  const [[x, y], [, below], [endX, top], [, endY]] = points;
  const above = arrives ? Math.min(top, endY - UPRIGHT) : top;
  const middle = (below + above) / 2;
  const curve = x === endX ? "" : `V${below}C${x} ${middle} ${endX} ${middle} ${endX} ${above}`;
  const path =
    points.length > 4 ? `M${points.map((point) => point.join(" ")).join("L")}` : `M${x} ${y}${curve}V${endY}`;
  return svg("path", { d: path, "marker-end": arrives ? "url(#arrow)" : null });
}

/**
 * The shapes of tensors, beside their lines.
 * @param {import("./scene.js").ShapeLabel} label
 * @param {Lettering} lettering
 */
export function labelElement({ x, y, tensors, ends }, lettering) {
  return svg("text", { x, y, "text-anchor": ends ? "end" : null }, lettering.shapes(tensors));
}
