/** The legend's small pictures of how things are drawn, in the tokens' colours. */

import { svg } from './dom.mjs';

const frame = (...children) => svg('svg', { viewBox: '0 0 44 18', width: 44, height: 18, 'aria-hidden': 'true', class: 'swatch' }, ...children);
const path = (d, attributes) => svg('path', { d, fill: 'none', ...attributes });
const line = (token, width, attributes = {}) => path('M0 9h44', { stroke: `var(--${token})`, 'stroke-width': width, ...attributes });
const round = { 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };

const chevrons = (token, attributes = {}) =>
  [5, 16, 27, 37].map((x) => path(`M${x} 5l4.5 4-4.5 4`, { stroke: `var(--${token})`, 'stroke-width': 2, ...round, ...attributes }));

const hollowChevrons = (token) => [...chevrons(token, { 'stroke-width': 4.6 }), ...chevrons('surface', { 'stroke-width': 1.8 })];

const slimArrows = (token) =>
  [4, 25].map((x) => path(`M${x} 9h14m-4-3.600 4 3.600-4 3.600`, { stroke: `var(--${token})`, 'stroke-width': 1.5, ...round }));

const band = (token) => [[1, 16, 0.1], [3, 12, 0.13], [5, 8, 0.16]].map(([y, height, opacity]) => svg('rect', { y, width: 44, height, fill: `var(--${token})`, opacity }));

const pill = (attributes, y = 2, height = 14) =>
  svg('rect', { x: 5, y, width: 34, height, rx: height / 2, fill: 'var(--surface)', stroke: 'var(--text-2)', ...attributes });

function dots(token) {
  const spots = [12, 18, 24, 30].flatMap((x) => [5, 9, 13].map((y, row) => [x + (row % 2 ? 2 : 0), y]));
  return [
    svg('rect', { x: 8, y: 1, width: 28, height: 16, rx: 3, fill: 'none', stroke: 'var(--border)' }),
    ...spots.map(([cx, cy]) => svg('circle', { cx, cy, r: 1.2, fill: `var(--${token})` })),
  ];
}

const ticks = () => [7, 17, 27, 37].map((x) => path(`M${x} 4v10`, { stroke: 'var(--movement)', 'stroke-width': 2.2, ...round }));

const hatching = () =>
  [10, 16, 22, 28, 34].map((x) => path(`M${x - 2} 1.500l${x > 28 ? 36 - x + 2 : 8} 15`, { stroke: 'var(--context)', 'stroke-width': 1.2 }));

const ringAt = (cx) => svg('circle', { cx, cy: 9, r: 3, fill: 'var(--surface)', stroke: 'var(--context)', 'stroke-width': 1.6 });

const dataset = (token) => [
  svg('circle', { cx: 14, cy: 9, r: 4.5, fill: `var(--${token})` }),
  svg('circle', { cx: 31, cy: 9, r: 7, fill: 'none', stroke: `var(--${token})`, 'stroke-width': 1.6 }),
];

const badge = (token, sign) => [
  svg('circle', { cx: 22, cy: 9, r: 7, fill: `var(--${token})` }),
  svg('text', { x: 22, y: 13, 'text-anchor': 'middle', 'font-size': 11, 'font-weight': 600, 'font-family': 'system-ui, sans-serif', fill: 'var(--surface)' }, sign),
];

const SWATCHES = {
  'badge.suspect': () => badge('suspect', '?'),
  'badge.conflict': () => badge('conflict', '≠'),
  'corridors.arrow': () => [...band('movement'), ...chevrons('movement')],
  'corridors.other': () => [...band('movement-other'), ...slimArrows('movement-other')],
  'corridors.border': () => [line('border-focus', 2), ...ticks()],
  'corridors.area': () => dots('movement'),
  'corridors.label': () => [svg('text', { x: 22, y: 14, 'text-anchor': 'middle', 'font-size': 13, 'font-style': 'italic', fill: 'var(--movement)' }, 'Abc')],
  'corridors.single': () => chevrons('movement', { 'stroke-dasharray': '2 2.400' }),
  'corridors.candidate': () => hollowChevrons('movement'),
  'corridors.other.candidate': () => hollowChevrons('movement-other'),
  'context_corridors.arrow': () => [...band('context'), ...chevrons('context')],
  'transport_corridors.path': () => [line('context', 1.6, { 'stroke-dasharray': '4 3' }), ringAt(13), ringAt(33)],
  'borders.focus': () => [line('border-ribbon', 11, { opacity: 0.34 }), line('border-focus', 2.6)],
  'borders.agreed': () => [line('border', 1.6)],
  'borders.disputed': () => [line('border-disputed', 1.8, { 'stroke-dasharray': '6 4' })],
  'borders.line_of_control': () => [line('border-disputed', 2, { 'stroke-dasharray': '2.500 2.500' })],
  'borders.unsettled': () => [path('M2 9h42', { stroke: 'var(--border-disputed)', 'stroke-width': 2.4, 'stroke-linecap': 'round', 'stroke-dasharray': '.1 5' })],
  'borders.claim': () => [line('border-disputed', 1.2, { 'stroke-dasharray': '8 3 1.5 3' })],
  'organizations.attested': () => [svg('rect', { x: 8, y: 1, width: 28, height: 16, rx: 3, fill: 'var(--institution)', opacity: 0.3 })],
  'organizations.context': () => hatching(),
  'precision.point': () => [svg('circle', { cx: 22, cy: 9, r: 5, fill: 'var(--text-2)' })],
  'precision.province': () => [pill({})],
  'precision.country': () => [pill({ 'stroke-dasharray': '3.4 2.4' })],
  'precision.region': () => [pill({ 'stroke-dasharray': '.1 3.2', 'stroke-linecap': 'round' })],
  'precision.border': () => [
    pill({ 'stroke-dasharray': '3.4 2.4' }, 1, 16),
    path('M15 13.5h14', { stroke: 'var(--border-focus)', 'stroke-width': 2, 'stroke-linecap': 'round' }),
  ],
  'incidents.cell': () => [[10, 0.4], [18, 0.55], [26, 0.72], [34, 0.9]].map(([cx, opacity]) => svg('circle', { cx, cy: 9, r: 3.6, fill: 'var(--accent)', opacity })),
  imported_incidents: () => dataset('context'),
  restricted_incidents: () => dataset('context'),
  'coverage.ramp': () => [0.2, 0.34, 0.46, 0.6].map((opacity, index) => svg('rect', { x: 4 + index * 9, y: 2, width: 9, height: 14, fill: 'var(--accent)', opacity })),
  'coverage.silent': () => hatching(),
  admin1: () => [line('admin1', 1.4)],
};

/** Make the picture of a legend row. */
export const swatch = (key) => frame(...SWATCHES[key]());
