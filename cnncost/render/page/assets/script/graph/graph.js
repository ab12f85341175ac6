/** The graph: blocks that open and close, lines between them, dark where they cost much. */

import { nearest } from "./arrows.js";
import { html, svg } from "../elements/dom.js";
import { Drawing } from "./drawing.js";
import { Block } from "../data/network.js";
import { Lettering, labelElement, lineElement, plateElement } from "./plates.js";
import { sceneOf } from "./scene.js";
import { labelIsSeen, lineIsSeen, plateIsSeen } from "./seen.js";
import { ZoomWindow } from "./zooming.js";

/** @typedef {import("../data/network.js").Item} Item */
/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("./scene.js").Plate} Plate */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../state.js").State} State */

const OPEN_AT_FIRST = 30;
const READABLE_FROM = 0.35;

/**
 * The view of the network as a graph.
 * @param {State} state
 */
export function graphView(state) {
  return new GraphView(state);
}

class GraphView {
  /** @type {Map<Network, { drawing: Drawing, opened: Set<Block> }>} */
  #known = new Map();
  /** @type {Map<object, SVGElement>} what is in the picture, by what it is drawn of */
  #shown = new Map();
  /** @type {Scene} */
  #scene = { width: 0, height: 0, plates: [], lines: [], labels: [] };
  /** @type {Item | null} what the keyboard is at */
  #current = null;
  /** @type {unknown[]} what was laid out last */
  #laid = [];
  #most = 0;

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.frames = svg("g", { class: "frames" });
    this.lines = svg("g", { class: "lines", "aria-hidden": "true" });
    this.boxes = svg("g", { class: "boxes" });
    this.labels = svg("g", { class: "labels" });
    const head = svg("path", { d: "M0 0L8 4L0 8Z" });
    const box = { viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" };
    this.picture = svg(
      "svg",
      { class: "graph", role: "group" },
      svg("defs", {}, svg("marker", { id: "arrow", ...box }, head)),
      ...[this.frames, this.lines, this.boxes, this.labels],
    );
    this.window = new ZoomWindow(this.picture, () => this.#draw());
    this.window.element.addEventListener("keydown", (event) => this.#key(event));
    this.picture.addEventListener("click", (event) => this.#click(event));
    this.picture.addEventListener("focusin", (event) => this.#focused(event));
    this.scale = html("p", { class: "cost-scale" });
    this.element = html("div", {}, this.#controls(), this.window.element, this.scale, this.#hint());
    this.update = () => this.#update();
  }

  #controls() {
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) =>
      html("button", { type: "button", onclick }, label);
    return html(
      "div",
      { class: "controls" },
      button("Open every block", () => this.#open(new Set(this.#drawing.blocks.values()))),
      button("Close every block", () => this.#open(new Set([this.#drawing.root]))),
      button("Zoom in", () => this.window.zoomBy(1)),
      button("Zoom out", () => this.window.zoomBy(-1)),
      button("Fit", () => this.window.fit()),
    );
  }

  #hint() {
    const text =
      "A click opens and closes blocks, and selects layers. Drag or scroll to move; Ctrl with the wheel, or two " +
      "fingers, zoom. Keys: arrows go from box to box, Enter opens, Escape closes, + and − zoom, 0 fits.";
    return html("p", { class: "hint" }, text);
  }

  get #drawing() {
    return this.#opened.drawing;
  }

  get #opened() {
    const { network } = this.state;
    const known = this.#known.get(network);
    if (known !== undefined) {
      return known;
    }
    const drawing = new Drawing(network.drawing);
    const made = { drawing, opened: drawing.openedFor(OPEN_AT_FIRST) };
    this.#known.set(network, made);
    return made;
  }

  #update() {
    const { network, figure, layer } = this.state;
    const [oldNetwork, oldFigure, oldLayer] = this.#laid;
    this.#laid = [network, figure, layer];
    if (network !== oldNetwork) {
      this.#current = null;
      this.#layOut();
      this.window.fitWidth();
    } else if (figure !== oldFigure) {
      this.#layOut();
    }
    if (layer !== oldLayer) {
      this.#show(layer);
    }
  }

  /** Give everything its place anew. */
  #layOut() {
    const { network, figure } = this.state;
    const { drawing, opened } = this.#opened;
    const around = (/** @type {Item} */ item) => (item instanceof Block ? item.parent : drawing.blockOf[item]);
    this.lettering = new Lettering(network, around, figure);
    this.#scene = sceneOf(drawing, opened, this.lettering);
    this.#most = this.#scene.plates.reduce((most, plate) => Math.max(most, this.#costOf(plate)), 0);
    this.picture.setAttribute("aria-label", `${network.name} as a graph`);
    this.window.element.setAttribute("aria-label", `The graph of ${network.name}, which scrolls`);
    this.window.element.setAttribute("role", "group");
    this.scale.replaceChildren(
      "0 ",
      html("i", { "aria-hidden": "true" }),
      ` ${network.formatOf(figure)(Math.round(this.#most))} ${network.figures[figure].title}`,
    );
    for (const element of this.#shown.values()) {
      element.remove();
    }
    this.#shown.clear();
    this.window.resize(this.#scene.width + 2 * AROUND, this.#scene.height + 2 * AROUND);
    this.#draw();
  }

  /** @param {Plate} plate */
  #costOf({ item, isOpen }) {
    const isInput = typeof item === "number" && item < 0;
    return isOpen || isInput ? 0 : this.state.network.magnitude(this.state.figure, item);
  }

