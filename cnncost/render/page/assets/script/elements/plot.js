/** A picture over things in their order, with a cursor that mouse, finger and keys move. */

import { html, svg } from "./dom.js";

/** How wide and high a picture is in its own units; it is stretched to the room that there is. */
export const PLOT_WIDTH = 1000;
export const PLOT_HEIGHT = 100;

/**
 * @typedef {object} Plot
 * @property {HTMLElement} element
 * @property {(count: number, ticks: { at: number, text: string }[], shapes: SVGElement[]) => void} draw the things that
 *     there are, the ticks of the height from 0 to 1, and the picture
 * @property {(place: number) => void} point set the cursor
 */

/**
 * An empty picture.
 * @param {string} label what its cursor goes over
 * @param {(place: number) => string} describe what is said of a place
 * @param {(place: number, chosen: boolean) => void} onmove is called where the cursor is moved to, and chosen with a
 *     click or the enter key
 * @returns {Plot}
 */
export function cursorPlot(label, describe, onmove) {
  let count = 1;
  const picture = svg("svg", {
    viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const grid = html("div", { class: "grid", "aria-hidden": "true" });
  const line = html("div", { class: "cursor", "aria-hidden": "true" });
  const slider = html("input", {
    type: "range",
    min: 0,
    "aria-label": label,
    oninput: () => onmove(Number(slider.value), false),
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && onmove(Number(slider.value), true),
  });
  const area = html(
    "div",
    { class: "area", onpointermove: follow, onpointerdown: follow, onclick: follow },
    picture,
    line,
    slider,
  );
  const element = html("div", { class: "plot" }, grid, area);

  /** @param {PointerEvent} event */
  function follow(event) {
    const { left, width } = area.getBoundingClientRect();
    const place = Math.floor((count * (event.clientX - left)) / width);
    onmove(Math.min(Math.max(place, 0), count - 1), event.type === "click");
  }

  return {
    element,
    draw(things, ticks, shapes) {
      count = things;
      slider.max = String(count - 1);
      picture.replaceChildren(...shapes);
      grid.replaceChildren(
        ...ticks.map(({ at, text }) => html("div", { style: `bottom:${100 * at}%` }, html("span", {}, text))),
      );
    },
    point(place) {
      slider.value = String(place);
      slider.setAttribute("aria-valuetext", describe(place));
      line.style.left = `${(100 * (place + 0.5)) / count}%`;
    },
  };
}

/**
 * The outline of steps: as wide as all things together, and as high as each of them is.
 * @param {readonly number[]} heights from 0 to 1
 * @param {readonly number[]} floors what each of them stands on
 */
export function stepsPath(heights, floors) {
  const wide = PLOT_WIDTH / heights.length;
  const y = (/** @type {number} */ height) => hundredths(PLOT_HEIGHT * (1 - height));
  const over = heights.map((height, place) => `V${y(height)}H${hundredths((place + 1) * wide)}`);
  const back = floors.map((floor, place) => `V${y(floor)}H${hundredths(place * wide)}`).reverse();
  return `M0 ${y(floors[0])}${over.join("")}${back.join("")}Z`;
}

/** @param {number} value */
function hundredths(value) {
  return Number(value.toFixed(2));
}
