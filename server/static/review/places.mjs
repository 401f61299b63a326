// The search for a place in a form: what it finds comes into the form's list, unless the reviewer has gone on meanwhile.

const WAIT_MS = 200;
const FEWEST_LETTERS = 2;

let current = null;

/** Forget the search that is under way: its answer changes nothing any more. */
export function stopSearch() {
  clearTimeout(current?.timer);
  current = null;
}

/**
 * Search for what a field holds once nothing more is typed for a moment.
 * @param {HTMLInputElement} field its `data-search` names the list that takes what is found
 * @param {{find: (name: string) => Promise<Array<{label: string, place: Object}>>, tell: (label: string|null) => void,
 *   fail: () => void}} hooks
 */
export function searchSoon(field, hooks) {
  stopSearch();
  const own = { field, hooks, end: null, timer: 0 };
  own.timer = setTimeout(() => void begin(own), WAIT_MS);
  current = own;
}

function begin(own) {
  clearTimeout(own.timer);
  own.end ??= search(own).finally(() => { if (current === own) current = null; });
  return own.end;
}

/**
 * Wait for the search of a form that is to be sent: what was typed last must not be left out.
 * @returns {Promise<{field: HTMLInputElement, isUnknown: boolean}|null>} the field whose place could not be had
 */
export async function searched(form) {
  const own = current;
  if (own?.field.form !== form) return null;
  const end = await begin(own);
  return end === "none" || end === "failed" ? { field: own.field, isUnknown: end === "none" } : null;
}

async function search(own) {
  const { field, hooks } = own;
  const list = field.form.querySelector(`#${field.dataset.search}`);
  const name = field.value.trim();
  if (!list || name.length < FEWEST_LETTERS) {
    field.removeAttribute("aria-invalid");
    return "short";
  }
  let found;
  try {
    found = await hooks.find(name);
  } catch {
    if (current === own) hooks.fail();
    return "failed";
  }
  // Who looks through the list, or typed another name, is not disturbed.
  if (current !== own || document.activeElement === list) return "late";
  for (const each of list.querySelectorAll("[data-found]")) each.remove();
  for (const { label, place } of found) {
    const option = new Option(label, JSON.stringify(place));
    option.dataset.found = "";
    list.append(option);
  }
  const first = list.querySelector("[data-found]");
  if (first) list.value = first.value;
  hooks.tell(first?.textContent ?? null);
  field.setAttribute("aria-invalid", String(!first));
  return first ? "found" : "none";
}
