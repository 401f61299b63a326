/** The map's images, drawn on canvases in the page's own colours: chevrons, heads, hatches, tags and trays. */

import { CATEGORIES, drawSymbol } from './symbols.mjs';
import { config, isRtl } from './page.mjs';

const RATIO = 2;

/** The family of Latin letters and digits on the map; no page fetches a bold Latin font for a few tags alone. */
const FAMILY = { fa: 'Vazirmatn, system-ui, sans-serif', kk: '"Noto Sans Even", sans-serif' }[config.lang] ?? '"Noto Sans", sans-serif';
const styles = getComputedStyle(document.documentElement);

/** Give a token's colour in the page's theme. */
export const color = (token) => styles.getPropertyValue(`--${token}`).trim();

function canvas(width, height) {
  const element = document.createElement('canvas');
  element.width = Math.round(width * RATIO);
  element.height = Math.round(height * RATIO);
  // Drawn to be read: without the hint each picture would wait for the graphics card, half a second in all.
  const pen = element.getContext('2d', { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  return pen;
}

const image = (pen) => ({
  data: pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height),
  options: { pixelRatio: RATIO },
});

/** Stroke a path with a halo, so that it stands off from band, border and land alike. */
function strokeWithHalo(pen, path, token, { width, dash = [], halo = 'land-focus' }) {
  pen.strokeStyle = color(halo);
  pen.lineWidth = width + 2;
  pen.globalAlpha = 0.85;
  pen.stroke(path);
  pen.globalAlpha = 1;
  pen.strokeStyle = color(token);
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.stroke(path);
}

function chevron(token, { dash = [], width = 2.1 } = {}) {
  const pen = canvas(17, 17);
  strokeWithHalo(pen, new Path2D('M5.9 3.8 11.9 8.5 5.9 13.200'), token, { width, dash });
  return image(pen);
}

/** Draw a slim arrow: a movement of other things than drugs must not look like the chevrons even where colours fail. */
function slimArrow(token, { dash = [] } = {}) {
  const pen = canvas(21, 13);
  strokeWithHalo(pen, new Path2D('M2.500 6.500H16.500M12.500 2.900 16.500 6.500 12.500 10.100'), token, { width: 1.5, dash });
  return image(pen);
}

/** Draw what a machine read and nobody has reviewed: the same form, hollow. */
function hollow(token, d, [width, height]) {
  const pen = canvas(width, height);
  const path = new Path2D(d);
  for (const [ink, lineWidth] of [['land-focus', 5.6], [token, 4], ['land-focus', 1.8]]) {
    pen.strokeStyle = color(ink);
    pen.lineWidth = lineWidth;
    pen.stroke(path);
  }
  return image(pen);
}

/** Draw a tick across a border. It has no head: which way a line's points run says nothing of a direction. */
function tick({ dash = [] } = {}) {
  const pen = canvas(17, 17);
  strokeWithHalo(pen, new Path2D('M2.5 8.5H14.5'), 'movement', { width: 2.2, dash });
  return image(pen);
}

function head(token, { isOpen = false, dash = [] } = {}) {
  const pen = canvas(22, 22);
  const path = new Path2D('M11 2.5 19 18.500 11 14.500 3 18.500Z');
  pen.strokeStyle = color('land-focus');
  pen.lineWidth = 3;
  pen.stroke(path);
  pen.fillStyle = color(isOpen ? 'land-focus' : token);
  pen.fill(path);
  if (isOpen) {
    pen.strokeStyle = color(token);
    pen.lineWidth = 1.5;
    pen.setLineDash(dash);
    pen.stroke(path);
  }
  return image(pen);
}

function ring() {
  const pen = canvas(11, 11);
  pen.arc(5.5, 5.5, 3.3, 0, 7);
  pen.fillStyle = color('surface');
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = color('context');
  pen.stroke();
  return image(pen);
}

function hatch(token) {
  const gap = 8;
  const pen = canvas(gap, gap);
  pen.globalAlpha = 0.85;
  pen.strokeStyle = color(token);
  pen.lineWidth = 1.2;
  for (const offset of [-gap, 0, gap]) {
    pen.moveTo(offset, 0);
    pen.lineTo(offset + gap, gap);
  }
  pen.stroke();
  return image(pen);
}

function stipple(token, alpha) {
  const pen = canvas(9, 9);
  pen.globalAlpha = alpha;
  pen.fillStyle = color(token);
  for (const centre of [2.2, 6.7]) {
    pen.beginPath();
    pen.arc(centre, centre, 0.95, 0, 7);
    pen.fill();
  }
  return image(pen);
}

function box(pen, width, height, radius) {
  pen.beginPath();
  pen.roundRect(0, 0, width, height, radius);
}

/** Mark a symbol or a tag: a number or date of it is suspect, or articles say it differently. */
function badge(pen, x, y, sign, token) {
  pen.beginPath();
  pen.arc(x, y, 5, 0, 7);
  pen.fillStyle = color(token);
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = color('surface');
  pen.stroke();
  pen.fillStyle = color('surface');
  pen.font = `600 8.5px ${FAMILY}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(sign, x, y + 0.5);
}

/** Draw a corridor's tag. Outside knowledge is grey; `context` itself is too pale for text, so its ground is text-2. */
function tag(text, basis, doubt) {
  const font = `600 11.5px ${FAMILY}`;
  const measure = canvas(1, 1);
  measure.font = font;
  const width = Math.ceil(measure.measureText(text).width) + 12;
  // A badge sits on the corner; the tag stays in the middle of its picture.
  const edge = doubt ? 7 : 2;
  const pen = canvas(width + edge * 2, 25 + (edge - 2) * 2);
  pen.translate(edge, edge - 1);
  pen.shadowColor = 'rgba(0,0,0,.22)';
  pen.shadowBlur = 3;
  pen.shadowOffsetY = 1;
  pen.fillStyle = color({ attested: 'movement', other: 'movement-other' }[basis] ?? 'text-2');
  box(pen, width, 21, 4);
  pen.fill();
  pen.shadowColor = 'transparent';
  pen.fillStyle = color('surface');
  pen.font = font;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, width / 2, 11.3);
  if (doubt) badge(pen, width, 1, doubt === 'conflict' ? '≠' : '?', doubt);
  return image(pen);
}

/** So many symbols stand in a tray; how many more there are says a number. */
const TRAY_SYMBOLS = 12;

/**
 * Draw a tray: the incidents that are known only to a whole area; it hangs from the area's name, from no coordinate.
 * Those of a place that is known by its point have one of the same form there, without an outline.
 * @param {Array<{category: string, status: string, onBorder: boolean, suspect?: boolean, conflict?: boolean}>} all
 * @param {'province'|'country'|'region'|'point'} precision solid, dashed or dotted outline, or none
 * @param {(number: number) => string} digits writes a number in the reader's language
 */
export function tray(all, precision, digits = String) {
  const [size, gap, pad, height] = [17, 4, precision === 'point' ? 2 : 6, 27];
  const incidents = all.length > TRAY_SYMBOLS ? all.slice(0, TRAY_SYMBOLS - 1) : all;
  const rest = all.length > incidents.length ? `+${digits(all.length - incidents.length)}` : '';
  const restWidth = rest ? 8 * rest.length + gap : 0;
  const width = pad * 2 + incidents.length * size + (incidents.length - 1) * gap + restWidth;
  const pen = canvas(width + 4, height + 4);
  pen.translate(2, 2);
  if (precision !== 'point') {
    pen.shadowColor = 'rgba(0,0,0,.18)';
    pen.shadowBlur = 3;
    pen.shadowOffsetY = 1;
    pen.fillStyle = color('surface');
    box(pen, width, height, height / 2);
    pen.fill();
    pen.shadowColor = 'transparent';
    pen.strokeStyle = color('text-2');
    pen.lineWidth = 1.1;
    pen.lineCap = precision === 'region' ? 'round' : 'butt';
    pen.setLineDash({ region: [0.1, 3.2], country: [3.4, 2.4], province: [] }[precision]);
    pen.stroke();
    pen.setLineDash([]);
  }
  // A tray reads in the direction of the page, like the list of the same incidents.
  (isRtl ? [...incidents].reverse() : incidents).forEach((incident, index) => {
    const x = pad + index * (size + gap) + (isRtl ? restWidth : 0);
    const y = (height - size) / 2 - (incident.onBorder ? 1.8 : 0);
    drawSymbol(pen, incident, { x, y, size }, color);
    // One badge at most: the panel tells the rest.
    if (incident.conflict) badge(pen, x + size, y + 1, '≠', 'conflict');
    else if (incident.suspect) badge(pen, x + size, y + 1, '?', 'suspect');
    if (!incident.onBorder) return;
    pen.strokeStyle = color('border-focus');
    pen.lineWidth = 2;
    pen.lineCap = 'round';
    pen.beginPath();
    pen.moveTo(x + 1.5, height - 4.2);
    pen.lineTo(x + size - 1.5, height - 4.2);
    pen.stroke();
  });
  if (rest) {
    pen.fillStyle = color('text');
    pen.font = `600 11.5px ${FAMILY}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(rest, isRtl ? pad + restWidth / 2 : width - pad - restWidth / 2, height / 2);
  }
  return image(pen);
}

