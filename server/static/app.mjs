/** The map page: joins legend, map, trays and evidence, and keeps the view in the address. */

import { config, t } from './page.mjs';
import { drawTrays, drawUnplaced, loadIncidents } from './incidents.mjs';
import { applyLayers, buildLegend, formatLayers, parseLayers } from './legend.mjs';
import { createMap, hasWebGl, listenForObjects, revealPoint } from './map.mjs';
import { createPanel } from './evidence.mjs';
import { addressWith, param, remember, rememberView } from './state.mjs';

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

const choice = { visible: parseLayers(param('layers')), statuses: new Set(), organization: '' };
let incidents = [];
let arriving = true;
let map = null;

const passes = ({ category, status }) => choice.visible.has(`incidents.${category}`) && choice.statuses.has(status);

function notify(key) {
  byId('notice').textContent = t(key);
  byId('notice').hidden = false;
}

/** Bring map and trays in line with the legend. */
function draw() {
  const shown = incidents.filter(passes);
  drawUnplaced(byId('unplaced'), shown, (id) => panel.open([id]));
  if (!map) return;
  applyLayers(map, choice);
  map.setGlobalStateProperty('organization', choice.organization);
  drawTrays(map, shown);
}

function legendChanged() {
  if (!config.embed) remember({ layers: formatLayers(choice.visible) });
  draw();
}

/** Let the map follow what the panel shows: stress a corridor, bring an incident's area out from under the panel. */
function follow(record) {
  if (!map) return;
  map.setGlobalStateProperty('corridor', record?.layer?.endsWith('corridors') ? record.id : '');
  if (arriving && param('lon')) return; // an address that names a view is shown as it is
  const center = incidents.find(({ id }) => id === record?.id)?.center;
  if (center) revealPoint(map, center, byId('evidence').getBoundingClientRect());
}

const panel = createPanel(byId('evidence'), {
  opened: (id) => remember({ open: id }),
  shown: follow,
  closed: () => {
    remember({ open: null });
    follow(null);
  },
  incident: (id) => incidents.find((one) => one.id === id),
});

/** Open the list of all objects, which is the map for those who cannot see or point at it. */
function showList() {
  const list = byId('objects');
  if (!list) return;
  list.open = true;
  list.scrollIntoView();
}

function wirePage() {
  byId('language')?.addEventListener('change', ({ target }) => location.assign(addressWith({ lang: target.value })));
  byId('theme')?.addEventListener('click', (event) => {
    event.preventDefault();
    location.assign(addressWith({ theme: config.theme === 'dark' ? 'light' : 'dark' }));
  });
  byId('objects')?.addEventListener('click', (event) => {
    const link = event.target.closest('[data-open]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    panel.open([link.dataset.open]);
  });
  document.querySelector('.skip')?.addEventListener('click', showList);
  byId('grab')?.addEventListener('click', ({ currentTarget }) => {
    const isOpen = root.classList.toggle('sheet-open');
    currentTarget.setAttribute('aria-expanded', String(isOpen));
    currentTarget.setAttribute('aria-label', t(isOpen ? 'panel.close' : 'panel.open'));
  });
}

async function start() {
  wirePage();
  const ready = loadIncidents();
  if (hasWebGl()) {
    map = createMap(byId('map'), { cooperative: config.embed });
    window.corridormap = { map };
    map.on('error', ({ error }) => console.error(error.message));
    await new Promise((resolve) => map.once('style.load', resolve));
  } else {
    notify('map.no_webgl');
    root.classList.add('sheet-open');
  }
  incidents = await ready;
  choice.statuses = new Set(incidents.map(({ status }) => status));
  buildLegend(byId('legend'), incidents, choice, legendChanged);
  draw();
  if (param('open')) panel.open([param('open')], { takeFocus: false });
  if (!map) {
    showList();
    return;
  }
  listenForObjects(map, (ids) => panel.open(ids));
  map.on('moveend', () => rememberView(map));
  map.once('idle', () => {
    root.dataset.ready = '1';
    arriving = false;
  });
  map.triggerRepaint();
}

start().catch((error) => {
  console.error(error);
  notify('map.failed');
});
