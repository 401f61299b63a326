/** The incidents: loaded once, filtered by the legend, and hung in trays under the names of their areas. */

import { config, t } from './page.mjs';
import { el } from './dom.mjs';
import { tray } from './images.mjs';
import { CATEGORIES, symbol } from './symbols.mjs';
import { digits, property } from './words.mjs';

const ORDER = Object.keys(CATEGORIES);

/**
 * Load the incidents of this release.
 * @returns {Promise<Array<{id: string, category: string, status: string, areaId: string|null, precision: string|null,
 *   onBorder: boolean, center: [number, number]|null, properties: Object}>>} in the order of the legend
 */
export async function loadIncidents() {
  const answer = await fetch(config.incidents_url);
  if (!answer.ok) throw new Error(`${config.incidents_url}: ${answer.status}`);
  const { features } = await answer.json();
  return features.map(incident).sort((a, b) => ORDER.indexOf(a.category) - ORDER.indexOf(b.category) || (a.id < b.id ? -1 : 1));
}

function incident({ id, geometry, properties }) {
  return {
    id,
    category: properties.category,
    status: properties.status,
    areaId: properties.area_id,
    precision: precisionOf(properties),
    onBorder: Boolean(properties.border),
    center: geometry?.coordinates ?? null,
    properties,
  };
}

/**
 * Say how an incident's tray is outlined, by UCDP's precision: up to 4 a province or better, 7 more than a country. What
 * stands at its own place has none.
 */
function precisionOf({ area_id: areaId, where_prec: precision, geometry_role: role }) {
  if (!areaId) return null;
  if (role === 'place') return 'point';
  if (precision <= 4) return 'province';
  return precision === 7 ? 'region' : 'country';
}

/** Ids under which the base map names an area; where a tray hangs, its own name takes their place. */
const labelIds = (areaId) => [`country_label/${areaId}`, `region_label/${areaId}`, `label/admin1-label/${areaId}`];

/** Count incidents by a property of theirs. */
export function countBy(incidents, key) {
  const counts = {};
  for (const one of incidents) counts[one[key]] = (counts[one[key]] ?? 0) + 1;
  return counts;
}

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

/**
 * Hang the trays of these incidents on the map and hand over the names of their areas.
 * @param {import('./vendor/maplibre-gl.mjs').Map} map with its style loaded
 * @param {Array} incidents those that the legend lets through
 */
export function drawTrays(map, incidents) {
  const features = [];
  const named = [];
  const provinces = [];
  for (const [areaId, inside] of byArea(incidents)) {
    const { precision, center, properties } = inside[0];
    const image = `tray-${areaId}-${inside.map(({ id }) => id).join('-')}`;
    if (!map.hasImage(image)) {
      const drawn = tray(inside, precision, digits);
      map.addImage(image, drawn.data, drawn.options);
    }
    if (precision === 'province') provinces.push(`admin1/${areaId}`);
    if (precision !== 'point') named.push(...labelIds(areaId));
    const name = precision === 'point' ? '' : property(properties, 'area_name');
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: center },
      properties: { image, precision, name, incidents: inside.map(({ id }) => id).join(' ') },
    });
  }
  map.getSource('trays').setData({ type: 'FeatureCollection', features });
  map.setGlobalStateProperty('tray_areas', named);
  map.setGlobalStateProperty('province_areas', provinces);
}

/**
 * Fill the tray of the incidents for which no place is stated; it lies off the map, because they do.
 * @param {HTMLElement} holder
 * @param {Array} incidents those that the legend lets through
 * @param {(id: string) => void} open
 */
export function drawUnplaced(holder, incidents, open) {
  const unplaced = incidents.filter(({ center }) => !center);
  holder.hidden = unplaced.length === 0;
  holder.replaceChildren(
    el('span', {}, `${t('noplace')} ${digits(unplaced.length)}`),
    ...unplaced.map(({ id, category, status, properties }) => {
      const title = property(properties, 'title');
      return el('button', { type: 'button', title, 'aria-label': title, onclick: () => open(id) }, symbol(category, status));
    }),
  );
}
