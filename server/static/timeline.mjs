/** Time: a histogram by year with two handles and play. What is chosen is an interval; what has no date is counted beside it. */

import { isRtl, t } from './page.mjs';
import { el, isHeld, svg } from './dom.mjs';
import { param } from './state.mjs';
import { digits, periodText } from './words.mjs';

const STEP_MS = 900;
const HEIGHT = 30;
/** No square of an incident is higher; where many share a year, the bars are whole. */
const SQUARE = 12;
const SQUARES = 5;

/** Read the chosen years of the address within those that there are. */
function chosenYears(first, last) {
  const [from, to = from] = (param('datetime') ?? '').split('/');
  const year = (text, other) => (/^\d{4}/.test(text ?? '') ? Math.min(last, Math.max(first, Number(text.slice(0, 4)))) : other);
  const begin = year(from, first);
  return [begin, Math.max(begin, year(to, last))];
}

/**
 * Build the time strip.
 * @param {HTMLElement} holder
 * @param {(changes: Object, options: {step: boolean}) => void} change called with `datetime` or `undated`
 * @returns {{draw: (live: {all: Object, now: Object, years: Object}) => void, stop: () => void}}
 */
export function createTimeline(holder, change) {
  let [first, last] = [0, 0];
  let [begin, end] = [0, 0];
  let playing = 0;
  const range = el('strong', { id: 'time-range' });
  const shown = el('span', { class: 'note' });
  const play = el('button', { type: 'button', class: 'button icon-only play', onclick: () => (playing ? stop() : start()) });
  const bars = svg('svg', { class: 'bars', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const span = el('div', { class: 'span' });
  const handles = ['from', 'to'].map((side) => el('div', { class: 'handle', role: 'slider', tabindex: '0', 'aria-label': t(`time.${side}`), 'data-side': side, onkeydown: onKey, onpointerdown: onGrab }));
  const marks = el('div', { class: 'marks', 'aria-hidden': 'true' });
  const track = el('div', { class: 'track' }, bars, el('div', { class: 'rail' }, span), ...handles, marks);
  const undatedBox = el('input', { type: 'checkbox', onchange: () => change({ undated: undatedBox.checked ? null : 'exclude' }, { step: true }) });
  const undatedCount = el('span', { class: 'count' });
  const undated = el('label', { class: 'undated' }, undatedBox, el('span', {}, t('date.undated')), undatedCount);
  holder.replaceChildren(el('div', { class: 'time-head' }, play, range, shown), track, undated);

  const datetime = () => (begin === first && end === last ? null : `${begin}/${end}`);

  function place() {
    const years = last - first + 1;
    const at = [(begin - first) / years, (end - first + 1) / years];
    handles.forEach((handle, index) => {
      handle.style.insetInlineStart = `${at[index] * 100}%`;
      const year = [begin, end][index];
      handle.dataset.year = digits(year);
      for (const [name, value] of Object.entries({ valuemin: index ? begin : first, valuemax: index ? last : end, valuenow: year, valuetext: periodText(String(year)) })) handle.setAttribute(`aria-${name}`, value);
    });
    span.style.insetInlineStart = `${at[0] * 100}%`;
    span.style.inlineSize = `${(at[1] - at[0]) * 100}%`;
    range.textContent = periodText(begin === end ? String(begin) : `${begin} – ${end}`);
    for (const bar of bars.children) bar.classList.toggle('out', Number(bar.dataset.year) < begin || Number(bar.dataset.year) > end);
  }

  /** Move one end to a year, as far as it can go; tell whether that changed anything. */
  function set(side, year, step) {
    const before = datetime();
    if (side === 'from') begin = Math.min(Math.max(year, first), end);
    else end = Math.max(Math.min(year, last), begin);
    if (datetime() === before) return false;
    place();
    change({ datetime: datetime() }, { step });
    return true;
  }

  function onKey(event) {
    const { side } = event.currentTarget.dataset;
    const now = side === 'from' ? begin : end;
    const forward = isRtl ? -1 : 1;
    const target = { ArrowRight: now + forward, ArrowLeft: now - forward, ArrowUp: now + 1, ArrowDown: now - 1, PageUp: now + 5, PageDown: now - 5, Home: first, End: last }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    stop();
    set(side, target, true);
  }

  function onGrab(event) {
    const handle = event.currentTarget;
    event.preventDefault();
    stop();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const { side } = handle.dataset;
    let isMoved = false; // all of it is one step, which the reader's Back undoes
    const move = ({ clientX }) => {
      const { left, width } = track.getBoundingClientRect();
      const part = isRtl ? 1 - (clientX - left) / width : (clientX - left) / width;
      const edge = Math.round(part * (last - first + 1));
      isMoved = set(side, first + edge - (side === 'to' ? 1 : 0), !isMoved) || isMoved;
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    play.textContent = '▶';
    play.setAttribute('aria-label', t('time.play'));
    play.title = t('time.play');
  }

  /** Move the interval on by a year, again and again; the whole time begins with its first year. */
  function start() {
    const move = (from, to) => {
      [begin, end] = [from, to];
      place();
      change({ datetime: datetime() }, { step: false });
    };
    if (end === last) move(first, begin === first ? first : first + (end - begin));
    playing = setInterval(() => {
      // Or a slow network would show none of the years, and what the reader presses would be drawn anew under the finger.
      if ('busy' in document.documentElement.dataset || isHeld()) return;
      move(begin + 1, end + 1);
      if (end >= last) stop();
    }, STEP_MS);
    play.textContent = '❚❚';
    play.setAttribute('aria-label', t('time.pause'));
    play.title = t('time.pause');
  }

  function draw({ all, now, years }) {
    const known = Object.keys(all.year ?? {}).map(Number);
    holder.hidden = known.length === 0;
    if (holder.hidden) return;
    holder.inert = false;
    [first, last] = [Math.min(...known), Math.max(...known)];
    if (!playing) [begin, end] = chosenYears(first, last);
    const most = Math.max(...Object.values(all.year));
    bars.setAttribute('viewBox', `0 0 ${last - first + 1} ${HEIGHT}`);
    const [unit, gap] = most <= SQUARES ? [Math.min(SQUARE, HEIGHT / most), 1.5] : [HEIGHT / most, 0];
    const rect = (year, from, height, kind) => svg('rect', { x: year - first + 0.1, width: 0.8, y: HEIGHT - from - height, height, class: kind, 'data-year': year });
    const bar = (year, total, kind) => (gap
      ? Array.from({ length: total }, (_, index) => rect(year, index * unit, unit - gap, kind))
      : rect(year, 0, total ? Math.max(2, total * unit) : 0, kind));
    bars.replaceChildren(...known.flatMap((year) => bar(year, all.year[year], 'all')), ...known.flatMap((year) => bar(year, years.year?.[year] ?? 0, 'now')));
    drawMarks();
    shown.textContent = t('time.shown').replace('{n}', digits(now.total));
    undatedBox.checked = param('undated') !== 'exclude';
    undatedCount.textContent = digits(years.undated ?? 0);
    place();
  }

  function drawMarks() {
    const years = last - first + 1;
    const every = [1, 2, 5, 10, 20, 50].find((step) => years / step <= Math.max(2, track.clientWidth / 52)) ?? 100;
    const round = Array.from({ length: years }, (_, index) => first + index).filter((year) => year % every === 0);
    marks.replaceChildren(...round.map((year) => {
      const mark = el('span', {}, digits(year));
      mark.style.insetInlineStart = `${((year - first + 0.5) / years) * 100}%`;
      return mark;
    }));
  }

  new ResizeObserver(() => last && drawMarks()).observe(track);
  stop();
  holder.inert = true; // there is nothing to choose from until it is drawn
  return { draw, stop };
}
