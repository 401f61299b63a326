/** A permalink of a published folder leads to the map, in the language and with the view that the link names. */

const query = new URLSearchParams(location.search);
const lang = query.get('lang');
const page = ['fa', 'ru', 'kk'].includes(lang) ? `index-${lang}.html` : 'index.html';
location.replace(`${new URL(`../../${page}`, import.meta.url).href}${location.search}`);
