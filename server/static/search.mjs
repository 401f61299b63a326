/** Search over places, organizations, corridors and articles, as a combobox that the keyboard alone can use. */

import { t } from './page.mjs';
import { el } from './dom.mjs';
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

  function close() {
    list.hidden = true;
    active = -1;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }

  function show(rows) {
    list.replaceChildren(...rows);
    list.hidden = false;
    active = -1;
    field.setAttribute('aria-expanded', 'true');
    field.removeAttribute('aria-activedescendant');
  }

  function take(index) {
    const one = found[index];
    if (!one) return;
    close();
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
      found = results;
      show(results.length ? results.map(option) : [el('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, t('search.nothing'))]);
    } catch (error) {
      if (signal.aborted) return undefined;
      found = [];
      show([el('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, t('map.unreachable'))]);
    }
    return undefined;
  }, 140);

  field.addEventListener('input', () => seek());
  field.addEventListener('blur', close);
  field.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && found.length > 0) {
      event.preventDefault();
      if (list.hidden) show(found.map(option));
      active = (active + steps[event.key] + found.length) % found.length;
      [...list.children].forEach((row, index) => row.setAttribute('aria-selected', String(index === active)));
      field.setAttribute('aria-activedescendant', `found-${active}`);
      list.children[active].scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (!list.hidden) take(Math.max(active, 0));
    } else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
}
