// The cohort page: every change counts at once, and a concept is found while it is typed.
import { say } from "./said.js";

const most = 8;

export function start() {
  const main = document.getElementById("main");
  let asking = null;
  let turn = 0;

  async function go(address, focus) {
    asking?.abort();
    asking = new AbortController();
    const mine = (turn += 1);
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== turn) return;
      main.replaceChildren(...page.getElementById("main").childNodes);
      history.pushState(null, "", address);
      const field = focus && main.querySelector(`[name="${CSS.escape(focus)}"]`);
      field?.focus({ preventScroll: true });
      const found = main.querySelector(".found");
      say(found ? found.textContent : "");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    } finally {
      if (mine === turn) main.removeAttribute("aria-busy");
    }
  }
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
    if (typed?.value.trim()) choose(typed, 0);
    else go(addressOf(event.target), document.activeElement?.name);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest('.sentence a[href^="/cohort"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener("popstate", () => location.reload());

  const known = new Map();
  let shown = [];
  let at = -1;
  let waiting = 0;

  function listOf(box) {
    let list = box.parentElement.querySelector("[role=listbox]");
    if (!list) {
      list = document.createElement("ul");
      list.id = `found-${box.dataset.row}`;
      list.className = "suggestions";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", "Concepts of the data");
      box.after(list);
      box.setAttribute("role", "combobox");
      box.setAttribute("aria-controls", list.id);
      box.setAttribute("aria-autocomplete", "list");
    }
    return list;
  }
  function close(box) {
    clearTimeout(waiting);
    shown = [];
    at = -1;
    listOf(box).hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
  function mark(box, to) {
    at = to;
    const options = [...listOf(box).children];
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
  async function ask(box) {
    const words = box.value.trim();
    if (words.length < 2) return close(box);
    try {
      if (!known.has(words)) {
        const answer = await fetch(`/api/v1/concepts?${new URLSearchParams({ q: words, limit: most })}`);
        known.set(words, answer.ok ? (await answer.json()).concepts : []);
      }
      if (box.value.trim() === words) show(box, known.get(words));
    } catch {
      close(box);
    }
  }
  function show(box, concepts) {
    const list = listOf(box);
    shown = concepts;
    at = -1;
    list.replaceChildren(
      ...concepts.map((concept, place) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const label = document.createElement("span");
        label.className = "label";
        label.textContent = concept.label;
        const rest = document.createElement("span");
        rest.className = "quiet";
        rest.textContent = `${concept.code} · ${concept.patients.toLocaleString("en")} patients, ${concept.documents.toLocaleString("en")} documents`;
        option.append(label, rest);
        return option;
      }),
    );
    list.hidden = !concepts.length;
    box.setAttribute("aria-expanded", String(Boolean(concepts.length)));
    say(concepts.length ? `${concepts.length} concepts; arrow down to choose` : "Nothing in the data is called so");
  }
  async function choose(box, place) {
    if (!shown.length) await ask(box);
    const concept = shown[place];
    if (!concept) return;
    const form = box.form;
    const picked = document.createElement("input");
    picked.type = "hidden";
    picked.name = `${box.dataset.row}.in`;
    picked.value = concept.concept;
    form.append(picked);
    box.value = "";
    const address = addressOf(form);
    close(box);
    go(address, box.name);
  }
  main.addEventListener("input", (event) => {
    if (!event.target.matches(".find-concept")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(event.target), 120);
  });
  main.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches?.(".find-concept")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const rows = shown.length + 1;
      mark(box, ((at + 1 + (event.key === "ArrowDown" ? 1 : -1) + rows) % rows) - 1);
    } else if (event.key === "Enter" && box.value.trim()) {
      event.preventDefault();
      choose(box, Math.max(at, 0));
    } else if (event.key === "Escape") close(box);
  });
  main.addEventListener("focusout", (event) => {
    if (event.target.matches?.(".find-concept")) setTimeout(() => event.target.isConnected && close(event.target), 150);
  });
  main.addEventListener("pointerdown", (event) => {
    const option = event.target.closest(".typed [role=option]");
    if (!option || event.button) return;
    event.preventDefault();
    choose(option.closest(".typed").querySelector("input"), [...option.parentElement.children].indexOf(option));
  });
}