const FIXED = {
  chevron: () => chevron('movement'),
  'chevron-open': () => chevron('movement', { dash: [2.2, 2.4], width: 1.8 }),
  'chevron-candidate': () => hollow('movement', 'M5.9 3.8 11.9 8.5 5.9 13.200', [17, 17]),
  'arrow-other': () => slimArrow('movement-other'),
  'arrow-other-open': () => slimArrow('movement-other', { dash: [2.2, 2.2] }),
  'arrow-other-candidate': () => hollow('movement-other', 'M2.500 6.500H16.500M12.500 2.900 16.500 6.500 12.500 10.100', [21, 13]),
  'chevron-context': () => chevron('context', { width: 1.7 }),
  head: () => head('movement'),
  'head-open': () => head('movement', { isOpen: true }),
  'head-candidate': () => head('movement', { isOpen: true, dash: [2, 2.4] }),
  'head-other': () => head('movement-other'),
  'head-other-open': () => head('movement-other', { isOpen: true }),
  'head-other-candidate': () => head('movement-other', { isOpen: true, dash: [2, 2.4] }),
  'head-context': () => head('context'),
  tick: () => tick(),
  'tick-open': () => tick({ dash: [2.4, 4] }),
  ring,
  'stipple-movement': () => stipple('movement', 0.42),
  'stipple-province': () => stipple('text-2', 0.45),
  'hatch-context': () => hatch('context'),
};

/** Make an image that the style names, or null when it is none of ours (trays are added by their module). */
export function makeImage(name) {
  if (name in FIXED) return FIXED[name]();
  const [, form, category, status, precision] = /^(incident|somewhere)-([a-z_]+)-(candidate|reviewed)(?:-(\d))?$/.exec(name) ?? [];
  if (category in CATEGORIES) {
    const outline = precision <= '4' ? 'province' : precision === '7' ? 'region' : 'country';
    return tray([{ category, status, onBorder: precision === '5' }], form === 'incident' ? 'point' : outline);
  }
  const [, basis, corridor] = /^tag-(attested|other|context|infrastructure)-(.+)$/.exec(name) ?? [];
  return corridor ? tag(corridor.split('/').pop().toUpperCase(), basis, config.doubts?.[corridor]) : null;
}

/** Wait for the font that the tags are drawn with; without it the first ones would fall back. */
export const fontsReady = () => document.fonts.load(`600 12px ${FAMILY}`, isRtl ? '۱' : 'A1').catch(() => []);
