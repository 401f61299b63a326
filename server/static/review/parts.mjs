// Parts of a record that is split, in the form that splits it.

const MOST_PARTS = 9;

/**
 * Add a part: the last one over again, under the next number, resting on the next passage; it gets the focus.
 * @param {HTMLButtonElement} button what adds parts, in their form
 * @param {DOMStringMap} words of the page
 * @param {Intl.NumberFormat} numbers of the page's language
 */
export function addPart(button, words, numbers) {
  const parts = [...button.form.querySelectorAll(".split fieldset")];
  const number = parts.length;
  const part = parts[number - 1].cloneNode(true);
  for (const each of part.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      const said = each.getAttribute(name);
      if (said) each.setAttribute(name, said.replace(/^(part_|p)\d/, `$1${number}`));
    }
  }
  // A copy does not take over what was chosen.
  part.querySelectorAll("select").forEach((each, index) => { each.value = parts[number - 1].querySelectorAll("select")[index].value; });
  const passages = [...part.querySelectorAll('[name$="_evidence"]')];
  passages.forEach((each, index) => { each.checked = index === Math.min(number, passages.length - 1); });
  part.querySelector("legend").textContent = words.part.replace("{part}", numbers.format(number + 1));
  if (!part.querySelector("[data-removes]")) {
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: words.remove });
    remove.dataset.removes = "";
    part.append(remove);
  }
  parts[number - 1].querySelector("[data-removes]")?.setAttribute("hidden", "");
  parts[number - 1].after(part);
  button.disabled = number + 1 >= MOST_PARTS;
  part.querySelector("input, select").focus();
}

/**
 * Take a part away; only the last one can be, so that those that stay keep their numbers.
 * @param {HTMLFieldSetElement} part
 */
export function removePart(part) {
  const before = part.previousElementSibling;
  const button = part.form.querySelector("[data-adds]");
  part.remove();
  before.querySelector("[data-removes]")?.removeAttribute("hidden");
  button.disabled = false;
  button.focus();
}
