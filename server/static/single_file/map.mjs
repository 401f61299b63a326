/**
 * The map of a page that folium composed: Leaflet holds the view and whatever a notebook adds, MapLibre draws our layers in it.
 * In the single file it stands in the place of ../map.mjs, under its name, and hands on what else that one gives.
 */

import { setWorkerUrl } from './vendor/maplibre-gl.mjs';
import { MaplibreGL } from './vendor/leaflet-maplibre-gl.mjs';
import { fontsReady, makeImage } from './images.mjs';
import { goHome, scaleBar } from 'corridormap/gl/map.mjs';
import { config, isRtl, t } from './page.mjs';

export * from 'corridormap/gl/map.mjs';

const { L } = window;

/** MapLibre counts zoom levels in tiles of 512 px, Leaflet in tiles of 256 px. */
const ZOOM = 1;

/** The bridge's layer, which keeps its map while a layer control has switched it off. */
const Kept = MaplibreGL.extend({
  onAdd(leaflet) {
    if (!this._glMap) return MaplibreGL.prototype.onAdd.call(this, leaflet);
    leaflet.getPane(this.getPaneName()).append(this._container);
    return this._transitionEnd();
  },
  onRemove() {
    this._container.remove();
  },
});

/** Events that Leaflet tells of, since MapLibre's own map takes none of the reader's. */
const LEAFLET = new Set(['click', 'mousemove', 'mouseout', 'movestart', 'move', 'moveend']);

const at = ([lon, lat]) => L.latLng(lat, lon);

/**
 * What the page asks of the map's camera, clicks and pixels, answered by Leaflet; anything else is MapLibre's.
 * @param {import('./vendor/maplibre-gl.mjs').Map} gl
 * @param {L.Map} leaflet
 */
function answeredByLeaflet(gl, leaflet) {
  const container = leaflet.getContainer();
  const shift = () => {
    const [drawn, seen] = [gl.getCanvas().getBoundingClientRect(), container.getBoundingClientRect()];
    return [seen.left - drawn.left, seen.top - drawn.top];
  };
  const own = {
    getContainer: () => container,
    getCanvas: () => container,
    getCenter: () => leaflet.getCenter(),
    getZoom: () => leaflet.getZoom() - ZOOM,
    getBounds: () => leaflet.getBounds(),
    project: (center) => leaflet.latLngToContainerPoint(at(center)),
    jumpTo: ({ center, zoom }) => leaflet.setView(at(center), zoom + ZOOM, { animate: false }),
    resize: () => leaflet.invalidateSize({ animate: false }),
    fitBounds([[west, south], [east, north]], { padding, maxZoom, animate = true, duration = 500 } = {}) {
      const { left = 0, top = 0, right = 0, bottom = 0 } = padding || {};
      leaflet.fitBounds([[south, west], [north, east]], {
        paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], maxZoom: maxZoom && maxZoom + ZOOM, animate: animate && duration > 0, duration: duration / 1000,
      });
    },
    easeTo({ center, zoom = own.getZoom(), offset = [0, 0], duration = 500 }) {
      const middle = leaflet.project(at(center), zoom + ZOOM).subtract(offset);
      leaflet.setView(leaflet.unproject(middle, zoom + ZOOM), zoom + ZOOM, { animate: duration > 0, duration: duration / 1000 });
    },
    queryRenderedFeatures(box, options) {
      if (!Array.isArray(box)) return gl.queryRenderedFeatures(box, options);
      const [x, y] = shift();
      return gl.queryRenderedFeatures(box.map(([left, top]) => [left + x, top + y]), options);
    },
    on(type, listener) {
      if (LEAFLET.has(type)) {
        leaflet.on(type, ({ containerPoint, latlng, originalEvent }) => listener({ point: containerPoint, lngLat: latlng, originalEvent }));
      } else {
        gl.on(type, listener);
      }
      return map;
    },
  };
  const map = new Proxy(gl, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const value = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return map;
}

/** In a frame, leave the wheel and one finger to the page around; Ctrl or two fingers move the map. */
function cooperate(leaflet) {
  const container = leaflet.getContainer();
  const hint = Object.assign(document.createElement('p'), { className: 'gestures', textContent: t('map.cooperative_wheel') });
  hint.setAttribute('aria-hidden', 'true');
  container.append(hint);
  let timer = 0;
  container.addEventListener('wheel', (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    hint.classList.add('seen');
    clearTimeout(timer);
    timer = setTimeout(() => hint.classList.remove('seen'), 1200);
  }, { capture: true });
  if (!matchMedia('(pointer: coarse)').matches) return;
  leaflet.dragging.disable();
  container.style.touchAction = 'pan-x pan-y';
}

/** Say in the reader's language what Leaflet's own controls do. */
function name(leaflet) {
  const container = leaflet.getContainer();
  container.setAttribute('role', 'region');
  container.setAttribute('aria-label', t('map.label'));
  for (const [part, key] of [['in', 'map.zoom_in'], ['out', 'map.zoom_out']]) {
    const button = container.querySelector(`.leaflet-control-zoom-${part}`);
    button?.setAttribute('aria-label', t(key));
    button?.setAttribute('title', t(key));
  }
  leaflet.attributionControl?.setPrefix(false);
}

/** Draw our layers in the map that folium made; gives a map of MapLibre whose camera is Leaflet's. */
export function createMap() {
  const { map: leaflet, layers } = window.corridormapFolium;
  setWorkerUrl(window.corridormapInside.worker());
  const layer = new Kept({ style: config.style_url, fadeDuration: 0, attributionControl: false });
  layers.addTo(leaflet).addLayer(layer);
  const gl = layer.getMaplibreMap();
  gl.setMissingStyleImageResolver(async (id) => {
    await fontsReady();
    const image = makeImage(id);
    if (image && !gl.hasImage(id)) gl.addImage(id, image.data, image.options);
  });
  const map = answeredByLeaflet(gl, leaflet);
  name(leaflet);
  new (L.Control.extend({ onAdd: () => scaleBar(map) }))({ position: isRtl ? 'bottomleft' : 'bottomright' }).addTo(leaflet);
  if (window.parent !== window) cooperate(leaflet);
  const { center, zoom } = leaflet.options;
  const isUntouched = leaflet.getZoom() === zoom && leaflet.getCenter().equals(center);
  if (!config.view && isUntouched) goHome(map);
  return map;
}
