/** Search over places, organizations, corridors and articles, as a combobox that the keyboard alone can use. */

import { t } from './page.mjs';
import { el, released } from './dom.mjs';
import { address, ask, latest } from './service.mjs';
import { pick, direction } from './words.mjs';

/**
 * Bind the search field.
 * @param {HTMLInputElement} field with `role=combobox`
 * @param {HTMLElement} list its listbox
 * @param {(found: {kind: string, id: string, open?: string, lon?: number, lat?: number}) => void} choose
 */
export function bindSearch(field, list, choose) {
  let found = [];
  let active = -1;
  /** What was found is for the text that stands in the field; otherwise the answer is on its way. */
  let isFresh = true;
  /** Enter was pressed before the answer came. */
  let isAwaited = false;

  function close() {
    seek.stop();
    isAwaited = false;
    list.hidden = true;
    active = -1;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }

  function show(rows) {
    list.replaceChildren(...rows);
    list.hidden = false;
    field.setAttribute('aria-expanded', 'true');
    mark(-1);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((row, at) => row.setAttribute('aria-selected', String(at === active)));
    if (active < 0) field.removeAttribute('aria-activedescendant');
    else field.setAttribute('aria-activedescendant', `found-${active}`);
  }

  function take(index) {
    const one = found[index];
    if (!one) return;
    close();
    isFresh = true;
    field.value = pick(one.title)?.text ?? one.id;
    choose(one);
  }

  const option = (one, index) => {
    const { text, lang } = pick(one.title) ?? { text: one.id, lang: null };
    return el('li', { role: 'option', id: `found-${index}`, 'aria-selected': 'false', onpointerdown: (event) => { event.preventDefault(); take(index); } },
      el('span', { lang, dir: lang && direction(lang) }, text), el('small', {}, t(`search.${one.kind}`)));
  };

  const seek = latest(async (signal) => {
    const text = field.value.trim();
    if (!text) return close();
    try {
      const { results } = await ask(address('/search', `q=${encodeURIComponent(text)}`, 'limit=12'), signal);
      await released();
      if (signal.aborted) return undefined;
      const chosen = found[active];
      [found, isFresh] = [results, true];
      if (isAwaited && results.length) return take(0);
      isAwaited = false;
      show(results.length ? results.map(option) : [el('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, t('search.nothing'))]);
      // What the reader has gone to among the earlier ones stays the chosen one, wherever it stands now.
      mark(found.findIndex(({ kind, id }) => kind === chosen?.kind && id === chosen.id));
    } catch (error) {
      if (signal.aborted) return undefined;
      [found, isFresh, isAwaited] = [[], true, false];
      show([el('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, t('map.unreachable'))]);
    }
    return undefined;
  }, 140);

  field.addEventListener('input', () => {
    [isFresh, isAwaited] = [false, false];
    mark(-1);
    seek();
  });
  field.addEventListener('blur', close);
  field.addEventListener('focus', () => { if (!isFresh) seek(); });
  field.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && found.length > 0) {
      event.preventDefault();
      if (list.hidden) show(found.map(option));
      mark((Math.max(active, steps[event.key] > 0 ? -1 : 0) + steps[event.key] + found.length) % found.length);
      list.children[active].scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (active >= 0) take(active);
      else if (!isFresh) isAwaited = true;
      else if (!list.hidden) take(0);
    } else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
}
