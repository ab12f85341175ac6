/** The table of the layers: in their blocks or one below the other, sorted, filtered, with the columns one wants. */

import { columnsOf, usualColumns } from "./columns.js";
import { html } from "./dom.js";
import { filterOf } from "./filter.js";
import { wholeText } from "./format.js";
import { Block } from "./network.js";
import { rowsOf } from "./rows.js";
import { rowWindow } from "./window.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./rows.js").Row} Row */

/**
 * The view of the layers.
 * @param {State} state
 */
export function tableView(state) {
  /** @type {Network | null} */
  let shown = null;
  let nested = true;
  /** @type {{ column: string, descending: boolean } | null} */
  let sort = null;
  /** @type {Set<string>} */
  let open = new Set();
  /** @type {string[]} */
  let names = [];

  const filter = html("input", {
    type: "search",
    placeholder: "Filter: conv macs>1M",
    "aria-label": "Filter layers by words in their names and types, and by figures, such as macs>1M",
    spellcheck: "false",
    oninput: () => state.change({ filter: filter.value }),
  });
  const count = html("output", { "aria-live": "polite" });
  const nest = html("button", { type: "button", "aria-pressed": "true", onclick: () => arrange(() => (nested = !nested)) }, "Blocks");
  const all = html("button", { type: "button", onclick: () => arrange(openAll) }, "Open all");
  const none = html("button", { type: "button", onclick: () => arrange(() => (open = new Set())) }, "Close all");
  const chooser = html("details", { class: "chooser" });
  const head = html("thead");
  const table = html("table", { class: "layers" }, html("caption", { class: "hidden" }, "Layers and what they cost"), head);
  const scroller = html("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": "Layers" }, table);
  const body = rowWindow(scroller, table, rowElement);
  const element = html("div", {}, html("div", { class: "controls" }, filter, nest, all, none, chooser, count), scroller);

  /** @param {() => void} change */
  function arrange(change) {
    change();
    update();
  }

  function openAll() {
    open = new Set(state.network.blocks.keys());
  }

  /** @param {string} column */
  function sortBy(column) {
    const descending = sort?.column === column ? !sort.descending : isNumber(column);
    const back = sort?.column === column && sort.descending !== isNumber(column);
    sort = back ? null : { column, descending };
  }

  /** @param {string} column */
  function isNumber(column) {
    return columns().get(column)?.kind === "number";
  }

  function columns() {
    return columnsOf(state);
  }

  /** Start anew with another network. */
  function begin() {
    shown = state.network;
    open = new Set();
    sort = null;
    names = usualColumns(shown);
    const boxes = [...columns().values()].map(({ name, heading }) => {
      const box = html("input", { type: "checkbox", checked: names.includes(name), onchange: () => arrange(choose) });
      box.value = name;
      return html("label", {}, box, heading);
    });
    chooser.replaceChildren(html("summary", {}, "Columns"), html("div", { class: "choices" }, boxes));
  }

  function choose() {
    names = [...chooser.querySelectorAll("input")].filter((box) => box.checked).map((box) => box.value);
  }

  function update() {
    if (shown !== state.network) {
      begin();
    }
    const { network } = state;
    const known = columns();
    const rows = rowsOf(state.block, {
      nested,
      open,
      sort,
      filter: state.filter.trim() ? filterOf(network, state.filter) : null,
      key: (column, item) => (column === "name" ? network.labelOf(item) : (known.get(column)?.key(item) ?? 0)),
    });
    if (filter.value !== state.filter) {
      filter.value = state.filter;
    }
    nest.setAttribute("aria-pressed", String(nested));
    all.disabled = none.disabled = !nested || state.filter.trim() !== "";
    count.textContent = countOf(network, rows);
    head.replaceChildren(headRow());
    body.show(rows);
  }

  function headRow() {
    const known = columns();
    const cells = ["name", ...names].map((name) => {
      const column = known.get(name);
      const order = sort?.column !== name ? "none" : sort.descending ? "descending" : "ascending";
      const button = html("button", { type: "button", title: column?.about, onclick: () => arrange(() => sortBy(name)) }, column?.heading ?? "layer");
      return html("th", { scope: "col", "aria-sort": order, class: column?.kind ?? "text", "data-column": name }, button);
    });
    return html("tr", {}, cells);
  }

  /** @param {Row} row */
  function rowElement({ item, depth, open: isOpen }) {
    const { network } = state;
    const known = columns();
    const label = nested ? network.labelOf(item) : network.nameOf(item);
    const button =
      item instanceof Block
        ? html("button", { type: "button", class: "fold", "aria-expanded": String(isOpen), onclick: () => arrange(() => toggle(item)) }, label)
        : html("button", { type: "button", class: "layer", "aria-pressed": String(state.layer === item), onclick: () => state.change({ layer: item }) }, label);
    button.title = network.nameOf(item);
    const cells = names.map((name) => {
      const column = known.get(name);
      return html("td", { class: column?.kind, "data-column": name }, column?.cell(item));
    });
    const kind = item instanceof Block ? "block" : state.layer === item ? "selected" : null;
    return html("tr", { class: kind }, html("th", { scope: "row", style: `--depth: ${depth}` }, button), cells);
  }

  /** @param {Block} block */
  function toggle(block) {
    if (!open.delete(block.name)) {
      open.add(block.name);
    }
  }

  return { element, update };
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
