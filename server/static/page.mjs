/** What the server told this page: its configuration and the words of the reader's language. */

const read = (id) => JSON.parse(document.getElementById(id).textContent);

/** The page's configuration; server/page_config.py says what is in it. */
export const config = read('map-config');

const night = matchMedia('(prefers-color-scheme: dark)');

/** The theme of the reader's system. */
export const systemTheme = night.matches ? 'dark' : 'light';

if (config.theme === 'auto') {
  config.theme = systemTheme;
  // All that is drawn changes with the system; the address holds the view.
  night.addEventListener('change', () => location.reload());
}
document.documentElement.dataset.theme = config.theme;
config.style_url = config.style_urls[config.theme];

const strings = read('map-strings');

/** Whether the release holds a layer; a release need not hold every one. */
export const holds = (layer) => config.layers.some(({ id }) => id === layer);

/** Whether the page reads from right to left. */
export const isRtl = document.documentElement.dir === 'rtl';

/**
 * Give a text of the interface.
 * @param {string} key dotted key of static/i18n/*.json
 * @returns {string} the text, or the key itself, so that a gap is seen
 */
export const t = (key) => strings[key] ?? key;

/** Whether the interface has a text of this key. */
export const hasText = (key) => key in strings;

/** Make an address absolute; MapLibre and a sandboxed embed resolve no relative one. */
export const absolute = (address) => new URL(address, document.baseURI).href;
