/** The silhouettes of the incident categories on a 24 grid: nine and one more, so that colour is never needed. */

import { svg } from './dom.mjs';

/** Category → colour family, silhouette, glyph (stroked, may be empty). The order is that of the legend. */
export const CATEGORIES = {
  armed_clash: ['violence', 'M2.6 4.2 11.4 12 2.6 19.8zM21.4 4.2 12.6 12l8.8 7.8z', ''],
  attack: ['violence', 'M12 1.4l2.5 5.2 5-2.9-1 5.7 4.9.7-3.9 3.8 3.1 4.6-5.6-.3.2 5.4-4.6-3.4L8.3 23l.5-5.1-5.5.2 3.2-4.6-4-3.6 5-.6-1.1-5.6 5 2.8z', ''],
  other_political_violence: ['violence', 'M12 2.8 22 20.6H2z', 'M12 9v5.2M12 17.2v.4'],
  arrest: ['enforcement', 'M12 2.6 20.4 5.4v6.2c0 4.8-3.3 8-8.4 10-5.1-2-8.4-5.2-8.4-10V5.4z', 'M8.8 7.6v7.4M12 7.2v9.8M15.2 7.6v7.4'],
  operation: ['enforcement', 'M7.2 3h9.6l4.9 9-4.9 9H7.2l-4.9-9z', 'M12 6.8v3M12 14.2v3M6.8 12h3M14.2 12h3'],
  destruction: ['enforcement', 'M12 1.8 22.2 12 12 22.2 1.8 12z', 'M8.6 8.6l6.8 6.8M15.4 8.6l-6.8 6.8'],
  seizure: ['enforcement', 'M5.5 3.5h13a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-13a2 2 0 0 1 2-2z', 'M12 7v6.2M9 10.6l3 3 3-3M8 17.2h8'],
  smuggling_attempt: ['movement', 'M2.4 5h12.2L22 12l-7.4 7H2.4l4-7z', 'M9.6 12h6M13 9.4l2.6 2.6-2.6 2.6'],
  diplomatic_event: ['institution', 'M12 2.4a9.6 9.6 0 1 1 0 19.2 9.6 9.6 0 0 1 0-19.2z', 'M7.6 10.2h8.8M7.6 13.8h8.8'],
  policy_statement: ['institution', 'M4.6 3.4h14.8a2 2 0 0 1 2 2v9.4a2 2 0 0 1-2 2h-7.6l-5 4.6v-4.6H4.6a2 2 0 0 1-2-2V5.4a2 2 0 0 1 2-2z', 'M7.2 8.2h9.6M7.2 12h6'],
};

/** Tell whether a status is drawn hollow: machine-made and not yet seen by a person. */
export const isHollow = (status) => status === 'candidate';

/**
 * Make the symbol of a category as SVG.
 * @param {string} category key of CATEGORIES
 * @param {string} [status] `candidate` is drawn hollow
 * @param {number} [size] in px
 */
export function symbol(category, status = 'reviewed', size = 18) {
  const [family, silhouette, glyph] = CATEGORIES[category];
  const state = isHollow(status) ? 'hollow' : 'filled';
  return svg(
    'svg',
    { viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true', class: `symbol ${family} ${state}` },
    svg('path', { class: 'silhouette', d: silhouette }),
    glyph && svg('path', { class: 'glyph', d: glyph }),
  );
}

/**
 * Draw the symbol of a category on a canvas.
 * @param {CanvasRenderingContext2D} pen
 * @param {{category: string, status: string}} incident
 * @param {{x: number, y: number, size: number}} place in px
 * @param {(token: string) => string} color
 */
export function drawSymbol(pen, { category, status }, { x, y, size }, color) {
  const [family, silhouette, glyph] = CATEGORIES[category];
  const hue = color(family);
  const surface = color('surface');
  const hollow = isHollow(status);
  pen.save();
  pen.translate(x, y);
  pen.scale(size / 24, size / 24);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  const outline = new Path2D(silhouette);
  pen.lineWidth = 2.3;
  pen.strokeStyle = hollow ? hue : surface;
  pen.fillStyle = hollow ? surface : hue;
  // A filled symbol gets its halo first, a hollow one its outline last.
  for (const step of hollow ? ['fill', 'stroke'] : ['stroke', 'fill']) pen[step](outline);
  if (glyph) {
    pen.lineWidth = 2;
    pen.strokeStyle = hollow ? hue : surface;
    pen.stroke(new Path2D(glyph));
  }
  pen.restore();
}
