/** Dark or light: as the system has it, or as the reader chooses. */

import { html } from "./elements/dom.js";

const THEMES = /** @type {const} */ (["auto", "light", "dark"]);
const KEY = "cnncost-theme";

/** A switch between the themes; the choice is kept where the browser lets pages from files keep anything. */
export function themeSwitch() {
  const options = THEMES.map((theme) => html("option", { value: theme }, theme));
  const select = html("select", { "aria-label": "Theme", onchange: () => choose(select.value) }, options);
  select.value = kept();
  choose(select.value);
  return select;
}

/** @param {string} theme */
function choose(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice holds until the page is closed.
  }
}

function kept() {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}
