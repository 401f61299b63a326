/** The page's state in its query string: no cookie, no storage, and a link brings back the same view and object. */

import { config } from './page.mjs';

/** Names that choose incidents, as docs/reference.md has them; tiles, counts, table and export take the same. */
export const FILTERS = ['datetime', 'undated', 'category', 'organization', 'article', 'language', 'status', 'threat', 'where_prec', 'corridor'];

/** What a reset takes out of the address besides the filters. */
export const CHOICES = ['layers', 'members', 'coverage', 'table', 'open', 'lon', 'lat', 'z'];

// A file that was saved, or published, has no query of its own: it shows what it was made for.
let query = new URLSearchParams(location.search || config.query || '');
const listeners = [];

/** Read one parameter; null when it is absent. */
export const param = (name) => query.get(name);

/** Read a parameter that holds several values with commas; empty when it is absent. */
export const values = (name) => (query.get(name) ?? '').split(',').filter(Boolean);

function changed(changes) {
  const made = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') made.delete(name);
    else made.set(name, String(value));
  }
  return made;
}

function address(made) {
  const text = made.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return location.pathname + (text ? `?${text}` : '');
}

/**
 * Make the address of this view with some parameters changed.
 * @param {Object<string, string|number|null>} changes null takes a parameter out
 */
export const addressWith = (changes) => address(changed(changes));

/**
 * Record a change in the address.
 * @param {Object<string, string|number|null>} changes null takes a parameter out
 * @param {{step?: boolean, mark?: string}} [options] `step`: the reader's Back undoes it; otherwise it replaces what is
 *   there; `mark`: what a new step opened, see `isMarked`
 */
export function remember(changes, { step = false, mark = null } = {}) {
  const made = changed(changes);
  if (made.toString() === query.toString()) return;
  query = made;
  if (onTheWay && step) onTheWay.push({ mark, made });
  else if (onTheWay) onTheWay.at(-1).made = made;
  else write(mark, made, step);
}

function write(mark, made, step) {
  try {
    if (step) history.pushState(mark, '', address(made));
    else history.replaceState(history.state, '', address(made));
  } catch {
    // An embed in a sandbox may not write its address; the view is kept here alone, nothing else is lost.
  }
}

/**
 * What is to be written once the browser, which takes its time to go back, has arrived: the entry that it goes back to, then
 * the steps that the reader took meanwhile. Null while it goes nowhere.
 * @type {Array<{mark: string|null|undefined, made: URLSearchParams}>|null}
 */
let onTheWay = null;

/** Tell whether the last step opened this, so that going back closes it. */
export const isMarked = (mark) => (onTheWay ? onTheWay.at(-1).mark : history.state) === mark;

/** Take back the last step by going back, with all else that changed since then as it is now. */
export function undoStep(changes) {
  query = changed(changes);
  if (onTheWay) {
    onTheWay.pop();
    onTheWay.at(-1).made = query;
    return;
  }
  onTheWay = [{ mark: undefined, made: query }];
  document.documentElement.dataset.returning = '1';
  history.back();
}

/** Record that something was opened that the address does not name, so that the reader's Back closes it. */
export function markStep(mark) {
  if (onTheWay) onTheWay.push({ mark, made: query });
  else write(mark, query, true);
}

/** Record where the map looks: three decimals are about 100 m, which is enough to find a view again. */
export function rememberView(map) {
  const { lng, lat } = map.getCenter();
  remember({ lon: lng.toFixed(3), lat: lat.toFixed(3), z: map.getZoom().toFixed(2) });
}

/** Read the view of the address; null when it names none. */
export function view() {
  const [lon, lat, zoom] = ['lon', 'lat', 'z'].map((name) => (query.has(name) ? Number(query.get(name)) : NaN));
  return [lon, lat, zoom].every(Number.isFinite) ? { center: [lon, lat], zoom } : null;
}

/** Call a function when the reader goes back or forward to another state. */
export const onReturn = (listener) => listeners.push(listener);

addEventListener('popstate', () => {
  if (onTheWay) {
    const [there, ...steps] = onTheWay;
    onTheWay = null;
    write(null, there.made, false);
    for (const { mark, made } of steps) write(mark, made, true);
    delete document.documentElement.dataset.returning;
    return;
  }
  query = new URLSearchParams(location.search);
  for (const listener of listeners) listener();
});

/**
 * Write the filter as a query string in one fixed order.
 * @param {{only?: string[], without?: string[]}} [options] which of its names count
 */
export function filterQuery({ only = FILTERS, without = [] } = {}) {
  const parts = FILTERS.filter((name) => only.includes(name) && !without.includes(name) && query.get(name));
  return parts.map((name) => `${name}=${encodeURIComponent(query.get(name)).replaceAll('%2C', ',').replaceAll('%2F', '/')}`).join('&');
}
