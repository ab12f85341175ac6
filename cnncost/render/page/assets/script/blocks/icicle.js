/** The icicle: each row is what lies in the row above, as wide as its figure is large. */

import { html } from "../elements/dom.js";
import { percentText, shapeText } from "../data/format.js";
import { Block } from "../data/network.js";
import { partition } from "./partition.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("./partition.js").Cell} Cell */

const NARROWEST = 1 / 1000;
const ROW = 2.1;
const KEYS = "A click or Enter goes into a block, Escape out of it; arrows lead from one to the next.";

/**
 * The view of where a figure lies in the network.
 * @param {State} state
 */
export function icicleView(state) {
  const path = html("ol", {});
  const rows = html("div", {
    class: "icicle",
    role: "group",
    onkeydown: (/** @type {KeyboardEvent} */ event) => move(event),
  });
  const note = html("p", { class: "hint" });
  const legend = html("ul", { class: "legend" });
  const element = html(
    "div",
    {},
    html("nav", { class: "breadcrumbs", "aria-label": "Blocks around" }, path),
    rows,
    legend,
    note,
  );
  /** @type {Map<HTMLElement, Cell>} */
  let cells = new Map();
  /** @type {unknown[]} what was drawn last */
  let drawn = [];

  function update() {
    const { network, block, figure } = state;
    const now = [network, block, figure];
    if (now.some((value, place) => value !== drawn[place])) {
      drawn = now;
      draw();
    }
    for (const [button, { item }] of cells) {
      button.setAttribute("aria-pressed", String(item === state.layer));
    }
  }

  function draw() {
    const { network, block, figure } = state;
    const focused = rows.contains(document.activeElement);
    path.replaceChildren(...block.path.map((each) => crumb(state, each)));
    const laid = partition(block, (layer) => network.magnitude(figure, layer), NARROWEST);
    const depth = Math.max(...laid.map((cell) => cell.depth));
    const whole = network.names.reduce((sum, _, layer) => sum + network.magnitude(figure, layer), 0);
    cells = new Map(laid.map((cell) => [cellButton(state, cell, depth, whole), cell]));
    rows.style.height = `${(depth + 1) * ROW}rem`;
    rows.setAttribute("aria-label", `${network.figures[figure].title} of ${network.nameOf(block)}, by block`);
    rows.replaceChildren(...cells.keys());
    legend.replaceChildren(...legendOf(network, laid));
    note.textContent = noteOf(state, laid);
    const first = /** @type {HTMLElement} */ (rows.firstElementChild);
    first.tabIndex = 0;
    if (focused) {
      first.focus();
    }
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const from = cells.get(/** @type {HTMLElement} */ (event.target));
    if (!from) return;
    if ((event.key === "Escape" || event.key === "Backspace") && state.block.parent) {
      state.change({ root: state.block.parent.name });
      event.preventDefault();
      return;
    }
    const to = neighbour([...cells.values()], from, event.key);
    if (to) {
      focusOn(to);
      event.preventDefault();
    }
  }

  /** @param {Cell} cell */
  function focusOn(cell) {
    for (const [button, each] of cells) {
      button.tabIndex = each === cell ? 0 : -1;
      if (each === cell) button.focus();
    }
  }

  return { element, update };
}

/**
 * The cell that an arrow leads to: within a row, into a block, or out of it.
 * @param {Cell[]} cells
 * @param {Cell} from
 * @param {string} key
 */
function neighbour(cells, from, key) {
  const row = cells.filter((cell) => cell.depth === from.depth);
  if (key === "ArrowRight") return row[row.indexOf(from) + 1];
  if (key === "ArrowLeft") return row[row.indexOf(from) - 1];
  if (key === "ArrowUp") return from.parent;
  if (key === "ArrowDown") return cells.find((cell) => cell.parent === from);
  return undefined;
}

/**
 * A cell as a button. A layer reaches down to the lowest row.
 * @param {State} state
 * @param {Cell} cell
 * @param {number} lowest the depth of the lowest row
 * @param {number} whole the figure of the whole network
 */
function cellButton(state, cell, lowest, whole) {
  const { network, figure } = state;
  const { item } = cell;
  const [name, label, share] = [network.nameOf(item), network.labelOf(item), percentText(cell.value, whole)];
  const said = `${network.text(figure, item)} ${network.figures[figure].title}`;
  const isBlock = item instanceof Block;
  const more = isBlock ? "" : `\n${network.types[item]}, ${shapeText(network.shapes[item])}`;
  const high = isBlock ? 1 : lowest - cell.depth + 1;
  const place = [
    `left:${100 * cell.start}%`,
    `width:${100 * cell.width}%`,
    `top:${cell.depth * ROW}rem`,
    `height:${high * ROW}rem`,
  ];
  return html(
    "button",
    {
      type: "button",
      class: `cell ${isBlock ? "of-block" : `of-${network.families[item]}`}`,
      style: place.join(";"),
      tabindex: -1,
      title: `${name}: ${said}, ${share}${more}`,
      "aria-label": `${label} ${share}, ${said}${name === label ? "" : `, ${name}`}`,
      "data-name": name,
      onclick: () => state.change(isBlock ? { root: item.name } : { layer: item }),
    },
    html("span", {}, label),
    " ",
    html("small", {}, share),
  );
}

/**
 * @param {State} state
 * @param {Block} block
 */
function crumb(state, block) {
  const here = block === state.block;
  return html(
    "li",
    {},
    html(
      "button",
      { type: "button", "aria-current": here ? "true" : null, onclick: () => state.change({ root: block.name }) },
      state.network.labelOf(block),
    ),
  );
}

/**
 * The families of layers that are shown, with their colours.
 * @param {import("../data/network.js").Network} network
 * @param {Cell[]} cells
 */
function legendOf(network, cells) {
  const shown = new Set(cells.map(({ item }) => (item instanceof Block ? "" : network.families[item])));
  const entries = Object.entries(network.familyTitles).filter(([family]) => shown.has(family));
  return entries.map(([family, title]) =>
    html("li", {}, html("i", { class: `swatch of-${family}`, "aria-hidden": "true" }), title),
  );
}

/**
 * What must be known to read it.
 * @param {State} state
 * @param {Cell[]} cells
 */
function noteOf(state, cells) {
  const { title, total } = state.network.figures[state.figure];
  if (!cells[0].value) return `Nothing here has ${title}.`;
  const larger = total === "max" ? " A block has the figure of its largest layer, and the width of all of them." : "";
  return `As wide as ${title}, in the order of execution; what is narrower than 0.1 % is left out.${larger} ${KEYS}`;
}
