// The cohort page: every change counts at once, and a concept is found while it is typed.
import { conceptsCalled, listUnder } from "./concepts.js";
import { elsewhere, inPlace } from "./inplace.js";
import { say } from "./said.js";

const most = 8;

export function start() {
  const main = document.getElementById("main");
  const go = inPlace(main, (focus) => {
    const field = focus && main.querySelector(`[name="${CSS.escape(focus)}"]`);
    field?.focus({ preventScroll: true });
    const found = main.querySelector(".found");
    say(found ? found.textContent : "");
  });
  function addressOf(form) {
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value && !name.endsWith(".find")) given.append(name, value);
    return `${form.action}?${given}`;
  }
  main.addEventListener("change", (event) => {
    const form = event.target.closest("#sentence");
    if (form && !event.target.matches(".find-concept")) go(addressOf(form), nextOf(event.target));
  });
  // After a kind is chosen the concept is typed next; after a comparison the number.
  function nextOf(field) {
    const [row, name] = field.name.split(".");
    if (name === "what") return `${row}.find`;
    if (name === "op") return `${row}.number`;
    return field.name;
  }
  main.addEventListener("submit", (event) => {
    if (event.target.id !== "sentence") return;
    event.preventDefault();
    const typed = main.querySelector(".find-concept:focus");
    if (typed?.value.trim()) chooseFirst(typed);
    else go(addressOf(event.target), document.activeElement?.name);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest('.sentence a[href^="/cohort"]');
    if (!link || elsewhere(event)) return;
    event.preventDefault();
    go(link.href);
  });
  const lists = new WeakMap();
  let waiting = 0;

  function listOf(box) {
    if (!lists.has(box)) lists.set(box, listUnder(box, `found-${box.dataset.row}`, (made) => box.after(made), (concept) => choose(box, concept)));
    return lists.get(box);
  }
  async function ask(box) {
    const words = box.value.trim();
    const list = listOf(box);
    if (words.length < 2) return list.close();
    try {
      const concepts = await conceptsCalled(words, most);
      if (box.value.trim() !== words) return;
      list.show(concepts);
      if (!concepts.length) say("Nothing in the data is called so");
    } catch {
      list.close();
    }
  }
  function choose(box, concept) {
    const picked = Object.assign(document.createElement("input"), { type: "hidden", name: `${box.dataset.row}.in`, value: concept.concept });
    box.form.append(picked);
    box.value = "";
    clearTimeout(waiting);
    listOf(box).close();
    go(addressOf(box.form), box.name);
  }
  async function chooseFirst(box) {
    if (!listOf(box).first) await ask(box);
    const first = listOf(box).first;
    if (first) choose(box, first);
  }
  main.addEventListener("input", (event) => {
    if (!event.target.matches(".find-concept")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(event.target), 120);
  });
  main.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches?.(".find-concept") || listOf(box).key(event)) return;
    if (event.key !== "Enter" || !box.value.trim()) return;
    event.preventDefault();
    chooseFirst(box);
  });
  main.addEventListener("focusout", (event) => {
    if (event.target.matches?.(".find-concept")) setTimeout(() => event.target.isConnected && listOf(event.target).close(), 150);
  });
}
