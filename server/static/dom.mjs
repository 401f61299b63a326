/** Elements without innerHTML: text from data is only ever a text node. */

const SVG = 'http://www.w3.org/2000/svg';

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Make an HTML element.
 * @param {string} tag
 * @param {Object} [attributes] attributes; `onclick` and the like are listeners; null and false leave one out
 * @param {...(Node|string|null|Array)} children
 */
export const el = (tag, attributes = {}, ...children) => build(document.createElement(tag), attributes, children);

/** Make an SVG element, as `el` does for HTML. */
export const svg = (tag, attributes = {}, ...children) => build(document.createElementNS(SVG, tag), attributes, children);

/** Make a stroked 24-grid icon of one path, hidden from screen readers. */
export const icon = (path) =>
  svg('svg', { viewBox: '0 0 24 24', width: 18, height: 18, 'aria-hidden': 'true', class: 'icon' }, svg('path', { d: path }));

export const ICONS = {
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  back: 'M15 6l-6 6 6 6',
};

/**
 * Draw anew what a holder holds; the focus finds its control again by its `data-key`.
 * @param {HTMLElement} holder
 * @param {...(Node|string)} children
 */
export function redraw(holder, ...children) {
  const held = document.activeElement;
  const key = holder.contains(held) ? held.dataset.key : null;
  holder.replaceChildren(...children);
  if (key) holder.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

const isControl = (target) => Boolean(target.closest?.('a, button, input, label, select, summary'));

let isPressed = false;
let presses = 0;
function press(isHeld) {
  presses += 1;
  isPressed = isHeld;
}
addEventListener('pointerdown', ({ target, button }) => press(button === 0 && isControl(target)), true);
// The space bar presses as a pointer does: the control under it hears of it when it is let go. A list of choices it opens,
// and who types may let it go in another window.
addEventListener('keydown', ({ target, key, repeat }) => { if (key === ' ' && !repeat) press(Boolean(target.matches?.('button, summary, input[type=checkbox]'))); }, true);
// What was clicked hears of it before the time is up; the next press may be quicker still.
function letGo() {
  const own = presses;
  setTimeout(() => { if (own === presses) isPressed = false; });
}
addEventListener('keyup', ({ key }) => { if (key === ' ') letGo(); }, true);
for (const end of ['pointerup', 'pointercancel', 'contextmenu']) addEventListener(end, letGo, true);
addEventListener('blur', letGo);

const OPEN_LIST = 'select:open';
const isOpenKnown = CSS.supports(`selector(${OPEN_LIST})`);

/**
 * Tell whether the reader holds a control: a button that is drawn anew between press and release is never clicked, and a list
 * of choices that is drawn anew shuts.
 */
export const isHeld = () => isPressed || (isOpenKnown && document.querySelector(OPEN_LIST) !== null);

/** Wait until the reader holds no control. */
export async function released() {
  while (isHeld()) await new Promise((done) => { setTimeout(done, 30); });
}
