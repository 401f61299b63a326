/** The layer list, which is the legend: every way of drawing with its picture, its count and a switch. */

import { config, t } from './page.mjs';
import { el } from './dom.mjs';
import { addressWith } from './state.mjs';
import { swatch } from './swatches.mjs';
import { CATEGORIES, symbol } from './symbols.mjs';
import { countBy } from './incidents.mjs';
import { digits } from './words.mjs';

/** Rows that a reader can switch, by layer; a key is the `group` in the style's metadata, or an incident category. */
export const ROWS = {
  corridors: ['corridors.arrow', 'corridors.other', 'corridors.border', 'corridors.area', 'corridors.label'],
  context_corridors: ['context_corridors.arrow'],
  transport_corridors: ['transport_corridors.path'],
  incidents: Object.keys(CATEGORIES).map((category) => `incidents.${category}`),
  borders: ['borders.focus', 'borders.agreed', 'borders.disputed', 'borders.line_of_control', 'borders.unsettled', 'borders.claim'],
  organizations: ['organizations.attested', 'organizations.context'],
  admin1: ['admin1'],
};

const ALL = Object.values(ROWS).flat();

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

/** Show and hide the style's layers: a layer is on when its group, or any row of its group, is. */
export function applyLayers(map, { visible, organization }) {
  for (const { id, metadata } of map.getStyle().layers) {
    const group = metadata?.group;
    if (!group || group === 'base') continue;
    // Members are drawn, and their tiles loaded, only once an organization is chosen.
    const isOn = (organization || !group.startsWith('organizations')) && [...visible].some((key) => key === group || key.startsWith(`${group}.`));
    map.setLayoutProperty(id, 'visibility', isOn ? 'visible' : 'none');
  }
}

/**
 * Build the legend.
 * @param {HTMLElement} holder
 * @param {Array} incidents all of the release
 * @param {{visible: Set<string>, statuses: Set<string>, organization: string}} choice changed in place
 * @param {() => void} changed called after each change
 */
export function buildLegend(holder, incidents, choice, changed) {
  const rows = rowMaker(choice, changed);
  const note = (key) => el('p', { class: 'note' }, t(key));
  const heading = (key, tone = '') => el('h3', { class: tone }, t(key));
  holder.replaceChildren(
    section('corridors', true,
      heading('corridors.heading', 'movement'), ...rows.layers('corridors'), rows.key('corridors.single'), config.counts?.['corridors.candidate'] && rows.key('corridors.candidate'), note('corridors.band_note'),
      heading('context_corridors.heading'), ...rows.layers('context_corridors'),
      heading('transport_corridors.heading'), ...rows.layers('transport_corridors'), note('transport_corridors.note')),
    section('incidents', true,
      statusSwitch(incidents, choice, changed), ...rows.categories(countBy(incidents, 'category')),
      heading('precision.heading'), ...['province', 'country', 'border', 'region'].map((name) => rows.key(`precision.${name}`))),
    section('borders', false, pointOfViewSelect(), ...rows.layers('borders')),
    section('organizations', choice.organization !== '',
      organizationSelect(choice, changed), ...rows.layers('organizations'), note('organizations.note')),
    section('base', false, ...rows.layers('admin1', 'base.admin1')),
  );
}

const section = (name, open, ...children) =>
  el('details', { class: 'section', open }, el('summary', {}, el('h2', {}, t(`section.${name}`))), el('div', { class: 'rows' }, ...children));

function rowMaker(choice, changed) {
  const row = (key, label, picture, count) => {
    const box = el('input', { type: 'checkbox', checked: choice.visible.has(key), onchange: toggle });
    function toggle() {
      if (box.checked) choice.visible.add(key);
      else choice.visible.delete(key);
      changed();
    }
    const tail = count === undefined ? null : el('span', { class: 'count' }, digits(count));
    return el('label', { class: count === 0 ? 'row zero' : 'row' }, box, picture, el('span', { class: 'label' }, label), tail);
  };
  return {
    layers: (layer, text = null) => ROWS[layer].map((key) => row(key, t(text ?? key), swatch(key), config.counts?.[key])),
    categories: (counts) =>
      Object.keys(CATEGORIES).map((category) => row(`incidents.${category}`, t(`category.${category}`), symbol(category), counts[category] ?? 0)),
    key: (key) => el('div', { class: 'row key' }, swatch(key), el('span', { class: 'label' }, t(key))),
  };
}

function statusSwitch(incidents, choice, changed) {
  const counts = countBy(incidents, 'status');
  if (Object.keys(counts).length < 2) return null;
  const options = Object.keys(counts).sort().reverse().map((status) => {
    const box = el('input', {
      type: 'checkbox',
      checked: choice.statuses.has(status),
      onchange: () => {
        if (box.checked) choice.statuses.add(status);
        else choice.statuses.delete(status);
        changed();
      },
    });
    return el('label', {}, box, symbol('attack', status, 16), el('span', { class: 'label' }, t(`status.${status}`)), el('span', { class: 'count' }, digits(counts[status])));
  });
  return el('div', { class: 'statuses' }, ...options);
}

/** Choose whose side the drawing of disputed areas takes; the data behind the page change with it, so it loads anew. */
function pointOfViewSelect() {
  if (config.embed) return null;
  const select = el('select', { onchange: () => location.assign(addressWith({ point_of_view: select.value })) },
    ...config.points_of_view.map((view) => el('option', { value: view, selected: view === config.point_of_view }, t(`view.${view}`))));
  return el('label', { class: 'choose' }, el('span', {}, t('borders.point_of_view')), select);
}

function organizationSelect(choice, changed) {
  const select = el('select', {
    onchange: () => {
      choice.organization = select.value;
      changed();
    },
  }, el('option', { value: '' }, t('organizations.none')),
  ...(config.organizations ?? []).map(({ id, title }) => el('option', { value: id, selected: id === choice.organization }, title)));
  return el('label', { class: 'choose' }, el('span', {}, t('organizations.choose')), select);
}
