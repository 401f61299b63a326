/** The map page: one state in the address; whatever changes it, map, legend, time, table and evidence follow. */

import { config, t } from './page.mjs';
import { drawChosen, drawFacets, liveCounts } from './facets.mjs';
import { drawTrays, drawUnplaced, loadIncidents } from './incidents.mjs';
import { applyFilter, applyLayers, parseLayers } from './layers.mjs';
import { fontsReady } from './images.mjs';
import { drawLegend } from './legend.mjs';
import { createMap, flyTo, goHome, hasWebGl, listenForObjects, reveal } from './map.mjs';
import { el, released } from './dom.mjs';
import { createPanel } from './evidence.mjs';
import { createTimeline } from './timeline.mjs';
import { address, latest } from './service.mjs';
import { CHOICES, FILTERS, filterQuery, isMarked, onReturn, param, remember, rememberView, undoStep, view } from './state.mjs';
import { wirePage } from './chrome.mjs';
import { pick } from './words.mjs';

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

let incidents = { total: 0, unplaced: 0, isMany: false, rows: [] };
let live = null;
let canDraw = true;
let map = null;
let timeline = null;
let table = null;

function notify(key) {
  byId('notice').textContent = key ? t(key) : '';
  byId('notice').hidden = !key;
}

/** What failed last: `answers` that the page asks for, `tiles` of the part of the map that is in view, the `dialog` asked for last. */
const failing = new Set();

/** Say that something failed as long as it does; the map says of itself when it cannot be drawn at all. */
function tell() {
  if (failing.size > 0) notify('map.unreachable');
  else if (!canDraw) notify('map.no_webgl');
  else if (byId('notice').textContent === t('map.unreachable')) notify(null);
}

function failed(what, error) {
  console.warn(error.message);
  failing.add(what);
  tell();
}

function answered(what) {
  failing.delete(what);
  tell();
}

/** Give the map as a picture, where the browser cannot draw it. */
const picture = () => el('img', { class: 'picture', alt: t('map.picture'), src: address('/sketch.svg', `lang=${config.lang}`, `theme=${config.theme}`, filterQuery()) });

/** Bring all that shows incidents in line with the ones that were loaded. */
function drawIncidents() {
  const isShown = parseLayers(param('layers')).has('incidents');
  if (root.classList.contains('no-map')) byId('map').replaceChildren(picture());
  drawUnplaced(byId('unplaced'), isShown ? incidents : { rows: [], unplaced: 0 }, (id) => panel.open([id]));
  if (!map) return;
  applyLayers(map, incidents.isMany);
  drawTrays(map, isShown && !incidents.isMany ? incidents.rows : []);
}

function drawControls() {
  drawLegend(byId('legend'), live, change);
  if (byId('facets') && live) {
    drawFacets(byId('facets'), live, change);
    drawChosen(byId('chosen'), change, reset);
  }
  if (live) timeline?.draw(live);
}

let drawnFilter = null;

/** Load what the filter keeps; the same filter is not loaded again. */
const load = latest(async (signal) => {
  const wanted = filterQuery();
  let failure = null;
  // Trays are drawn once, so with the fonts of their digits.
  const answers = await Promise.all([wanted === drawnFilter ? incidents : loadIncidents(signal), liveCounts(), fontsReady()])
    .catch((error) => { failure = error; });
  await released();
  if (signal.aborted) return;
  if (failure) failed('answers', failure);
  else {
    [incidents, live] = answers;
    drawnFilter = wanted;
    answered('answers');
  }
  drawIncidents();
  drawControls();
  delete root.dataset.busy;
}, 60);

/** Bring the table in line with the address; its module is fetched when a reader first wants one. */
async function drawTable() {
  if (!byId('table') || (!table && !param('table'))) return;
  byId('table').setAttribute('aria-busy', String(Boolean(param('table'))));
  try {
    const { createTable } = await import('./table.mjs');
    table ??= createTable(byId('table'), { open: (id) => panel.open([id]), change, map: () => map });
  } catch (error) {
    byId('table').setAttribute('aria-busy', 'false');
    failed('answers', error);
    return;
  }
  table.draw();
}

/** Bring everything in line with the address. */
function refresh() {
  root.dataset.busy = '1';
  failing.delete('tiles'); // those of this view may come; what the page says waits for them
  if (map) {
    applyFilter(map); // before anything is shown, or members of another time would flash up
    applyLayers(map, incidents.isMany);
  }
  drawControls();
  load();
  drawTable();
}

