/** The table: what of a layer is in view, the same features as the map, sorted as the reader likes; and exactly that to take away. */

import { config, hasText, t } from './page.mjs';
import { el, redraw, released } from './dom.mjs';
import { TABLES } from './layers.mjs';
import { address, ask, latest } from './service.mjs';
import { filterQuery, param } from './state.mjs';
import { CATEGORIES, symbol } from './symbols.mjs';
import { direction, digits, pick, periodText } from './words.mjs';

/** Rows that are listed; the download holds all. */
const ROWS = 500;

/** Filters that a layer other than the incidents obeys, where they are the ones that the map applies to it. */
export const LAYER_FILTERS = { corridors: ['article', 'language'], context_corridors: ['article', 'language'] };

const when = (row) => [row.date_start ?? row.valid_from, row.date_end ?? row.valid_to];

const isMonthEnd = (day) => new Date(Date.parse(`${day}T00:00Z`) + 864e5).getUTCDate() === 1;

/** Write an interval of days no longer than it needs to be: whole years, whole months, single days by one part. */
function interval([start, end]) {
  if (!start && !end) return '';
  if (!start || !end) return `${start ?? '…'} – ${end ?? '…'}`;
  const length = start.endsWith('-01-01') && end.endsWith('-12-31') ? 4 : start.endsWith('-01') && isMonthEnd(end) ? 7 : 10;
  const [first, last] = [start.slice(0, length), end.slice(0, length)];
  return first === last ? first : `${first} – ${last}`;
}

const precision = (row) => (row.where_prec ? t(`precision.${row.border ? 'border' : ['point', 'point', 'point', 'province', 'border', 'country', 'region'][row.where_prec - 1]}`) : '');

/** Columns: key of the heading, text of a cell. */
const COLUMNS = [
  ['table.object', (row) => pick(row.title)?.text ?? row.id],
  ['fact.category', (row) => (row.category ? t(`category.${row.category}`) : row.kind ? (hasText(`kind.${row.kind}`) ? t(`kind.${row.kind}`) : row.kind) : '')],
  ['fact.when', (row) => { const text = interval(when(row)); return text ? periodText(text) : ''; }, (row) => when(row)[0] ?? '9999'],
  ['fact.where', (row) => pick(row.area)?.text ?? ''],
  ['fact.precision', precision, (row) => row.where_prec ?? 9],
  ['fact.status', (row) => (row.status ? t(hasText(`status.${row.status}`) ? `status.${row.status}` : `borders.${row.status}`) : '')],
];

/** Give the box of the map's view for `bbox=`; null when all of the world is in it. */
export function boxOf(map) {
  const bounds = map.getBounds();
  const [west, east] = [bounds.getWest(), bounds.getEast()];
  if (east - west >= 360) return null;
  const turn = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
  const corner = (degrees) => Number(degrees.toFixed(5));
  return [corner(turn(west)), corner(bounds.getSouth()), corner(turn(east)), corner(bounds.getNorth())].join(',');
}

/**
 * Bind the table's drawer.
 * @param {HTMLElement} holder
 * @param {{open: (id: string) => void, change: (changes: Object) => void, map: () => Object|null}} hooks
 * @returns {{draw: () => void}}
 */
export function createTable(holder, { open, change, map }) {
  let order = { column: 2, descending: false };
  let given = null;

  const query = (layer) => {
    const box = map() && boxOf(map());
    const filter = layer === 'incidents' ? filterQuery() : filterQuery({ only: LAYER_FILTERS[layer] ?? [] });
    return [filter, box && `bbox=${box}`].filter(Boolean).join('&');
  };

  const load = latest(async (signal, layer) => {
    try {
      const told = await ask(address('/list', `layer=${layer}`, `limit=${ROWS}`, query(layer)), signal);
      await released();
      if (signal.aborted) return;
      const place = given?.layer === layer ? holder.querySelector('.scrolls')?.scrollTop : 0;
      given = { ...told, layer };
      show(layer);
      holder.querySelector('.scrolls').scrollTop = place ?? 0;
    } catch (error) {
      if (signal.aborted) return;
      console.warn(error.message);
      await released();
      if (signal.aborted) return;
      fill(layer, el('p', { class: 'note', role: 'alert' }, t('map.unreachable')));
    }
  }, 120);

  function draw() {
    const layer = TABLES.includes(param('table')) ? param('table') : null;
    holder.hidden = layer === null;
    document.documentElement.classList.toggle('has-table', layer !== null);
    holder.setAttribute('aria-busy', String(layer !== null));
    if (layer) load(layer);
    else load.stop();
  }

  function fill(layer, body, note = '') {
    const select = el('select', { 'aria-label': t('table.layer'), 'data-key': 'layer', onchange: ({ target }) => change({ table: target.value }) },
      ...TABLES.map((id) => el('option', { value: id, selected: id === layer }, t(`objects.${id}`))));
    holder.setAttribute('aria-busy', 'false');
    redraw(holder,
      el('div', { class: 'table-head' }, el('h2', { id: 'table-title' }, t('table.title')), select, el('p', { class: 'note', role: 'status' }, note), el('span', { class: 'spring' }),
        el('a', { class: 'button', 'data-key': 'download', href: address(`/export/${layer}.geojson`, query(layer)), download: '' }, t('table.download')),
        el('button', { type: 'button', class: 'button', 'data-key': 'close', onclick: () => change({ table: null }) }, t('evidence.close'))),
      body);
  }

  function sorted(rows) {
    const [, text, key = text] = COLUMNS[order.column];
    const compare = (a, b) => (typeof a === 'number' ? a - b : a.localeCompare(b, config.lang));
    const way = order.descending ? -1 : 1;
    return [...rows].sort((a, b) => way * compare(key(a), key(b)) || (a.id < b.id ? -1 : 1));
  }

  function show(layer) {
    const columns = COLUMNS.map((column, index) => [index, ...column]).filter(([index, , text]) => index === 0 || given.rows.some((row) => text(row)));
    const heading = ([index, key]) => el('th', { scope: 'col', 'aria-sort': index === order.column ? (order.descending ? 'descending' : 'ascending') : null },
      el('button', { type: 'button', 'data-key': `sort-${index}`, onclick: () => { order = { column: index, descending: index === order.column && !order.descending }; show(layer); } }, t(key)));
    const cells = (row) => columns.map(([index, , text]) => (index === 0
      ? el('th', { scope: 'row' }, el('button', { type: 'button', 'data-open': row.id, 'data-key': `row-${row.id}`, onclick: () => open(row.id), lang: pick(row.title)?.lang, dir: direction(pick(row.title)?.lang ?? 'en') },
        row.category in CATEGORIES && symbol(row.category, row.status, 16), text(row)))
      : el('td', {}, text(row))));
    const table = el('table', { 'aria-labelledby': 'table-title' }, el('thead', {}, el('tr', {}, ...columns.map(heading))),
      el('tbody', {}, ...sorted(given.rows).map((row) => el('tr', {}, ...cells(row)))));
    const total = t(given.total > given.rows.length ? 'table.first' : 'table.total').replace('{n}', digits(given.total)).replace('{shown}', digits(given.rows.length));
    fill(layer, el('div', { class: 'scrolls', tabindex: '0', role: 'region', 'aria-labelledby': 'table-title' }, table), total);
  }

  return { draw };
}
