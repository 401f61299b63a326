/** The page's state in its query string: no cookie, no storage, and a link brings back the same view. */

const query = () => new URLSearchParams(location.search);

/** Read one parameter of the address; null when it is absent. */
export const param = (name) => query().get(name);

/**
 * Make the address of this view with some parameters changed.
 * @param {Object<string, string|number|null>} changes null takes a parameter out
 */
export function addressWith(changes) {
  const changed = query();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') changed.delete(name);
    else changed.set(name, String(value));
  }
  const text = changed.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return location.pathname + (text ? `?${text}` : '');
}

/** Record a change of view in the address without a new page in the history. */
export function remember(changes) {
  try {
    history.replaceState(null, '', addressWith(changes));
  } catch {
    // An embed in a sandbox may not write its address; the view is then not kept, nothing else is lost.
  }
}

/** Record where the map looks: three decimals are about 100 m, which is enough to find a view again. */
export function rememberView(map) {
  const { lng, lat } = map.getCenter();
  remember({ lon: lng.toFixed(3), lat: lat.toFixed(3), z: map.getZoom().toFixed(2) });
}
