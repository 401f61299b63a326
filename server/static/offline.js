/* In a map that is one file: answers what the page asks of the service from what the file holds. Runs before the modules. */
(() => {
  const held = JSON.parse(document.getElementById('map-inside').textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const unpacked = (text) => new Response(new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream('gzip')));
  const answer = (document_, status = 200) =>
    new Response(JSON.stringify(document_), { status, headers: { 'Content-Type': 'application/json' } });

  /** Keep what a reader's choice of categories and statuses keeps; the file holds every incident. */
  function chosen(query) {
    const all = held.answers['/list'];
    const rows = all.rows.filter((row) =>
      ['category', 'status'].every((name) => !query.get(name) || query.get(name).split(',').includes(row[name])));
    return { ...all, rows, total: rows.length, unplaced: rows.filter((row) => row.lon === undefined).length };
  }

  /** Count what is chosen, by what a row tells; the other totals stay those of the file. */
  function counted(query) {
    const { rows, total, unplaced } = chosen(query);
    const by = (name) => rows.reduce((sums, row) => ({ ...sums, [row[name]]: (sums[row[name]] ?? 0) + 1 }), {});
    return { ...held.answers['/counts'], total, unplaced, category: by('category'), status: by('status') };
  }

  const online = window.fetch.bind(window);
  window.fetch = async (asked, options) => {
    const url = new URL(typeof asked === 'string' ? asked : asked.url ?? String(asked), held.base);
    if (url.protocol === 'data:' || url.protocol === 'blob:') return online(asked, options);
    const path = decodeURIComponent(url.pathname).slice(held.prefix.length);
    if (path === '/list') return answer(chosen(url.searchParams));
    if (path === '/counts') return answer(counted(url.searchParams));
    if (path in held.answers) return answer(held.answers[path]);
    return answer({ title: 'Not in this file' }, 404);
  };

  window.corridormapWorker = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  window.corridormapInside = {
    worker: () => window.corridormapWorker(new TextDecoder().decode(bytes(held.worker))),
    /** Answer `inside://style.json` and `inside://{source}/{z}/{x}/{y}`. */
    async load({ url }) {
      const name = url.replace('inside://', '').split('?')[0];
      if (name === 'style.json') return { data: held.style };
      return { data: name in held.tiles ? await unpacked(held.tiles[name]).arrayBuffer() : new ArrayBuffer(0) };
    },
  };
})();
