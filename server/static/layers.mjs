/** Which layers of the style are on, and what their tiles are filtered by. */

import { holds } from './page.mjs';
import { filterQuery, param, values } from './state.mjs';
import { CATEGORIES } from './symbols.mjs';

/** Rows of the legend that a reader can switch, by layer; a key is the `group` in the style's metadata. */
export const ROWS = {
  corridors: ['corridors.arrow', 'corridors.other', 'corridors.border', 'corridors.area', 'corridors.label'],
  context_corridors: ['context_corridors.arrow'],
  transport_corridors: ['transport_corridors.path'],
  incidents: ['incidents'],
  imported_incidents: ['imported_incidents'],
  restricted_incidents: ['restricted_incidents'],
  borders: ['borders.focus', 'borders.agreed', 'borders.disputed', 'borders.line_of_control', 'borders.unsettled', 'borders.claim'],
  organizations: ['organizations.attested', 'organizations.context'],
  admin1: ['admin1'],
};

const ALL = Object.values(ROWS).flat();

/** Layers of the release that the table can show, the first one first. */
export const TABLES = ['incidents', 'corridors', 'context_corridors', 'transport_corridors', 'borders', 'organizations'].filter(holds);

/** Read which rows are on from `layers` of the address: row keys or whole layers with commas; all when it is absent. */
export function parseLayers(text) {
  if (text === null) return new Set(ALL);
  return new Set(text.split(',').flatMap((key) => ROWS[key] ?? (ALL.includes(key) ? [key] : [])));
}

/** Write the rows that are on for the address, whole layers by their name; null when all are on. */
export function formatLayers(visible) {
  if (ALL.every((key) => visible.has(key))) return null;
  const parts = Object.entries(ROWS).flatMap(([layer, keys]) => {
    const on = keys.filter((key) => visible.has(key));
    return on.length === keys.length ? [layer] : on;
  });
  return parts.join(',') || 'none';
}

/** Read which categories of incidents are shown: all, unless the address names some; `none` is none of them. */
export const shownCategories = () => new Set(param('category') === null ? Object.keys(CATEGORIES) : values('category'));

/** Write categories for the address; null when all are shown. */
export function formatCategories(shown) {
  const named = Object.keys(CATEGORIES).filter((category) => shown.has(category));
  return named.length === Object.keys(CATEGORIES).length ? null : named.sort().join(',') || 'none';
}

/** Sources that load only what is on, and whether it is. */
const WANTED = {
  members: () => param('members'),
  coverage: () => param('coverage'),
  incidents: (isMany) => isMany,
};

/**
 * Show and hide the style's layers: a layer is on when its group, or any row of its group, is.
 * @param {import('./vendor/maplibre-gl.mjs').Map} map with its style loaded
 * @param {boolean} isMany whether the incidents come from tiles
 */
export function applyLayers(map, isMany) {
  const visible = parseLayers(param('layers'));
  for (const { id, source, metadata } of map.getStyle().layers) {
    const group = metadata?.group;
    if (!group || group === 'base') continue;
    const isWanted = !(source in WANTED) || Boolean(WANTED[source](isMany));
    const isOn = isWanted && (group.startsWith('coverage') || [...visible].some((key) => key === group || key.startsWith(`${group}.`)));
    map.setLayoutProperty(id, 'visibility', isOn ? 'visible' : 'none');
  }
  map.setGlobalStateProperty('organization', param('members') ?? '');
  map.setGlobalStateProperty('coverage', param('coverage') ?? '');
}

/** Source → its address without a filter and the one that it has now. */
const addresses = new Map();

/** Point a source's tiles at a filter; tiles that are there already are loaded anew only when it changes. */
function filterSource(map, name, query) {
  if (!map.getSource(name)) return; // a release need not hold every layer
  if (!addresses.has(name)) {
    const [own] = map.getStyle().sources[name].tiles;
    addresses.set(name, { own, now: own });
  }
  const known = addresses.get(name);
  const wanted = query ? `${known.own}${known.own.includes('?') ? '&' : '?'}${query}` : known.own;
  if (known.now !== wanted) map.getSource(name).setTiles([wanted]);
  known.now = wanted;
}

/** The day at which memberships are shown: the last one of the chosen time; null when no time is chosen. */
export const memberDate = () => param('datetime')?.split('/').pop().replace('..', '') || null;

/** Let the tiles obey the filter: incidents all of it, corridors what names articles, members the chosen time. */
export function applyFilter(map) {
  filterSource(map, 'incidents', filterQuery());
  filterSource(map, 'imports', filterQuery());
  filterSource(map, 'map', filterQuery({ only: ['article', 'language'] }));
  const date = memberDate();
  filterSource(map, 'members', date && `datetime=${date}`);
}
