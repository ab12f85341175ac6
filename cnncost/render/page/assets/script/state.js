/** What the page shows at the moment: views read it, change it, and are told of changes. */

/** @typedef {import("./data/network.js").Network} Network */
/**
 * @typedef {object} Choice
 * @property {number} selected which of the networks
 * @property {string} figure what sizes and colours are by
 * @property {number | null} layer the selected layer, by its number
 * @property {string} root the name of the block that is looked into; empty for the whole network
 * @property {string} filter what the layers are filtered by
 */
/** @typedef {{ element: Element, update(): void }} View */

/** The state of the page. */
export class State {
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {Network[]} networks */
  constructor(networks) {
    this.networks = networks;
    this.selected = 0;
    this.figure = usualFigure(networks[0]);
    /** @type {number | null} */
    this.layer = null;
    this.root = "";
    this.filter = "";
  }

  /** The selected network. */
  get network() {
    return this.networks[this.selected];
  }

  /** The block that is looked into. */
  get block() {
    return this.network.blocks.get(this.root) ?? this.network.root;
  }

  /**
   * Change some of it and tell all who listen. Another network has other layers: what was selected goes.
   * @param {Partial<Choice>} choice
   */
  change(choice) {
    if (choice.selected !== undefined && choice.selected !== this.selected) {
      choice = { layer: null, root: "", ...choice };
    }
    Object.assign(this, choice);
    if (!this.network.tellingFigures.includes(this.figure)) {
      this.figure = usualFigure(this.network);
    }
    for (const listener of this.#listeners) {
      listener();
    }
  }

  /**
   * Have a function called after every change.
   * @param {() => void} listener
   */
  subscribe(listener) {
    this.#listeners.add(listener);
  }
}

/** @param {Network} network */
function usualFigure(network) {
  const telling = network.tellingFigures;
  return telling.includes("macs") ? "macs" : (telling[0] ?? network.layerFigures[0]);
}
