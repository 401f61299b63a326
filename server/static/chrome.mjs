/** What stands around the map: language, theme, search, share, the list of objects, the sheet of a phone. */

import { config, systemTheme, t } from './page.mjs';
import { TABLES } from './layers.mjs';
import { bindSearch } from './search.mjs';
import { addressWith, isMarked, markStep, onReturn, param, undoStep } from './state.mjs';

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

/** Open the list of all objects, which is the map for those who cannot see or point at it. */
function showList() {
  byId('objects').open = true;
  byId('objects').scrollIntoView();
}

/** Copy a link that names this release, so that it shows the same for ever; without a clipboard the link is selected. */
async function share({ currentTarget: button }) {
  const { search } = new URL(addressWith({ release: null, lang: config.lang }), location.href);
  const link = `${config.absolute_url}/m/${config.release}${search}`;
  try {
    await navigator.clipboard.writeText(link);
    byId('notice').textContent = t('share.copied');
  } catch {
    byId('notice').textContent = link;
    getSelection().selectAllChildren(byId('notice'));
  }
  byId('notice').hidden = false;
  const said = byId('notice').textContent;
  // By then the page may have something else to say.
  setTimeout(() => { byId('notice').hidden ||= byId('notice').textContent === said; }, 4000);
  button.focus();
}

/** Let a click change light and dark; what the reader's system wants needs no word in the address. */
function bindTheme(link) {
  const other = config.theme === 'dark' ? 'light' : 'dark';
  for (const name of ['title', 'aria-label']) link.setAttribute(name, t(`header.${other}`));
  link.addEventListener('click', (event) => {
    event.preventDefault();
    location.assign(addressWith({ theme: other === systemTheme ? null : other }));
  });
}

/**
 * Wire what the page has; an embed has none of it.
 * @param {{open: (id: string) => void, change: (changes: Object) => void, reset: () => void, found: (found: Object) => void,
 *   failed: (what: string, error: Error) => void, answered: (what: string) => void}} hooks
 */
export function wirePage({ open, change, reset, found, failed, answered }) {
  byId('language')?.addEventListener('change', ({ target }) => location.assign(addressWith({ lang: target.value })));
  if (byId('theme')) bindTheme(byId('theme'));
  byId('objects')?.addEventListener('click', (event) => {
    const link = event.target.closest('[data-open]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.dataset.open);
  });
  document.querySelector('.skip')?.addEventListener('click', showList);
  byId('share')?.addEventListener('click', share);
  // Few readers embed a map: the dialog's module is fetched for those who do.
  byId('embed-open')?.addEventListener('click', async () => {
    try {
      const { showShare } = await import('./share.mjs');
      showShare();
      answered('dialog');
    } catch (error) {
      failed('dialog', error);
    }
  });
  byId('reset')?.addEventListener('click', reset);
  for (const button of document.querySelectorAll('.show-table')) {
    button.hidden = TABLES.length === 0;
    button.addEventListener('click', () => {
      root.classList.remove('sheet-open');
      change({ table: TABLES.includes(param('table')) ? null : TABLES[0] });
    });
  }
  if (byId('search')) bindSearch(byId('search'), byId('found'), found);
  byId('grab')?.addEventListener('click', () => {
    if (isMarked('sheet')) {
      showSheet(false);
      undoStep({});
      return;
    }
    const isOpen = !root.classList.contains('sheet-open');
    showSheet(isOpen);
    if (isOpen) markStep('sheet');
  });
  if (isMarked('sheet')) showSheet(true); // it was open when the page was loaded anew
  onReturn(() => showSheet(isMarked('sheet') || root.classList.contains('no-map')));
}

/** Draw a phone's sheet up over the map, or let it down. */
function showSheet(isOpen) {
  const grab = byId('grab');
  if (!grab) return;
  root.classList.toggle('sheet-open', isOpen);
  grab.setAttribute('aria-expanded', String(isOpen));
  grab.setAttribute('aria-label', t(isOpen ? 'panel.close' : 'panel.open'));
}
