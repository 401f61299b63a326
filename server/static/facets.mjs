/** The filters of the incidents: what can be chosen, and how many are left of each under all other choices. */

import { config, hasText, holds, t } from './page.mjs';
import { el, redraw } from './dom.mjs';
import { counts } from './service.mjs';
import { FILTERS, filterQuery, param, values } from './state.mjs';
import { symbol } from './symbols.mjs';
import { digits } from './words.mjs';

/** UCDP's precisions as readers are told them; each is one choice. */
const PRECISIONS = { point: ['1', '2', '3'], province: ['4'], border: ['5'], country: ['6'], region: ['7'] };

/** Facets in the order in which they stand in the panel. */
export const FACETS = ['status', 'organization', 'article', 'language', 'threat', 'where_prec', 'corridor'];

const worded = (key, id) => (hasText(key) ? t(key) : id.replaceAll('_', ' '));

const LABELS = {
  status: (id) => worded(`status.${id}`, id),
  language: (id) => worded(`language.${id}`, id),
  threat: (id) => worded(`threat.${id}`, id),
  where_prec: (id) => t(`precision.${id}`),
};

const label = (facet, id) => LABELS[facet]?.(id) ?? config.names[facet]?.[id] ?? id;

/** Give the values of a facet as rows `[id, values, total]`, those that occur most first. */
function choices(facet, all, now) {
  if (facet === 'where_prec') {
    return Object.entries(PRECISIONS)
      .map(([id, own]) => [id, own, own.reduce((sum, one) => sum + (now[one] ?? 0), 0), own.some((one) => all[one])])
      .filter(([, , , isThere]) => isThere);
  }
  const ids = [...new Set([...Object.keys(all), ...values(facet)])];
  return ids.map((id) => [id, [id], now[id] ?? 0]).sort((a, b) => (all[b[0]] ?? 0) - (all[a[0]] ?? 0) || (a[0] < b[0] ? -1 : 1));
}

/**
 * Ask for the totals under the filter, and for each facet under all other choices.
 * @returns {Promise<{all: Object, now: Object, facets: Object<string, Object>, years: Object}>}
 */
export async function liveCounts() {
  const free = (facet) => (param(facet) ? counts(filterQuery({ without: [facet] })) : counts(filterQuery()));
  const time = ['datetime', 'undated'];
  const timeless = counts(filterQuery({ without: time }));
  const [all, now, years, ...found] = await Promise.all([counts(''), counts(filterQuery()), timeless, ...['category', ...FACETS].map(free)]);
  return { all, now, years, facets: Object.fromEntries(['category', ...FACETS].map((facet, index) => [facet, found[index][facet] ?? {}])) };
}

/** How many values of a facet are listed; the others can be found by search. */
const LISTED = 60;

/**
 * Fill the filters.
 * @param {HTMLElement} holder
 * @param {{all: Object, facets: Object}} live what `liveCounts` gave
 * @param {(changes: Object) => void} change called with the parameter to set
 */
export function drawFacets(holder, live, change) {
  if (!holds('incidents')) {
    holder.replaceChildren(el('p', { class: 'note' }, t('incidents.absent')));
    return;
  }
  redraw(holder, ...FACETS.map((facet) => {
    const rows = choices(facet, live.all[facet] ?? {}, live.facets[facet]);
    if (rows.length === 0) return null;
    const chosen = new Set(values(facet));
    const before = holder.querySelector(`[data-facet="${facet}"]`);
    const taken = [...chosen].join();
    // A new choice opens its group; what the reader then shuts stays shut.
    const isOpen = before?.dataset.chosen === taken ? before.open : before?.open || chosen.size > 0 || (!before && facet === 'status');
    return el('details', { class: 'group', open: isOpen, 'data-facet': facet, 'data-chosen': taken },
      el('summary', {}, el('h3', {}, t(`filter.${facet}`)), chosen.size > 0 && el('span', { class: 'count' }, digits(rows.filter(([, own]) => own.some((one) => chosen.has(one))).length))),
      el('div', { class: 'rows choices' }, ...rows.slice(0, LISTED).map((row) => choice(facet, row, chosen, change)),
        rows.length > LISTED && el('p', { class: 'note' }, t('filter.more').replace('{n}', digits(rows.length - LISTED)))));
  }).filter(Boolean));
}

function choice(facet, [id, own, total], chosen, change) {
  const toggle = ({ target }) => {
    const left = [...chosen].filter((one) => !own.includes(one));
    change({ [facet]: [...left, ...(target.checked ? own : [])].sort().join(',') });
  };
  const box = el('input', { type: 'checkbox', checked: own.some((one) => chosen.has(one)), 'data-key': `${facet}.${id}`, onchange: toggle });
  return el('label', { class: total ? 'row' : 'row zero' }, box, facet === 'status' && symbol('attack', id, 16),
    el('span', { class: 'label', dir: 'auto' }, label(facet, id)), el('span', { class: 'count' }, digits(total)));
}

/** Say what is chosen, as chips that take it back; nothing when everything is shown. */
export function drawChosen(holder, change, reset) {
  const chips = FILTERS.filter((name) => param(name) && !['datetime', 'undated', 'category'].includes(name))
    .map((name) => el('button', { type: 'button', class: 'chip', 'data-key': `chip.${name}`, onclick: () => change({ [name]: null }), title: t('filter.remove') },
      `${t(`filter.${name}`)}: `, values(name).length > 1 ? digits(values(name).length) : label(name, name === 'where_prec' ? precisionOf(values(name)[0]) : values(name)[0]),
      el('span', { 'aria-hidden': 'true' }, ' ×'), el('span', { class: 'unseen' }, t('filter.remove'))));
  const isAny = FILTERS.some((name) => param(name));
  redraw(holder, ...chips, ...(isAny ? [el('button', { type: 'button', class: 'button', 'data-key': 'chip.reset', onclick: reset }, t('filter.reset'))] : []));
}

const precisionOf = (value) => Object.keys(PRECISIONS).find((id) => PRECISIONS[id].includes(value)) ?? 'country';
