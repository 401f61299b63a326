/** The incidents that a filter keeps: in trays under the names of their areas, or, where they are too many, from tiles. */

import { config, holds, t } from './page.mjs';
import { el, redraw } from './dom.mjs';
import { tray } from './images.mjs';
import { address, ask, counts } from './service.mjs';
import { filterQuery } from './state.mjs';
import { CATEGORIES, symbol } from './symbols.mjs';
import { digits, pick } from './words.mjs';

const ORDER = Object.keys(CATEGORIES);

/** So many incidents hang in trays; of more the tiles tell how many there are. */
export const IN_TRAYS = 1500;

/** So many incidents without a place are shown one by one. */
const UNPLACED = 12;

/**
 * Load the incidents that the filter keeps.
 * @param {AbortSignal} signal
 * @returns {Promise<{total: number, unplaced: number, isMany: boolean, rows: Array<{id: string, category: string, status: string,
 *   title: Object, areaId: string|null, precision: string|null, onBorder: boolean, center: [number, number]|null,
 *   suspect: boolean, conflict: boolean}>}>} rows in the order of the legend; none or the first ones when they are too many
 */
export async function loadIncidents(signal) {
  if (!holds('incidents')) return { total: 0, unplaced: 0, isMany: false, rows: [] };
  if ((config.layers.find(({ id }) => id === 'incidents')?.count ?? 0) > IN_TRAYS) {
    // Of a large release the totals, which are asked for anyway, tell whether rows are of any use.
    const { total, unplaced } = await counts(filterQuery());
    if (total > IN_TRAYS) return { total, unplaced, isMany: true, rows: [] };
  }
  const { total, unplaced, rows } = await ask(address('/list', 'layer=incidents', `limit=${IN_TRAYS}`, filterQuery()), signal);
  const read = rows.map(incident).sort((a, b) => ORDER.indexOf(a.category) - ORDER.indexOf(b.category) || (a.id < b.id ? -1 : 1));
  return { total, unplaced, isMany: total > rows.length, rows: read };
}

const incident = (row) => ({
  ...row,
  areaId: row.area_id ?? null,
  precision: precisionOf(row),
  onBorder: Boolean(row.border),
  center: row.lon === undefined ? null : [row.lon, row.lat],
});

/**
 * Say how an incident's tray is outlined, by UCDP's precision: up to 4 a province or better, 7 more than a country. What
 * stands at its own place has none.
 */
function precisionOf({ area_id: areaId, where_prec: precision, geometry_role: role }) {
  if (role !== 'representative' || !areaId) return 'point';
  if (precision <= 4) return 'province';
  return precision === 7 ? 'region' : 'country';
}

/** By what the base map names an area, a province by its code; where a tray hangs, its own name takes their place. */
const labelIds = (areaId) => [`country_label/${areaId}`, `region_label/${areaId}`, areaId];

/** Group incidents by area, or by the place where they happened; those without a place are left out. */
function byArea(incidents) {
  const areas = new Map();
  for (const one of incidents.filter(({ center }) => center)) {
    const key = one.precision === 'point' ? one.center.join('_') : one.areaId;
    if (!areas.has(key)) areas.set(key, []);
    areas.get(key).push(one);
  }
  return areas;
}

/** Name a tray's picture by all that is seen of it, so that equal trays share one. */
const pictureOf = (inside, precision) => `tray-${precision}-${inside.map(({ category, status, onBorder, suspect, conflict }) =>
  [category, status, +onBorder, +Boolean(suspect), +Boolean(conflict)].join('.')).join('-')}`;

/**
 * Hang the trays of these incidents on the map and hand over the names of their areas.
 * @param {import('./vendor/maplibre-gl.mjs').Map} map with its style loaded
 * @param {Array} incidents as `loadIncidents` gives them
 */
export function drawTrays(map, incidents) {
  const features = [];
  const named = [];
  const provinces = [];
  for (const [areaId, inside] of byArea(incidents)) {
    const { precision, center, area } = inside[0];
    const image = pictureOf(inside, precision);
    if (!map.hasImage(image)) {
      const drawn = tray(inside, precision, digits);
      map.addImage(image, drawn.data, drawn.options);
    }
    if (precision === 'province') provinces.push(`admin1/${areaId}`);
    if (precision !== 'point') named.push(...labelIds(areaId));
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: center },
      properties: { image, precision, name: precision === 'point' ? '' : pick(area)?.text ?? '', incidents: inside.map(({ id }) => id).join(' ') },
    });
  }
  map.getSource('trays').setData({ type: 'FeatureCollection', features });
  map.setGlobalStateProperty('tray_areas', named);
  map.setGlobalStateProperty('province_areas', provinces);
}

/**
 * Fill the tray of the incidents for which no place is stated; it lies off the map, because they do.
 * @param {HTMLElement} holder
 * @param {{rows: Array, unplaced: number}} loaded as `loadIncidents` gives it
 * @param {(id: string) => void} open
 */
export function drawUnplaced(holder, { rows, unplaced }, open) {
  holder.hidden = unplaced === 0;
  redraw(holder,
    el('span', {}, `${t('noplace')} ${digits(unplaced)}`),
    ...rows.filter(({ center }) => !center).slice(0, UNPLACED).map(({ id, category, status, title }) => {
      const text = pick(title)?.text ?? id;
      return el('button', { type: 'button', 'data-key': `unplaced.${id}`, title: text, 'aria-label': text, onclick: () => open(id) }, symbol(category, status));
    }),
  );
}
