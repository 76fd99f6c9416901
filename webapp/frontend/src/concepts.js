// Concepts of the data in a list under a box, while one types: asked for once, walked with arrows, chosen with a key or the pointer.
import { say } from "./said.js";

const systems = {
  "http://snomed.info/sct": "SNOMED CT",
  "http://loinc.org": "LOINC",
  "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
  "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
  "http://hl7.org/fhir/sid/cvx": "CVX",
};
const known = new Map();

export function counted(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}

export async function conceptsCalled(words, limit, signal) {
  const address = `/api/v1/concepts?${new URLSearchParams({ q: words, limit })}`;
  if (!known.has(address)) {
    const answer = await fetch(address, { signal });
    known.set(address, answer.ok ? (await answer.json()).concepts : []);
  }
  return known.get(address);
}

// The rest of a concept's line: its code, and who has it.
function told(concept) {
  const said = [counted(concept.documents, "document"), counted(concept.patients, "patient")];
  if (concept.denied) said.push(`denied in ${concept.denied.toLocaleString("en")}`);
  if (concept.family) said.push(`family ${concept.family.toLocaleString("en")}`);
  return `${systems[concept.system] ?? ""} ${concept.code} · ${said.join(", ")}`;
}

// The list of a box; `place` puts it into the page, `choose` is called with the concept that is chosen.
export function listUnder(box, id, place, choose) {
  const list = document.createElement("ul");
  list.id = id;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Concepts of the data");
  place(list);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", id);
  box.setAttribute("aria-expanded", "false");
  let shown = [];
  let at = -1;

  function close() {
    shown = [];
    at = -1;
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
  function mark(to) {
    at = to;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }
  function option(concept, number) {
    const line = document.createElement("li");
    line.id = `${id}-${number}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    const label = Object.assign(document.createElement("span"), { className: "label", textContent: concept.label });
    const rest = Object.assign(document.createElement("span"), { className: "quiet", textContent: told(concept) });
    line.append(label, rest);
    return line;
  }
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const line = event.target.closest("[role=option]");
    if (line && !event.button) choose(shown[[...list.children].indexOf(line)]);
  });
  return {
    close,
    get first() {
      return shown[Math.max(at, 0)];
    },
    show(concepts) {
      if (!concepts.length) return close();
      shown = concepts;
      at = -1;
      list.replaceChildren(...concepts.map(option));
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      say(`${counted(concepts.length, "concept")}; arrow down to choose`);
    },
    // What a key does to the list while it is open; whether it did anything.
    key(event) {
      if (list.hidden) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        const rows = shown.length + 1;
        mark(((at + 1 + step + rows) % rows) - 1);
      } else if (event.key === "Enter" && at >= 0) choose(shown[at]);
      else if (event.key === "Escape") close();
      else {
        if (event.key === "Tab") close();
        return false;
      }
      event.preventDefault();
      return true;
    },
  };
}
