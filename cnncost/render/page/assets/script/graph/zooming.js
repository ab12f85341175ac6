/** A window onto something large: it is scrolled as the browser scrolls, dragged, and zoomed about a point. */

import { html } from "../elements/dom.js";

const LEAST_SCALE = 0.08;
const MOST_SCALE = 2.5;
const ZOOM_STEP = 1.25;
const CLICK_WITHIN = 4;

/** The window. */
export class ZoomWindow {
  #drawn = false;
  #width = 0;
  #height = 0;
  scale = 1;

  /**
   * @param {Element} content what is looked at; its size is set from here
   * @param {() => void} draw called after what is seen has changed
   */
  constructor(content, draw) {
    this.content = content;
    this.draw = draw;
    this.element = html("div", { class: "zoom-window", tabindex: 0 }, content);
    this.element.addEventListener("scroll", () => this.#later());
    this.element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.element.addEventListener("pointerdown", (event) => this.#drag(event));
    this.element.addEventListener("touchstart", (event) => this.#pinch(event), { passive: true });
    new ResizeObserver(() => this.#later()).observe(this.element);
  }

  /** How large what is looked at is, in its own units. @param {number} width @param {number} height */
  resize(width, height) {
    this.#width = width;
    this.#height = height;
    this.#apply();
  }

  /** What is seen, in units of what is looked at, and as much again on every side. */
  get seen() {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.element;
    const [width, height] = [clientWidth / this.scale, clientHeight / this.scale];
    const [x, y] = [scrollLeft / this.scale, scrollTop / this.scale];
    return { left: x - width / 2, right: x + 1.5 * width, top: y - height / 2, bottom: y + 1.5 * height };
  }

  /**
   * Zoom, so that a point of the window stays where it is.
   * @param {number} scale
   * @param {number} [x] of the point in the window; its middle
   * @param {number} [y]
   */
  zoomTo(scale, x = this.element.clientWidth / 2, y = this.element.clientHeight / 2) {
    const { element } = this;
    const [left, top] = [(element.scrollLeft + x) / this.scale, (element.scrollTop + y) / this.scale];
    this.scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale));
    this.#apply();
    element.scrollTo(left * this.scale - x, top * this.scale - y);
    this.draw();
  }

  /** @param {number} steps */
  zoomBy(steps) {
    this.zoomTo(this.scale * ZOOM_STEP ** steps);
  }

  /** Make all of it fit, as far as that stays readable from afar. */
  fit() {
    const { clientWidth, clientHeight } = this.element;
    this.zoomTo(Math.min(1, clientWidth / this.#width, clientHeight / this.#height));
  }

  /** Make its width fit, and begin at the top. */
  fitWidth() {
    this.zoomTo(Math.min(1, this.element.clientWidth / this.#width));
    this.element.scrollTo((this.#width * this.scale - this.element.clientWidth) / 2, 0);
  }

  /**
   * Bring a part of it into view, no further than it takes.
   * @param {{ x: number, y: number, width: number, height: number }} part
   */
  reveal({ x, y, width, height }) {
    const { element, scale } = this;
    const left = scrolledTo(
      element.scrollLeft,
      x * scale,
      Math.min(width * scale, element.clientWidth),
      element.clientWidth,
    );
    const top = scrolledTo(
      element.scrollTop,
      y * scale,
      Math.min(height * scale, element.clientHeight),
      element.clientHeight,
    );
    element.scrollTo(left, top);
    this.draw();
  }

  /**
   * Scroll so that a point of what is looked at is where it was in the window.
   * @param {number} x
   * @param {number} y
   * @param {{ x: number, y: number }} at its place in the window
   */
  hold(x, y, at) {
    this.element.scrollTo(x * this.scale - at.x, y * this.scale - at.y);
  }

  /** Where a point of what is looked at is in the window. @param {number} x @param {number} y */
  placeOf(x, y) {
    return { x: x * this.scale - this.element.scrollLeft, y: y * this.scale - this.element.scrollTop };
  }

  #apply() {
    this.content.setAttribute("width", String(this.#width * this.scale));
    this.content.setAttribute("height", String(this.#height * this.scale));
    this.content.setAttribute("viewBox", `0 0 ${this.#width} ${this.#height}`);
  }

  #later() {
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => {
      this.#drawn = false;
      this.draw();
    });
  }

  /** With Ctrl, which a trackpad's pinch has too, the wheel zooms. @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = this.element.getBoundingClientRect();
    const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0025));
    this.zoomTo(this.scale * factor, event.clientX - frame.left, event.clientY - frame.top);
  }

  /** A mouse drags what is looked at; fingers scroll by themselves. @param {PointerEvent} event */
  #drag(event) {
    if (event.pointerType === "touch" || event.button !== 0) return;
    const { element } = this;
    const from = { x: event.clientX, y: event.clientY, left: element.scrollLeft, top: element.scrollTop };
    let dragged = false;
    const move = (/** @type {PointerEvent} */ now) => {
      const [across, down] = [now.clientX - from.x, now.clientY - from.y];
      dragged ||= Math.hypot(across, down) > CLICK_WITHIN;
      if (dragged) {
        element.classList.add("dragged");
        element.scrollTo(from.left - across, from.top - down);
      }
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      element.classList.remove("dragged");
      if (dragged) {
        // The click that follows was the end of the drag.
        const stop = (/** @type {Event} */ click) => click.stopPropagation();
        element.addEventListener("click", stop, { capture: true, once: true });
        setTimeout(() => element.removeEventListener("click", stop, { capture: true }), 0);
      }
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
    window.addEventListener("pointercancel", end, { once: true });
  }

  /** Two fingers zoom. @param {TouchEvent} event */
  #pinch(event) {
    if (event.touches.length !== 2) return;
    const { element } = this;
    const [scale, apart] = [this.scale, spread(event.touches)];
    const move = (/** @type {TouchEvent} */ now) => {
      if (now.touches.length !== 2) return;
      now.preventDefault();
      const frame = element.getBoundingClientRect();
      const [one, other] = now.touches;
      const [x, y] = [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];
      this.zoomTo((scale * spread(now.touches)) / apart, x - frame.left, y - frame.top);
    };
    element.addEventListener("touchmove", move, { passive: false });
    const end = () => element.removeEventListener("touchmove", move);
    element.addEventListener("touchend", end, { once: true });
    element.addEventListener("touchcancel", end, { once: true });
  }
}

/** How far two fingers are from each other. @param {TouchList} touches */
function spread([one, other]) {
  return Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY));
}

/**
 * Where to scroll so that a part is in view: nowhere, if it is.
 * @param {number} now
 * @param {number} start
 * @param {number} length
 * @param {number} room
 */
function scrolledTo(now, start, length, room) {
  const margin = Math.min(24, (room - length) / 2);
  if (start < now + margin) {
    return start - margin;
  }
  return start + length > now + room - margin ? start + length + margin - room : now;
}
