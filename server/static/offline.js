/*
 * Where no service is there to ask: answers what the page asks of it from what a file holds, or from the files of a published
 * folder. Runs before the modules.
 */
(() => {
  const held = JSON.parse(document.getElementById('map-inside').textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const unpacked = (text) => new Response(new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream('gzip')));
  const answer = (document_, status = 200) =>
    new Response(JSON.stringify(document_), { status, headers: { 'Content-Type': 'application/json' } });
  const folder = held.folder && new URL(held.folder, document.baseURI);
  const missing = () => answer({ title: 'Not in this file' }, 404);
  const online = window.fetch.bind(window);

  /** Give what the service would answer to a path: from the file, or from the folder, whose files it knows by `folder`. */
  async function told(path, options) {
    if (held.answers) return held.answers[path];
    const found = await online(new URL(`.${path.split('/').map(encodeURIComponent).join('/')}.json`, folder), options);
    return found.ok ? found.json() : undefined;
  }

  const FACETS = ['category', 'organization', 'article', 'language', 'status', 'threat', 'where_prec', 'corridor'];

  /** Give what a row tells of a facet; where there are too many incidents, rows tell of two facets only. */
  const valuesOf = (row, name) => row.facets?.[name] ?? [row[name]].filter(Boolean);

  /** Make a year, month or day the first, or the last, day of it; days are compared as text. */
  const firstDay = (text) => text.slice(0, 10) + '-01-01'.slice(Math.min(text.length, 10) - 4);
  const lastDay = (text) => text.slice(0, 10) + '-12-31'.slice(Math.min(text.length, 10) - 4);

  /** Tell which rows a query keeps, by the rules of the service: layers/filter.py. */
  function keeper(query) {
    const asked = FACETS.filter((name) => query.get(name)).map((name) => [name, new Set(query.get(name).split(','))]);
    const [begin, end = begin] = (query.get('datetime') ?? '').split('/').map((text) => (text === '..' ? '' : text));
    const takesUndated = query.get('undated') !== 'exclude';
    const isInTime = ({ date_start: start, date_end: stop }) => (start || stop
      ? (!end || !start || start <= lastDay(end)) && (!begin || !stop || stop >= firstDay(begin)) : takesUndated);
    return (row) => isInTime(row) && asked.every(([name, wanted]) => valuesOf(row, name).some((value) => wanted.has(value)));
  }

  /** Keep what a reader's choice keeps. */
  async function chosen(query) {
    const all = await told('/list');
    const rows = all.rows.filter(keeper(query));
    const isWhole = rows.length === all.rows.length;
    const unplaced = rows.filter((row) => row.lon === undefined).length;
    return { ...all, rows, total: isWhole ? all.total : rows.length, unplaced: isWhole ? all.unplaced : unplaced };
  }

  /** Count rows by the values of each; a row with several values counts once for each. */
  function sums(rows, ofRow) {
    const found = {};
    for (const value of rows.flatMap(ofRow)) found[value] = (found[value] ?? 0) + 1;
    return found;
  }

  /** Count what is chosen; the totals by area stay those of all incidents. */
  async function counted(query) {
    const all = await told('/counts');
    const { rows, total, unplaced } = await chosen(query);
    if (total === all.total) return all;
    const known = Object.keys(all.year ?? {}).map(Number);
    const yearsOf = ({ date_start: start, date_end: stop }) => {
      if (!start && !stop) return [];
      const [first, last] = [start ? Number(start.slice(0, 4)) : Math.min(...known), stop ? Number(stop.slice(0, 4)) : Math.max(...known)];
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    };
    const facets = FACETS.map((name) => [name, sums(rows, (row) => valuesOf(row, name))]);
    return {
      ...all, total, unplaced, undated: rows.filter((row) => !row.date_start && !row.date_end).length, year: sums(rows, yearsOf), ...Object.fromEntries(facets),
    };
  }

  window.fetch = async (asked, options) => {
    const url = new URL(typeof asked === 'string' ? asked : asked.url ?? String(asked), held.base);
    if (['data:', 'blob:'].includes(url.protocol)) return online(asked, options);
    const path = decodeURIComponent(url.pathname).slice(held.prefix.length);
    if (path === '/list') return answer(await chosen(url.searchParams));
    if (path === '/counts') return answer(await counted(url.searchParams));
    if (path.startsWith('/evidence/')) {
      const record = await told(path, options);
      return record ? answer(record) : missing();
    }
    return folder ? online(asked, options) : missing();
  };

  /** Take links away that lead to what only the service has; what they say stays, but for downloads. */
  function unlink() {
    for (const link of document.querySelectorAll('a[href]')) {
      const address = link.getAttribute('href');
      if (!held.unlinked.some((start) => address.startsWith(start))) continue;
      if (link.download || link.type) link.remove();
      else link.removeAttribute('href');
    }
  }
  new MutationObserver(unlink).observe(document.body, { childList: true, subtree: true });
  unlink();

  window.corridormapInside = {
    held,
    worker: () => URL.createObjectURL(new Blob([bytes(held.worker)], { type: 'text/javascript' })),
    /** Answer `inside://style.json` and `inside://{source}/{z}/{x}/{y}`. */
    async load({ url }) {
      const name = url.replace('inside://', '').split('?')[0];
      if (name === 'style.json') return { data: held.style };
      return { data: name in held.tiles ? await unpacked(held.tiles[name]).arrayBuffer() : new ArrayBuffer(0) };
    },
  };
})();
