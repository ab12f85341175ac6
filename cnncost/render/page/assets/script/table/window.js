/** Of many rows only those that are in sight are in the document: the rest is room above and below. */

import { html } from "../elements/dom.js";

const FEW = 300;
const MARGIN = 20;

/**
 * The body of a table in an element that scrolls. All rows are as high as the first.
 * @template T
 * @param {HTMLElement} scroller
 * @param {HTMLTableElement} table
 * @param {(row: T) => HTMLTableRowElement} rowElement
 */
export function rowWindow(scroller, table, rowElement) {
  const body = html("tbody");
  table.append(body);
  /** @type {T[]} */
  let rows = [];
  let height = 28;
  let printing = false;

  function draw() {
    const all = printing || rows.length <= FEW;
    const seen = Math.ceil((scroller.clientHeight || 800) / height) + 2 * MARGIN;
    const first = all ? 0 : Math.max(0, Math.min(Math.floor(scroller.scrollTop / height) - MARGIN, rows.length - seen));
    const last = all ? rows.length : Math.min(rows.length, first + seen);
    const elements = rows.slice(first, last).map((row, place) => {
      const element = rowElement(row);
      element.setAttribute("aria-rowindex", String(first + place + 2));
      return element;
    });
    const focused = focusedRow();
    body.replaceChildren(...room(first), ...elements, ...room(rows.length - last));
    table.setAttribute("aria-rowcount", String(rows.length + 1));
    height = elements[0]?.offsetHeight || height;
    if (focused !== null) {
      elements
        .find((element) => element.getAttribute("aria-rowindex") === focused)
        ?.querySelector("button")
        ?.focus();
    }
  }

  /** @param {number} count of rows that are not drawn */
  function room(count) {
    return count ? [html("tr", { "aria-hidden": "true", class: "room", style: `height: ${count * height}px` })] : [];
  }

  /** Drawing must not take the focus away from the row that has it. */
  function focusedRow() {
    const row = body.contains(document.activeElement) ? document.activeElement?.closest("tr") : null;
    return row?.getAttribute("aria-rowindex") ?? null;
  }

  /** @param {boolean} value */
  function print(value) {
    printing = value;
    draw();
  }

  scroller.addEventListener("scroll", () => rows.length > FEW && requestAnimationFrame(draw), { passive: true });
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));

  return {
    /** @param {T[]} found */
    show(found) {
      rows = found;
      draw();
    },
  };
}
