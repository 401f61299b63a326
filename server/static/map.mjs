/** The map itself: MapLibre with our style, images made on demand, controls in the reader's language. */

import { Map as GLMap, NavigationControl, setWorkerUrl } from './vendor/maplibre-gl.mjs';
import { el } from './dom.mjs';
import { absolute, config, isRtl, t } from './page.mjs';
import { fontsReady, makeImage } from './images.mjs';
import { digits } from './words.mjs';

/** What the map opens on: from the Alps to the Altai; on a phone from the Caucasus to the Tian Shan. */
const HOME = { wide: [[7, 27], [88, 61]], narrow: [[46, 25], [82, 58]] };
const LIMITS = [[-140, -40], [190, 80]];

/** Tell whether the browser can draw the map at all. */
export function hasWebGl() {
  const probe = document.createElement('canvas');
  return Boolean(probe.getContext('webgl2') ?? probe.getContext('webgl'));
}

function home(container, { isAnew = false } = {}) {
  if (config.view && !isAnew) return { center: [config.view.lon, config.view.lat], zoom: config.view.zoom };
  return { bounds: container.clientWidth < 720 ? HOME.narrow : HOME.wide, fitBoundsOptions: { padding: 0 } };
}

const EQUATOR_KM = 40_075.017;
const SCALE_PX = 90;

/** Make the bar that tells a round number of km in the middle of the map, in the reader's digits and words. */
export function scaleBar(map) {
  const [said, bar] = [el('span'), el('i')];
  const measure = () => {
    const most = (SCALE_PX * EQUATOR_KM * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
    const power = 10 ** Math.floor(Math.log10(most));
    const length = power * [5, 3, 2, 1].find((part) => part * power <= most);
    bar.style.inlineSize = `${((SCALE_PX * length) / most).toFixed(1)}px`;
    said.textContent = new Intl.NumberFormat(config.lang, { style: 'unit', unit: 'kilometer' }).format(length);
  };
  map.on('move', measure);
  measure();
  return el('div', { class: 'scale maplibregl-ctrl', 'aria-hidden': 'true' }, said, bar);
}

/**
 * Make the map.
 * @param {HTMLElement} container
 * @param {{cooperative?: boolean}} [options] `cooperative`: two fingers or Ctrl to move it, for an embed
 */
export function createMap(container, { cooperative = false } = {}) {
  setWorkerUrl(new URL('./vendor/maplibre-gl-worker.mjs', import.meta.url).href);
  const map = new GLMap({
    container,
    style: absolute(config.style_url),
    ...home(container),
    maxBounds: config.limits ?? LIMITS,
    minZoom: 1.8,
    maxZoom: 9,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    attributionControl: false,
    cooperativeGestures: cooperative,
    locale: {
      'Map.Title': t('map.label'),
      'NavigationControl.ZoomIn': t('map.zoom_in'),
      'NavigationControl.ZoomOut': t('map.zoom_out'),
      'CooperativeGesturesHandler.WindowsHelpText': t('map.cooperative_wheel'),
      'CooperativeGesturesHandler.MacHelpText': t('map.cooperative_wheel_mac'),
      'CooperativeGesturesHandler.MobileHelpText': t('map.cooperative'),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), isRtl ? 'top-left' : 'top-right');
  map.addControl({ onAdd: scaleBar, onRemove() {} }, isRtl ? 'bottom-left' : 'bottom-right');
  map.setMissingStyleImageResolver(async (id) => {
    await fontsReady();
    const image = makeImage(id);
    if (image && !map.hasImage(id)) map.addImage(id, image.data, image.options);
  });
  return map;
}

const isStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Go back to what the map opens on. */
export function goHome(map) {
  const { bounds } = home(map.getContainer(), { isAnew: true });
  map.fitBounds(bounds, { padding: 0, animate: !isStill() });
}

/** Go to a place, at once where the reader wants no motion. */
export const flyTo = (map, center, zoom) => map.easeTo({ center, zoom, duration: isStill() ? 0 : 600 });

/** How precisely a reader can aim at each kind of drawing: symbols before lines before areas. */
const AIM = ['symbol', 'circle', 'line', 'fill'];

/**
 * Find what is drawn under a point. What can be aimed at most precisely hides the rest: a click on a tray does not mean the
 * border or the country that lies under it.
 * @param {string[]} layers ids of the style layers to ask
 * @param {{x: number, y: number}} point in px
 * @param {number} reach half the side of the square that counts as hit, in px
 * @returns {Array<Object>} rendered features
 */
function featuresAt(map, layers, { x, y }, reach) {
  const found = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers });
  const kind = AIM.find((type) => found.some(({ layer }) => layer.type === type));
  return found.filter(({ layer }) => layer.type === kind);
}

