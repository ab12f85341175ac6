/** A step in its course, and what lives when. */

import { unpacked } from "../data/packing.js";

/**
 * What a step does with memory: every tensor with when it was made and freed, counted in allocations and frees.
 *
 * @typedef {object} Memory
 * @property {number} events how many allocations and frees there are
 * @property {string[]} kinds what tensors are: parameters, activations and so on
 * @property {string[]} called what people call them
 * @property {string[]} phases `forward`, `loss`, `backward`, `optimizer`
 * @property {{ event: number[], phase: number[], layer: number[] }} marks what runs when: how many events came before,
 *     the phase, and the layer, -1 for none
 * @property {{ start: number[], end: number[], size: number[], kind: number[], layer: number[] }} tensors the event
 *     that makes each, -1 for what is there before; the event that frees it, the number of events for what stays; its
 *     bytes, its kind, and the layer that it is of, -1 for none
 */

/**
 * One operation in the course of a step.
 *
 * @typedef {object} Moment
 * @property {number} event how many events there were when the most lived while it ran
 * @property {number} phase
 * @property {number} layer -1 where none runs
 * @property {number} bytes the most that lived while it ran
 * @property {number[]} parts the same by kind
 */

/**
 * The tensors and marks of a step, with columns as arrays.
 *
 * @param {any} step as `cnncost/render/page/memory.py` writes it
 * @returns {Memory}
 */
export function memoryOf(step) {
  return { ...step, marks: columnsUnpacked(step.marks), tensors: columnsUnpacked(step.tensors) };
}

/** @param {Record<string, any>} columns */
function columnsUnpacked(columns) {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, unpacked(column)]));
}

/**
 * The step in its course: for each operation, the most that lived while it ran.
 *
 * @param {Memory} memory
 * @returns {Moment[]}
 */
export function courseOf(memory) {
  const { marks } = memory;
  const events = eventsOf(memory);
  const live = memory.kinds.map(() => 0);
  standingTensors(memory).forEach((tensor) => grow(live, memory, tensor, 1));
  return marks.event.map((start, place) => {
    const end = marks.event[place + 1] ?? events.length;
    const highest = highestBetween(memory, events, start, end);
    run(memory, events.slice(start, highest), live);
    const parts = [...live];
    run(memory, events.slice(highest, end), live);
    const bytes = parts.reduce((sum, part) => sum + part, 0);
    return { event: highest, phase: marks.phase[place], layer: marks.layer[place], bytes, parts };
  });
}

/**
 * The tensors that live after so many events, the largest first.
 *
 * @param {Memory} memory
 * @param {number} event
 * @returns {number[]} their places among the tensors
 */
export function livingAt(memory, event) {
  const { start, end, size } = memory.tensors;
  const tensors = start.map((_, tensor) => tensor);
  const living = tensors.filter((tensor) => start[tensor] < event && end[tensor] >= event);
  return living.sort((one, other) => size[other] - size[one]);
}

/**
 * What happens at each event: the tensor that is made, or `-1 - tensor` for one that is freed.
 *
 * @param {Memory} memory
 * @returns {number[]}
 */
function eventsOf({ events: count, tensors }) {
  const events = Array.from({ length: count }, () => 0);
  tensors.start.forEach((start, tensor) => {
    if (start >= 0) events[start] = tensor;
  });
  tensors.end.forEach((end, tensor) => {
    if (end < count) events[end] = -1 - tensor;
  });
  return events;
}

/**
 * The bytes of each kind that are there from the beginning to the end.
 *
 * @param {Memory} memory
 */
export function stayingBytes(memory) {
  const found = memory.kinds.map(() => 0);
  const staying = standingTensors(memory).filter((tensor) => memory.tensors.end[tensor] === memory.events);
  staying.forEach((tensor) => grow(found, memory, tensor, 1));
  return found;
}

/** @param {Memory} memory */
function standingTensors({ tensors }) {
  return tensors.start.map((_, tensor) => tensor).filter((tensor) => tensors.start[tensor] < 0);
}

/**
 * @param {number[]} live bytes of each kind, which are changed
 * @param {Memory} memory
 * @param {number} tensor
 * @param {1 | -1} sign
 */
function grow(live, { tensors }, tensor, sign) {
  const kind = tensors.kind[tensor];
  live[kind] += sign * tensors.size[tensor];
}

/**
 * @param {Memory} memory
 * @param {readonly number[]} events
 * @param {number[]} live bytes of each kind, which are changed
 */
function run(memory, events, live) {
  for (const event of events) grow(live, memory, event < 0 ? -1 - event : event, event < 0 ? -1 : 1);
}

/**
 * After how many events the most lives between two of them.
 *
 * @param {Memory} memory
 * @param {readonly number[]} events
 * @param {number} start
 * @param {number} end
 */
function highestBetween({ tensors }, events, start, end) {
  let [most, live, highest] = [0, 0, start];
  for (let place = start; place < end; place += 1) {
    const event = events[place];
    live += event < 0 ? -tensors.size[-1 - event] : tensors.size[event];
    if (live > most) [most, highest] = [live, place + 1];
  }
  return highest;
}
