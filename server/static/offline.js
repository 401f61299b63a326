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

  /** Keep what a reader's choice of categories and statuses keeps; every incident is here. */
  async function chosen(query) {
    const all = await told('/list');
    const rows = all.rows.filter((row) =>
      ['category', 'status'].every((name) => !query.get(name) || query.get(name).split(',').includes(row[name])));
    const isWhole = rows.length === all.rows.length;
    const unplaced = rows.filter((row) => row.lon === undefined).length;
    return { ...all, rows, total: isWhole ? all.total : rows.length, unplaced: isWhole ? all.unplaced : unplaced };
  }

  /** Count what is chosen, by what a row tells; the other totals stay those of all incidents. */
  async function counted(query) {
    const all = await told('/counts');
    if (!query.get('category') && !query.get('status')) return all;
    const { rows, total, unplaced } = await chosen(query);
    const by = (name) => rows.reduce((sums, row) => ({ ...sums, [row[name]]: (sums[row[name]] ?? 0) + 1 }), {});
    return { ...all, total, unplaced, category: by('category'), status: by('status') };
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
