// The document page: n and p, or their buttons, walk through the matches; a mention leads to its row in the list.
import { say } from "./said.js";

export function start() {
  const note = document.getElementById("text");
  const keys = document.getElementById("keys");
  const words = keys.querySelector("#keys-said");
  // What a link leads to and no word of the question lies in is a stop too.
  const terms = [...phrases(note.querySelectorAll("mark.term"))];
  const span = document.getElementById("span");
  const within = (stop) => span && stop.some((mark) => mark.classList.contains("span"));
  if (span && !terms.some(within)) terms.push([span]);
  terms.sort(([a], [b]) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  const marks = terms.length ? terms : [...note.querySelectorAll("mark.m")].map((mark) => [mark]);
  const name = terms.length ? "match" : "mention";
  let at = -1;

  if (marks.length) {
    words.textContent = marks.length === 1 ? `1 ${name}` : `${marks.length} ${name}${name === "match" ? "es" : "s"}`;
    keys.hidden = false;
  }
  function go(step) {
    if (!marks.length) return;
    for (const mark of marks[at] ?? []) mark.classList.remove("here");
    at = at < 0 ? (step > 0 ? firstBelow() : marks.length - 1) : (at + step + marks.length) % marks.length;
    for (const mark of marks[at]) mark.classList.add("here");
    marks[at][0].scrollIntoView({ block: "center", behavior: "instant" });
    words.textContent = `${name} ${at + 1} of ${marks.length}`;
    say(`${name} ${at + 1} of ${marks.length}: ${marks[at].map((mark) => mark.textContent).join("")}`);
  }
  function firstBelow() {
    const below = marks.findIndex(([mark]) => mark.getBoundingClientRect().top > 60);
    return below < 0 ? 0 : below;
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") go(1);
    else if (event.key === "p") go(-1);
  });
  for (const button of keys.querySelectorAll("[data-step]")) button.addEventListener("click", () => go(Number(button.dataset.step)));
  note.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-g]");
    const row = mark && document.getElementById(`g${mark.dataset.g}`);
    if (!row) return;
    for (const other of document.querySelectorAll(".mentions .lit")) other.classList.remove("lit");
    row.classList.add("lit");
    row.scrollIntoView({ block: "nearest" });
  });
  // Where the page's head and the span fit one screen, the head stays in sight: it says whose note this is.
  function reveal() {
    if (!span || (location.hash && location.hash !== "#span")) return;
    const bottom = span.getBoundingClientRect().bottom + scrollY;
    if (bottom < innerHeight * 0.85) scrollTo({ top: 0, behavior: "instant" });
    else span.scrollIntoView({ block: "center", behavior: "instant" });
  }
  reveal();
  // The browser itself goes to the fragment when the page is whole.
  if (document.readyState !== "complete") addEventListener("load", () => requestAnimationFrame(reveal));
}

// Marks that follow each other without a letter between are pieces of one phrase: mentions cut it.
function* phrases(marks) {
  let phrase = [];
  for (const mark of marks) {
    if (phrase.length && phrase.at(-1).nextSibling !== mark) {
      yield phrase;
      phrase = [];
    }
    phrase.push(mark);
  }
  if (phrase.length) yield phrase;
}
