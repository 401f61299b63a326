/** The layer list, which is the legend: every way of drawing with its picture, its count and a switch. */

import { config, holds, t } from './page.mjs';
import { el, redraw } from './dom.mjs';
import { ROWS, formatCategories, formatLayers, memberDate, parseLayers, shownCategories } from './layers.mjs';
import { addressWith, param, values } from './state.mjs';
import { swatch } from './swatches.mjs';
import { CATEGORIES, symbol } from './symbols.mjs';
import { digits, periodText } from './words.mjs';

/**
 * Build the legend.
 * @param {HTMLElement} holder
 * @param {{all: Object, facets: Object}|null} live totals of the incidents, null until they are known
 * @param {(changes: Object) => void} change called with the parameter to set
 */
export function drawLegend(holder, live, change) {
  const rows = rowMaker(live, change);
  const note = (key) => el('p', { class: 'note' }, t(key));
  const heading = (key, tone = '') => el('h3', { class: tone }, t(key));
  const open = new Map([...holder.querySelectorAll('details')].map((one) => [one.dataset.section, one.open]));
  const section = (name, isOpen, ...children) =>
    el('details', { class: 'section', 'data-section': name, open: open.get(name) ?? isOpen }, el('summary', {}, el('h2', {}, t(`section.${name}`))), el('div', { class: 'rows' }, ...children));
  redraw(holder,
    section('corridors', true,
      heading('corridors.heading', 'movement'), ...rows.layers('corridors'), rows.key('corridors.single'), config.counts?.['corridors.candidate'] && rows.key('corridors.candidate'), note('corridors.band_note'),
      heading('context_corridors.heading'), ...rows.layers('context_corridors'),
      heading('transport_corridors.heading'), ...rows.layers('transport_corridors'), note('transport_corridors.note')),
    section('incidents', true, ...own(rows, live, note), ...imported(rows, heading, note), ...precisions(rows, heading),
      heading('doubts.heading'), rows.key('badge.suspect'), rows.key('badge.conflict')),
    section('borders', false, pointOfViewSelect(), ...rows.layers('borders')),
    section('organizations', Boolean(param('members')),
      choose('organizations.choose', 'members', [['', t('organizations.none')], ...(config.organizations ?? []).map(({ id, title }) => [id, title])], change),
      memberDate() && el('p', { class: 'note' }, `${t('organizations.at')} ${periodText(memberDate())}`),
      ...rows.layers('organizations'), note('organizations.note')),
    section('coverage', Boolean(param('coverage')),
      choose('coverage.choose', 'coverage', [['', t('coverage.none')], ...['articles', 'groups', 'languages', 'silence'].map((id) => [id, t(`coverage.${id}`)])], change),
      rows.key('coverage.ramp'), rows.key('coverage.silent'), note('coverage.note')),
    section('base', false, ...rows.layers('admin1', 'base.admin1')),
  );
}

/** Rows for incidents that the articles tell of, or that the release holds none. */
function own(rows, live, note) {
  if (!holds('incidents')) return [note('incidents.absent')];
  return [rows.switch('incidents', t('incidents.shown'), null), rows.statuses(), ...rows.categories(), live?.now.total === 0 && note('incidents.none')];
}

const importedLayers = () => ['imported_incidents', 'restricted_incidents'].filter((id) => config.counts?.[id]);

/** How precisely a place is known, where the release holds anything that is drawn so. */
function precisions(rows, heading) {
  if (!holds('incidents') && importedLayers().length === 0) return [];
  return [heading('precision.heading'), ...['point', 'province', 'country', 'border', 'region'].map((name) => rows.key(`precision.${name}`)), rows.key('incidents.cell')];
}

/** Rows for incidents of data sets, where the release holds any. */
function imported(rows, heading, note) {
  const held = importedLayers();
  return held.length > 0 ? [heading('imports.heading'), ...held.flatMap((id) => rows.layers(id)), note('imports.note')] : [];
}

function rowMaker(live, change) {
  const visible = parseLayers(param('layers'));
  const categories = shownCategories();
  const row = (key, isOn, toggle, [label, picture, count]) => {
    const box = el('input', { type: 'checkbox', checked: isOn, 'data-key': key, onchange: () => toggle(box.checked) });
    const tail = count === undefined || count === null ? null : el('span', { class: 'count' }, digits(count));
    return el('label', { class: count === 0 ? 'row zero' : 'row' }, box, picture, el('span', { class: 'label' }, label), tail);
  };
  const put = (set, key, isOn) => (isOn ? set.add(key) : set.delete(key));
  const layer = (key, label, picture, count) => row(key, visible.has(key), (isOn) => {
    put(visible, key, isOn);
    change({ layers: formatLayers(visible) });
  }, [label, picture, count]);
  const category = (name) => row(`category.${name}`, categories.has(name), (isOn) => {
    put(categories, name, isOn);
    change({ category: formatCategories(categories) });
  }, [t(`category.${name}`), symbol(name), live && (live.facets.category[name] ?? 0)]);
  return {
    layers: (id, text = null) => ROWS[id].map((key) => layer(key, t(text ?? key), swatch(key), config.counts?.[key])),
    statuses: () => statusSwitches(live, change),
    switch: (key, label, picture) => layer(key, label, picture, live?.now.total),
    categories: () => Object.keys(CATEGORIES).map(category),
    key: (key) => el('div', { class: 'row key' }, swatch(key), el('span', { class: 'label' }, t(key))),
  };
}

/** Let the reader take what no person has reviewed off the map, where there is any: it is the first question of a careful one. */
function statusSwitches(live, change) {
  const known = Object.keys(live?.all.status ?? {}).sort().reverse();
  if (known.length < 2) return null;
  const chosen = values('status');
  const shown = new Set(chosen.length > 0 ? chosen : known);
  const toggle = (status, isOn) => {
    if (isOn) shown.add(status);
    else shown.delete(status);
    // Without any status nothing would be left to see: then all are shown again.
    change({ status: shown.size === 0 || shown.size === known.length ? null : [...shown].sort().join(',') });
  };
  return el('div', { class: 'statuses', role: 'group', 'aria-label': t('filter.status') }, ...known.map((status) =>
    el('label', {}, el('input', { type: 'checkbox', checked: shown.has(status), 'data-key': `shown.${status}`, onchange: ({ target }) => toggle(status, target.checked) }),
      symbol('attack', status, 16), el('span', {}, t(`status.${status}`)), el('span', { class: 'count' }, digits(live.facets.status[status] ?? 0)))));
}

/** Choose whose side the drawing of disputed areas takes; the data behind the page change with it, so it loads anew. */
function pointOfViewSelect() {
  if (config.embed) return null;
  const select = el('select', { onchange: () => location.assign(addressWith({ point_of_view: select.value })) },
    ...config.points_of_view.map((view) => el('option', { value: view, selected: view === config.point_of_view }, t(`view.${view}`))));
  return el('label', { class: 'choose' }, el('span', {}, t('borders.point_of_view')), select);
}

/** Make a select that sets a parameter of the address; one fill of areas at a time, since two cannot be told apart. */
function choose(key, name, options, change) {
  const select = el('select', { 'data-key': name, onchange: () => change({ members: null, coverage: null, [name]: select.value || null }) },
    ...options.map(([value, text]) => el('option', { value, selected: value === (param(name) ?? '') }, text)));
  return el('label', { class: 'choose' }, el('span', {}, t(key)), select);
}
