/** The evidence panel: what one object rests on; or, where a click hit several, which of them to open. */

import { config, t } from './page.mjs';
import { ICONS, el, icon, released } from './dom.mjs';
import { pick } from './words.mjs';

const address = (id) => `${config.evidence_url}${id.split('/').map(encodeURIComponent).join('/')}?release=${config.release}&point_of_view=${config.point_of_view}`;

/** What draws a record; fetched with the first one, since most of what a reader sees first needs none of it. */
const parts = () => import('./evidence_parts.mjs');

/** Find an element again where the table, or the legend, was drawn anew while the panel was open. */
const asItIsNow = (one) => (one?.isConnected || !one?.dataset.key ? one : document.querySelector(`[data-key="${CSS.escape(one.dataset.key)}"]`));

async function fetchRecord(id, signal) {
  const answer = await fetch(address(id), { headers: { Accept: 'application/json' }, signal });
  if (!answer.ok) throw Object.assign(new Error(`${id}: ${answer.status}`), { status: answer.status });
  return answer.json();
}

/**
 * Bind the panel's element.
 * @param {HTMLElement} holder the dialog, hidden while nothing is open
 * @param {{opened: (id: string) => void, shown: (record: Object, isFromAddress: boolean) => void, closed: () => void,
 *   incident: (id: string) => Object|undefined}} hooks
 * @returns {{open: (ids: string[], options?: {takeFocus?: boolean, quiet?: boolean}) => void, close: (options?: {quiet?: boolean}) => void}}
 */
export function createPanel(holder, hooks) {
  let cameFrom = null;
  let pending = null;

  /** @param {{quiet?: boolean}} [options] `quiet`: the address knows already */
  function close({ quiet = false } = {}) {
    if (holder.hidden) return;
    pending?.abort();
    holder.hidden = true;
    holder.setAttribute('aria-busy', 'false');
    holder.replaceChildren();
    document.documentElement.classList.remove('has-evidence');
    if (!quiet) hooks.closed();
    asItIsNow(cameFrom)?.focus();
    cameFrom = null;
  }

  const closer = () => el('button', { type: 'button', class: 'close', 'aria-label': t('evidence.close'), onclick: () => close() }, icon(ICONS.close));

  const back = (ids) =>
    ids && el('button', { type: 'button', class: 'back', 'aria-label': t('evidence.back'), onclick: () => choose(ids) }, icon(ICONS.back));

  function fill(head, body, takeFocus = true) {
    if (holder.hidden) cameFrom = document.activeElement === document.body ? null : document.activeElement;
    holder.hidden = false;
    holder.setAttribute('aria-busy', 'false');
    document.documentElement.classList.add('has-evidence');
    holder.replaceChildren(el('div', { class: 'evidence-head' }, head, closer()), el('div', { class: 'evidence-body', tabindex: '0' }, body));
    if (takeFocus) holder.querySelector('h2').focus();
  }

  const again = (retry) => el('button', { type: 'button', class: 'button', onclick: retry }, t('evidence.retry'));

  const title = (text, lang = null) => el('h2', { id: 'evidence-title', tabindex: '-1', lang }, text);

  async function show(id, { from = null, takeFocus = true, quiet = false } = {}) {
    pending?.abort();
    pending = new AbortController();
    const { signal } = pending;
    if (!quiet) hooks.opened(id);
    const known = hooks.incident(id);
    fill([back(from), title(pick(known?.title)?.text ?? t('evidence.title'))], el('p', { class: 'note', role: 'status' }, t('evidence.loading')), takeFocus);
    holder.setAttribute('aria-busy', 'true');
    // What arrives later takes the focus only from what it replaces: by then the reader may be typing elsewhere.
    const arrive = (head, body) => {
      const held = holder.contains(document.activeElement) ? document.activeElement : null;
      fill(head, body, Boolean(held));
      const same = ['close', 'back'].find((name) => held?.classList.contains(name));
      if (same) holder.querySelector(`.${same}`)?.focus();
    };
    try {
      const [record, { renderRecord, titleSymbol }] = await Promise.all([fetchRecord(id, signal), parts()]);
      await released();
      if (signal.aborted) return; // the record came, but the reader left while the module was on its way
      const { text, lang } = pick(record.title) ?? { text: id, lang: null };
      arrive([back(from), titleSymbol(record), title(text, lang)], renderRecord(record));
      hooks.shown(record, quiet);
    } catch (error) {
      await released();
      if (signal.aborted) return;
      if (error.status === 404) {
        arrive([back(from), title(t('evidence.title'))], el('p', { role: 'alert' }, t('evidence.unknown')));
        return;
      }
      console.error(error);
      arrive([back(from), title(t('evidence.title'))], [el('p', { role: 'alert' }, t('evidence.failed')), again(() => show(id, { from }))]);
    }
  }

  async function choose(ids) {
    pending?.abort();
    pending = new AbortController();
    const { signal } = pending;
    const list = el('ul', { class: 'objects' });
    fill([title(t('evidence.choose'))], list);
    holder.setAttribute('aria-busy', 'true');
    const [drawing, ...records] = await Promise.allSettled([parts(), ...ids.map((id) => fetchRecord(id, signal))]);
    if (signal.aborted) return;
    holder.setAttribute('aria-busy', 'false');
    const found = drawing.status === 'rejected' ? [] : records.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
    if (found.length === 0) {
      list.replaceWith(el('p', { role: 'alert' }, t('evidence.failed')), again(() => choose(ids)));
      return;
    }
    list.append(...found.map((record) => {
      const { text, lang } = pick(record.title) ?? { text: record.id, lang: null };
      return el('li', {}, el('button', { type: 'button', lang, onclick: () => show(record.id, { from: ids }) }, drawing.value.titleSymbol(record), el('span', {}, text)));
    }));
  }

  document.addEventListener('keydown', ({ key }) => {
    // It shuts a dialog that lies over the panel first.
    if (key === 'Escape' && !document.querySelector('dialog[open]')) close();
  });

  return {
    open: (ids, options) => (ids.length === 1 ? show(ids[0], options) : choose(ids)),
    close,
  };
}
