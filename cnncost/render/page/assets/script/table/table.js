/** The table of the layers: in their blocks or one below the other, sorted, filtered, with the columns one wants. */

import { columnsOf, usualColumns } from "./columns.js";
import { html } from "../elements/dom.js";
import { filterOf } from "./filter.js";
import { wholeText } from "../data/format.js";
import { Block } from "../data/network.js";
import { rowsOf } from "./rows.js";
import { rowWindow } from "./window.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("../data/network.js").Item} Item */
/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("../state.js").State} State */

const FILTER = "Filter layers by words in their names and types, and by figures, such as macs>1M";

/**
 * The view of the layers.
 * @param {State} state
 */
export function tableView(state) {
  const table = new LayerTable(state);
  return { element: table.element, update: () => table.update() };
}

/** The table and what arranges it. */
class LayerTable {
  /** @type {Network | null} the network that it was last drawn for */
  #shown = null;
  #nested = true;
  /** @type {{ column: string, descending: boolean } | null} `null` for the order of execution */
  #sort = null;
  /** @type {Set<string>} the names of the blocks that are open */
  #open = new Set();
  /** @type {string[]} the columns behind the name */
  #names = [];
  /** @type {Map<string, Column>} */
  #columns = new Map();

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.filter = html("input", {
      type: "search",
      placeholder: "Filter: conv macs>1M",
      "aria-label": FILTER,
      title: FILTER,
      spellcheck: "false",
      oninput: () => state.change({ filter: this.filter.value }),
    });
    this.count = html("output", { "aria-live": "polite" });
    this.problems = html("p", { class: "warning", role: "status" });
    this.nest = this.#button("Blocks", () => (this.#nested = !this.#nested));
    this.openAll = this.#button("Open all", () => (this.#open = new Set(state.network.blocks.keys())));
    this.closeAll = this.#button("Close all", () => (this.#open = new Set()));
    this.chooser = html("details", { class: "chooser" });
    this.head = html("thead");
    const caption = html("caption", { class: "hidden" }, "Layers and what they cost");
    const table = html("table", { class: "layers" }, caption, this.head);
    const scroller = html("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Layers" }, table);
    this.body = rowWindow(scroller, table, (/** @type {Row} */ row) => this.#rowElement(row));
    const { filter, nest, openAll, closeAll, chooser, count } = this;
    const controls = html("div", { class: "controls" }, filter, nest, openAll, closeAll, chooser, count);
    this.element = html("div", {}, controls, this.problems, scroller);
  }

  /** Show what the state says. */
  update() {
    const { network, filter, block } = this.state;
    this.#columns = columnsOf(this.state);
    if (this.#shown !== network) {
      this.#begin(network);
    }
    const filtered = filter.trim() !== "";
    const { passes, problems } = filterOf(network, filter);
    const rows = rowsOf(block, {
      nested: this.#nested,
      open: this.#open,
      sort: this.#sort,
      filter: filtered ? passes : null,
      key: (column, item) => (column === "name" ? network.labelOf(item) : (this.#columns.get(column)?.key(item) ?? 0)),
    });
    if (this.filter.value !== filter) {
      this.filter.value = filter;
    }
    this.filter.setAttribute("aria-invalid", String(problems.length > 0));
    this.problems.textContent = problems.join("; ");
    this.problems.hidden = problems.length === 0;
    this.nest.setAttribute("aria-pressed", String(this.#nested));
    this.openAll.disabled = this.closeAll.disabled = !this.#nested || filtered;
    this.count.textContent = countOf(network, rows);
    this.head.replaceChildren(this.#headRow());
    this.body.show(rows);
  }

  /**
   * Begin anew, with another network.
   * @param {Network} network
   */
  #begin(network) {
    this.#shown = network;
    this.#open = new Set();
    this.#sort = null;
    this.#names = usualColumns(network);
    const boxes = [...this.#columns.values()].map(({ name, heading }) => {
      const box = html("input", {
        type: "checkbox",
        value: name,
        checked: this.#names.includes(name),
        onchange: () => this.#arrange(() => this.#choose()),
      });
      return html("label", {}, box, heading);
    });
    this.chooser.replaceChildren(html("summary", {}, "Columns"), html("div", { class: "choices" }, boxes));
  }

  #choose() {
    const boxes = [...this.chooser.querySelectorAll("input")];
    this.#names = boxes.filter((box) => box.checked).map((box) => box.value);
  }

  /** @param {() => void} change of what only the table knows */
  #arrange(change) {
    change();
    this.update();
  }

  /**
   * @param {string} label
   * @param {() => void} change
   */
  #button(label, change) {
    return html("button", { type: "button", onclick: () => this.#arrange(change) }, label);
  }

  /**
   * Sort by a column: its usual order first, then the other, then that of execution.
   * @param {string} column
   */
  #sortBy(column) {
    const usual = this.#columns.get(column)?.kind === "number";
    if (this.#sort?.column !== column) {
      this.#sort = { column, descending: usual };
    } else {
      this.#sort = this.#sort.descending === usual ? { column, descending: !usual } : null;
    }
  }

  #headRow() {
    const cells = ["name", ...this.#names].map((name) => {
      const column = this.#columns.get(name);
      const order = this.#sort?.column !== name ? "none" : this.#sort.descending ? "descending" : "ascending";
      const button = this.#button(column?.heading ?? "layer", () => this.#sortBy(name));
      button.title = column?.about ?? "";
      const kind = column?.kind ?? "text";
      return html("th", { scope: "col", "aria-sort": order, class: kind, "data-column": name }, button);
    });
    return html("tr", {}, cells);
  }

  /** @param {Row} row */
  #rowElement({ item, depth, open }) {
    const button = item instanceof Block ? this.#foldButton(item, open) : this.#layerButton(item);
    button.title = this.state.network.nameOf(item);
    const cells = this.#names.map((name) => {
      const column = this.#columns.get(name);
      return html("td", { class: column?.kind, "data-column": name }, column?.cell(item));
    });
    const kind = item instanceof Block ? "block" : this.state.layer === item && "selected";
    return html("tr", { class: kind }, html("th", { scope: "row", style: `--depth: ${depth}` }, button), cells);
  }

  /**
   * @param {Block} block
   * @param {boolean} open
   */
  #foldButton(block, open) {
    const button = this.#button(this.state.network.labelOf(block), () => {
      if (!this.#open.delete(block.name)) {
        this.#open.add(block.name);
      }
    });
    button.className = "fold";
    button.setAttribute("aria-expanded", String(open));
    return button;
  }

  /** @param {number} layer */
  #layerButton(layer) {
    const { network } = this.state;
    const label = this.#nested ? network.labelOf(layer) : network.nameOf(layer);
    const select = () => this.state.change({ layer });
    const isSelected = this.state.layer === layer;
    return html("button", { type: "button", class: "layer", "aria-pressed": isSelected, onclick: select }, label);
  }
}

/**
 * How many layers there are to see.
 * @param {Network} network
 * @param {Row[]} rows
 */
function countOf(network, rows) {
  const layers = rows.filter(({ item }) => !(item instanceof Block)).length;
  const blocks = rows.length - layers;
  return `${wholeText(layers)} of ${wholeText(network.size)} layers${blocks ? `, ${wholeText(blocks)} blocks` : ""}`;
}