  /** Put into the picture what is seen of the scene, and take out what is not. */
  #draw() {
    const { lettering } = this;
    if (lettering === undefined) return;
    const { seen } = this.window;
    const { plates, lines, labels } = this.#scene;
    this.picture.classList.toggle("far", this.window.scale < READABLE_FROM);
    const old = new Set(this.#shown.keys());
    const put = (
      /** @type {object} */ thing,
      /** @type {SVGElement} */ group,
      /** @type {() => SVGElement} */ make,
    ) => {
      if (!old.delete(thing)) {
        const element = make();
        this.#shown.set(thing, element);
        group.append(element);
      }
    };
    for (const plate of plates.filter((each) => each.item === this.#current || plateIsSeen(each, seen))) {
      const share = this.#most ? this.#costOf(plate) / this.#most : 0;
      put(plate, plate.isOpen ? this.frames : this.boxes, () => plateElement(plate, lettering, share));
    }
    for (const line of lines.filter((each) => lineIsSeen(each, seen))) {
      put(line, this.lines, () => lineElement(line));
    }
    for (const label of labels.filter((each) => labelIsSeen(each, seen))) {
      put(label, this.labels, () => labelElement(label, lettering));
    }
    for (const thing of old) {
      this.#shown.get(thing)?.remove();
      this.#shown.delete(thing);
    }
    this.#mark();
  }

  /** Mark what is selected, and where the keyboard is. */
  #mark() {
    const { layer } = this.state;
    const current = this.#plateOf(this.#current) ?? this.#scene.plates[0];
    for (const [thing, element] of this.#shown) {
      if (!("item" in thing)) continue;
      const plate = /** @type {Plate} */ (thing);
      if (typeof plate.item === "number" && plate.item >= 0) {
        element.setAttribute("aria-pressed", String(plate.item === layer));
      }
      element.setAttribute("tabindex", plate === current ? "0" : "-1");
    }
  }

  /** @param {Item | null} item */
  #plateOf(item) {
    return item === null ? undefined : this.#scene.plates.find((plate) => plate.item === item);
  }

  /** @param {Set<Block>} blocks */
  #open(blocks) {
    this.#opened.opened = blocks;
    this.#current = null;
    this.#layOut();
  }

  /**
   * Open a closed block, or close an open one; it stays where it is in the window.
   * @param {Block} block
   */
  #toggle(block) {
    const { opened } = this.#opened;
    const before = this.#plateOf(block);
    const at = before && this.window.placeOf(before.x + AROUND, before.y + AROUND);
    const hadFocus = this.picture.contains(document.activeElement);
    if (!opened.delete(block)) {
      opened.add(block);
    }
    this.#current = block;
    this.#layOut();
    const after = this.#plateOf(block);
    if (at && after) {
      this.window.hold(after.x + AROUND, after.y + AROUND, at);
      this.#draw();
    }
    if (hadFocus) this.#focus(block);
  }

  /** Open what a layer lies in, and bring it into view. @param {number | null} layer */
  #show(layer) {
    if (layer !== null && !this.picture.contains(document.activeElement)) {
      const around = this.#drawing.blockOf[layer].path.filter((block) => !this.#opened.opened.has(block));
      if (around.length > 0) {
        around.forEach((block) => this.#opened.opened.add(block));
        this.#layOut();
      }
      const plate = this.#plateOf(layer);
      if (plate) this.window.reveal(inPicture(plate));
    }
    this.#mark();
  }

  /** @param {Item} item */
  #focus(item) {
    const plate = this.#plateOf(item);
    if (!plate) return;
    this.#current = item;
    const title = { ...plate, height: plate.isOpen ? 24 : plate.height };
    this.window.reveal(inPicture(title));
    /** @type {SVGElement | undefined} */ (this.#shown.get(plate))?.focus({ preventScroll: true });
    this.#mark();
  }

  /** @param {Event} event */
  #plateAt(event) {
    const element = /** @type {Element} */ (event.target).closest(".plate");
    const found = [...this.#shown].find(([, each]) => each === element);
    return found && /** @type {Plate} */ (found[0]);
  }

  /** @param {Event} event */
  #click(event) {
    const plate = this.#plateAt(event);
    if (!plate) return;
    this.#current = plate.item;
    this.#activate(plate.item);
  }

  /** @param {Event} event */
  #focused(event) {
    const plate = this.#plateAt(event);
    if (plate) {
      this.#current = plate.item;
      this.#mark();
    }
  }

  /** @param {Item} item */
  #activate(item) {
    if (item instanceof Block) {
      this.#toggle(item);
    } else if (item >= 0) {
      this.state.change({ layer: item });
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const plate = this.#plateAt(event);
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => this.window.zoomBy(1),
      "=": () => this.window.zoomBy(1),
      "-": () => this.window.zoomBy(-1),
      0: () => this.window.fit(),
    };
    if (plate) {
      const next = nearest(this.#scene.plates, plate, event.key);
      if (next) keys[event.key] = () => this.#focus(next.item);
      keys.Enter = keys[" "] = () => this.#activate(plate.item);
      keys.Escape = keys.Backspace = () => this.#leave(plate.item);
    }
    if (event.key in keys) {
      event.preventDefault();
      keys[event.key]();
    }
  }

  /** Close the block that something lies in, or an open block itself. @param {Item} item */
  #leave(item) {
    const { opened } = this.#opened;
    const around = item instanceof Block && opened.has(item) ? item : this.#around(item);
    if (around && around.parent) this.#toggle(around);
  }

  /** @param {Item} item */
  #around(item) {
    return item instanceof Block ? item.parent : this.#drawing.blockOf[item];
  }
}

const AROUND = 16;

/** Where a plate is in the picture. @param {Plate} plate */
function inPicture({ x, y, width, height }) {
  return { x: x + AROUND, y: y + AROUND, width, height };
}
