// Concepts of the data under the search box, for the words typed last: choosing one searches the documents that have it.
import { conceptsCalled, listUnder } from "./concepts.js";

const most = 7;
const small = new Set(["a", "after", "an", "and", "at", "by", "for", "from", "has", "in", "is", "no", "of", "on", "or", "the", "to", "was", "with", "without"]);

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
  let before = "";
  let waiting = 0;
  let asking = null;
  const list = listUnder(box, name, (made) => form.append(made), (concept) => location.assign(addressOf(concept)));

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.close();
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
        const concepts = (await conceptsCalled(last, most, mine.signal)).filter((concept) => wayOf(concept));
        if (mine.signal.aborted) return;
        if (concepts.length) {
          before = words.slice(0, -count).join(" ");
          return list.show(concepts);
        }
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
    if (!list.key(event) && event.key === "ArrowDown" && box.value.trim()) ask();
  });
  form.addEventListener("submit", close);
  box.addEventListener("blur", () => setTimeout(close, 120));
}
