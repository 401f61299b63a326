/** What the page asks of the service: counts, rows, search; one release and one point of view throughout. */

import { config, holds } from './page.mjs';

const pinned = `release=${config.release}&point_of_view=${config.point_of_view}`;

/** Make the address of a route from parts of a query; empty ones are left out. */
export const address = (path, ...parts) => `${config.base_url}${path}?${[...parts, pinned].filter(Boolean).join('&')}`;

/**
 * Ask for JSON.
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @throws {Error} with `status`, 0 when the service cannot be reached
 */
export async function ask(url, signal) {
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: 'application/json' }, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Object.assign(new Error(`${url}: ${error.message}`), { status: 0 });
  }
  if (!answer.ok) throw Object.assign(new Error(`${url}: ${answer.status}`), { status: answer.status });
  return answer.json();
}

const known = new Map();

/** Ask for the totals of the incidents under a filter; the same question is asked once, and none where there is no incident. */
export function counts(filter) {
  if (!holds('incidents')) return Promise.resolve({ total: 0, unplaced: 0 });
  if (!known.has(filter)) {
    if (known.size > 60) known.clear();
    const asked = ask(address('/counts', 'layer=incidents', filter));
    asked.catch(() => known.delete(filter));
    known.set(filter, asked);
  }
  return known.get(filter);
}

/**
 * Make a function that runs the latest call only, some milliseconds after the last one, and aborts what it had begun; its
 * `stop` aborts that too, and runs nothing.
 */
export function latest(run, wait_ms = 0) {
  let timer = 0;
  let begun = null;
  const stop = () => {
    clearTimeout(timer);
    begun?.abort();
  };
  const call = (...given) => {
    stop();
    const own = new AbortController();
    begun = own;
    timer = setTimeout(() => run(own.signal, ...given), wait_ms);
  };
  return Object.assign(call, { stop });
}