/** Give the ids of the objects that a feature stands for; a tray stands for all its incidents. */
const idsOf = ({ properties }) => properties.incidents?.split(' ') ?? [properties.corridor ?? properties.id];

/** Name an object by what its tile says. */
const nameOf = ({ properties }, id) =>
  ['title', 'name', 'member_name'].map((key) => properties[`${key}_${config.lang}`] ?? properties[`${key}_en`]).find(Boolean) ?? config.names.corridor[id];

/** So many objects are named beside the cursor; how many more there are says a number. */
const NAMED = 3;

/**
 * Let a click open objects, and name beside the cursor what it would open; needs the style to be loaded.
 * @param {(ids: string[]) => void} open
 * @param {(id: string) => string|undefined} titleOf names what the page knows better than the tiles
 */
export function listenForObjects(map, open, titleOf) {
  const layers = map.getStyle().layers.filter(({ metadata }) => metadata?.opens).map(({ id }) => id);
  const tip = el('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  map.getContainer().append(tip);
  const hide = () => { tip.hidden = true; };
  map.on('click', ({ point }) => {
    const ids = new Set(featuresAt(map, layers, point, 4).flatMap(idsOf));
    if (ids.size > 0) open([...ids]);
  });
  map.on('mousemove', ({ point, originalEvent }) => {
    const found = new Map(featuresAt(map, layers, point, 2).flatMap((one) => idsOf(one).map((id) => [id, titleOf(id) ?? nameOf(one, id)])));
    map.getCanvas().style.cursor = found.size > 0 ? 'pointer' : '';
    const names = [...found.values()].filter(Boolean);
    tip.hidden = names.length === 0 || originalEvent.buttons > 0;
    if (tip.hidden) return;
    tip.replaceChildren(...names.slice(0, NAMED).map((name) => el('div', {}, name)));
    if (names.length > NAMED) tip.append(el('div', { class: 'note' }, `+${digits(names.length - NAMED)}`));
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    tip.style.left = `${Math.min(point.x + 14, width - tip.offsetWidth - 6)}px`;
    tip.style.top = `${point.y + 18 + tip.offsetHeight > height ? point.y - 12 - tip.offsetHeight : point.y + 18}px`;
  });
  map.on('mouseout', hide);
  map.on('movestart', hide);
}

/** Tell which part of the map a panel leaves free, as left, top, right, bottom in px of the map's container. */
function freePart(frame, panel) {
  const [left, top, right, bottom] = [panel.left - frame.left, panel.top - frame.top, panel.right - frame.left, panel.bottom - frame.top];
  const all = [0, 0, frame.width, frame.height];
  if (right <= 0 || left >= frame.width || bottom <= 0 || top >= frame.height) return all;
  if (panel.width > frame.width * 0.9) return [0, 0, frame.width, top];
  return isRtl ? [right, 0, frame.width, frame.height] : [0, 0, left, frame.height];
}

/** No object is looked at from nearer than this: what is known only to a country needs the country around it. */
const NEAREST = 6;

/**
 * Bring an object into the part of the map that the panel leaves free; leave the map where the object is there already.
 * @param {[number, number, number, number]} bbox west, south, east, north in degrees; a point where all is one
 * @param {DOMRect} panel where the panel lies on the screen
 */
export function reveal(map, [west, south, east, north], panel) {
  map.resize();
  const frame = map.getContainer().getBoundingClientRect();
  const [left, top, right, bottom] = freePart(frame, panel);
  const [a, b] = [map.project([west, north]), map.project([east, south])];
  const [width, height] = [Math.min(b.x, right) - Math.max(a.x, left), Math.min(b.y, bottom) - Math.max(a.y, top)];
  const isPoint = west === east && south === north;
  // Half of what is large is enough to know it by; a point has to lie clear of the edge.
  const isSeen = isPoint
    ? a.x > left + EDGE_PX && a.x < right - EDGE_PX && a.y > top + EDGE_PX && a.y < bottom - EDGE_PX
    : width > 0 && height > 0 && width * height >= 0.5 * Math.max(1, (b.x - a.x) * (b.y - a.y));
  if (isSeen) return;
  const duration = isStill() ? 0 : 600;
  const offset = [(left + right - frame.width) / 2, (top + bottom - frame.height) / 2];
  if (isPoint) map.easeTo({ center: [west, south], offset, duration });
  else {
    const padding = { left: left + EDGE_PX, top: top + EDGE_PX, right: frame.width - right + EDGE_PX, bottom: frame.height - bottom + EDGE_PX };
    map.fitBounds([[west, south], [east, north]], { padding, maxZoom: Math.max(NEAREST, map.getZoom()), duration });
  }
}

const EDGE_PX = 24;
