// Concepts of the data under the search box, for the words typed last: choosing one searches the documents that have it.
import { say } from "./said.js";

const systems = {
  "http://snomed.info/sct": "SNOMED CT",
  "http://loinc.org": "LOINC",
  "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
  "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
  "http://hl7.org/fhir/sid/cvx": "CVX",
};
const most = 7;
const small = new Set(["a", "after", "an", "and", "at", "by", "for", "from", "has", "in", "is", "no", "of", "on", "or", "the", "to", "was", "with", "without"]);

function counted(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}

// The filter that finds a concept: what documents have, else the first way in which texts speak of it.
function wayOf(concept) {
  return concept.documents ? "concept" : ["denied", "possible", "history", "family", "not_in_family", "allergy", "no_allergy"].find((way) => concept[way]);
}

export function suggestions() {
  document.querySelectorAll('form[role="search"]').forEach((form, number) => suggest(form, `concepts-${number}`));
}

function suggest(form, name) {
  const box = form.querySelector('input[type="search"]');
  if (!box) return;
  const list = document.createElement("ul");
  list.id = name;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Concepts of the data");
  list.hidden = true;
  form.append(list);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", name);
  box.setAttribute("aria-expanded", "false");

  let shown = [];
  let before = "";
  let at = -1;
  let waiting = 0;
  let asking = null;
  const known = new Map();

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
  function mark(to) {
    at = to;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }
  // The address of the search with the concept as a filter; the words before it stay the question, the other filters stay.
  function addressOf(concept) {
    const given = new URLSearchParams();
    for (const [key, value] of new FormData(form)) if (key !== "q" && key !== "view" && value) given.append(key, value);
    if (before) given.set("q", before);
    const way = wayOf(concept);
    if (!given.getAll(way).includes(concept.concept)) given.append(way, concept.concept);
    return `${form.action}?${given}`;
  }
  function show(concepts, text) {
    shown = concepts;
    before = text;
    if (!concepts.length) return close();
    list.replaceChildren(
      ...concepts.map((concept, number) => {
        const option = document.createElement("li");
        option.id = `${name}-${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const label = document.createElement("span");
        label.className = "label";
        label.textContent = concept.label;
        const rest = document.createElement("span");
        rest.className = "quiet";
        rest.textContent = `${systems[concept.system] ?? ""} ${concept.code} · ${counted(concept.documents, "document")}, ${counted(concept.patients, "patient")}${concept.denied ? `, denied in ${concept.denied.toLocaleString("en")}` : ""}${concept.family ? `, family ${concept.family.toLocaleString("en")}` : ""}`;
        option.append(label, rest);
        return option;
      }),
    );
    at = -1;
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    say(`${counted(concepts.length, "concept")}; arrow down to choose`);
  }
  async function fetchConcepts(words) {
    if (known.has(words)) return known.get(words);
    const answer = await fetch(`/api/v1/concepts?${new URLSearchParams({ q: words, limit: most })}`, { signal: asking.signal });
    const concepts = answer.ok ? (await answer.json()).concepts.filter((concept) => wayOf(concept)) : [];
    known.set(words, concepts);
    return concepts;
  }
  // The last three words, else the last two, else the last: the longest end of the question that names a concept.
  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const mine = asking;
    const words = box.value.trim().split(/\s+/).filter(Boolean);
    try {
      for (let count = Math.min(3, words.length); count > 0; count -= 1) {
        const last = words.slice(-count).join(" ");
        if (last.length < 3) break;
        if (small.has(words.at(-count).toLowerCase())) continue;
        const concepts = await fetchConcepts(last);
        if (mine.signal.aborted) return;
        if (concepts.length) return show(concepts, words.slice(0, -count).join(" "));
      }
      close();
    } catch {
      // Given up for a newer question, or the server is away: the box works without.
    }
  }
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown" && box.value.trim()) ask();
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const rows = shown.length + 1;
      mark(((at + 1 + step + rows) % rows) - 1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      location.assign(addressOf(shown[at]));
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") close();
  });
  form.addEventListener("submit", close);
  box.addEventListener("blur", () => setTimeout(close, 120));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option && !event.button) location.assign(addressOf(shown[[...list.children].indexOf(option)]));
  });
}
