/** The head of the page: which network, by what figure, where to go, dark or light. */

import { html } from "./elements/dom.js";
import { themeSwitch } from "./theme.js";

/** @typedef {import("./state.js").State} State */

/**
 * The bar at the top.
 * @param {State} state
 * @param {{ id: string, heading: string }[]} sections
 */
export function toolbar(state, sections) {
  const title = html("h1", {});
  const networks = html("select", { onchange: () => state.change({ selected: networks.selectedIndex }) });
  networks.append(...state.networks.map((network) => html("option", {}, network.title)));
  const figures = html("select", { onchange: () => state.change({ figure: figures.value }) });
  const links = sections.map(({ id, heading }) => html("a", { href: `#${id}` }, heading));
  const element = html(
    "header",
    {},
    title,
    html("nav", { "aria-label": "Sections" }, links),
    html(
      "div",
      { class: "controls" },
      state.networks.length > 1 && html("label", {}, html("span", {}, "Network"), networks),
      html("label", {}, html("span", {}, "By"), figures),
      themeSwitch(),
    ),
  );
  function update() {
    const { network } = state;
    title.textContent = network.name;
    networks.selectedIndex = state.selected;
    const options = network.tellingFigures.map((figure) =>
      html("option", { value: figure }, network.figures[figure].title),
    );
    figures.replaceChildren(...options);
    figures.value = state.figure;
  }
  return { element, update };
}
