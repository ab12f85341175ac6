/** The page: what it shows, in order. A view is a function from the state to its element, in a module of its own. */

import { cardsView } from "./cards.js";
import { comparisonView } from "./comparison/comparison.js";
import { html } from "./elements/dom.js";
import { graphView } from "./graph/graph.js";
import { icicleView } from "./blocks/icicle.js";
import { layerView } from "./layer.js";
import { networksOf } from "./data/network.js";
import { receptiveView } from "./receptive_fields/receptive.js";
import { State } from "./state.js";
import { tableView } from "./table/table.js";
import { timelineView } from "./memory/timeline.js";
import { toolbar } from "./toolbar.js";

/** @typedef {(state: State) => import("./state.js").View} ViewOf */

/** @type {[id: string, heading: string, view: ViewOf][]} */
const SECTIONS = [
  ["overview", "Overview", cardsView],
  ["blocks", "Blocks", icicleView],
  ["graph", "Graph", graphView],
  ["layers", "Layers", tableView],
  ["memory", "Memory in time", timelineView],
  ["receptive-fields", "Receptive fields", receptiveView],
];

const data = JSON.parse(document.getElementById("data")?.textContent ?? "");
const state = new State(networksOf(data));
if (state.networks.length > 1) {
  SECTIONS.splice(1, 0, ["comparison", "Side by side", comparisonView]);
}
const views = SECTIONS.map(([id, heading, viewOf]) => {
  const view = viewOf(state);
  state.subscribe(view.update);
  return { id, heading, view };
});
const bar = toolbar(state, views);
state.subscribe(bar.update);
const panel = layerView(state);
state.subscribe(panel.update);
document.body.append(
  bar.element,
  html(
    "main",
    {},
    views.map(({ id, heading, view }) => {
      const label = `${id}-heading`;
      return html("section", { id, "aria-labelledby": label }, html("h2", { id: label }, heading), view.element);
    }),
  ),
  panel.element,
  html("footer", {}, `Made by cnncost ${data.version}.`),
);
state.change({});