/** Take a change of the reader's: into the address first, everything else follows from there. */
function change(changes, { step = true } = {}) {
  remember(changes, { step });
  failing.delete('dialog'); // the reader has gone on without it
  refresh();
}

function reset() {
  timeline?.stop();
  change(Object.fromEntries([...FILTERS, ...CHOICES].map((name) => [name, null])));
  shut();
  if (map) goHome(map);
}

let followed = [];

/** Whether the reader has moved the map since the panel's object was chosen: then it stays where it was put. */
let isMoved = false;

/** Stress the corridor that the panel shows. */
function stress() {
  const [record] = followed;
  map.setGlobalStateProperty('corridor', record?.layer?.endsWith('corridors') ? record.id : '');
}

/** Let the map follow what the panel shows: stress a corridor, bring the object out from under the panel. */
function follow(record, isFromAddress = false) {
  followed = [record, isFromAddress]; // for a map that is still on its way
  if (!map) return;
  stress();
  if (isMoved || (isFromAddress && param('lon'))) return; // an address that names a view is shown as it is
  if (record?.bbox) reveal(map, record.bbox, byId('evidence').getBoundingClientRect());
}

const panel = createPanel(byId('evidence'), {
  // One step back closes the panel, however many objects were opened in it; on a phone that is how panels are closed.
  opened: (id) => {
    isMoved = false;
    remember({ open: id }, { step: !param('open'), mark: 'panel' });
  },
  shown: follow,
  closed: () => {
    if (isMarked('panel')) undoStep({ open: null });
    else remember({ open: null }, { step: true });
    follow(null);
  },
  incident: (id) => incidents.rows.find((one) => one.id === id),
});

/** Let go of what the panel shows, where the address knows already. */
function shut() {
  panel.close({ quiet: true });
  follow(null);
}

/** Show what a search found: a place on the map, an object with its evidence, what an article says. */
function showFound({ kind, id, open, lon, lat }) {
  if (kind === 'article') change({ article: id });
  if (kind === 'organization' && config.organizations.some((one) => one.id === id)) change({ members: id });
  if (map && lon !== undefined) flyTo(map, [lon, lat], kind === 'corridor' ? 4 : 6.5);
  if (open) panel.open([open]);
}

/** Go on without the map while the browser withholds its memory, as phones do; its style comes back, what we set in it does not. */
function outlive(made) {
  made.on('webglcontextlost', () => {
    map = null;
    root.dataset.ready = '0';
    notify('map.failed');
  });
  made.on('style.load', () => {
    map = made;
    if (byId('notice').textContent === t('map.failed')) notify(null);
    applyFilter(map);
    drawIncidents();
    stress();
  });
}

onReturn(() => {
  timeline?.stop();
  isMoved = false;
  const there = view();
  if (map && there) map.jumpTo(there);
  refresh();
  if (param('open')) panel.open([param('open')], { takeFocus: false, quiet: true });
  else shut();
});

async function start() {
  canDraw = hasWebGl();
  wirePage({ open: (id) => panel.open([id]), change, reset, found: showFound, failed, answered });
  if (byId('time')) timeline = createTimeline(byId('time'), change);
  if (canDraw) {
    const made = createMap(byId('map'), { cooperative: config.embed });
    made.on('error', ({ error }) => failed('tiles', error));
    await new Promise((resolve) => { made.once('style.load', resolve); });
    map = made;
    window.corridormap = { map };
  } else {
    notify('map.no_webgl');
    root.classList.add('sheet-open', 'no-map');
  }
  refresh();
  // Who opened an object before the map was here goes on reading.
  if (!byId('evidence').hidden) follow(...followed);
  else if (param('open')) panel.open([param('open')], { takeFocus: false, quiet: true });
  if (!map) return;
  listenForObjects(map, (ids) => panel.open(ids), (id) => pick(incidents.rows.find((one) => one.id === id)?.title)?.text);
  map.on('movestart', ({ originalEvent }) => { isMoved ||= Boolean(originalEvent); });
  map.on('moveend', () => {
    failing.delete('tiles');
    if (map) rememberView(map);
    drawTable();
  });
  map.on('idle', () => {
    tell();
    root.dataset.ready = live ? '1' : '0';
  });
  outlive(map);
  map.triggerRepaint();
}

start().catch((error) => {
  console.error(error);
  notify('map.failed');
});
