// The document page: n and p walk through the matches; a mention leads to its row in the list.
import { say } from "./said.js";

export function start() {
  const note = document.getElementById("text");
  const keys = document.getElementById("keys");
  const words = keys.querySelector("#keys-said");
  const terms = [...note.querySelectorAll("mark.span[id], mark.term")];
  const marks = terms.length ? terms : [...note.querySelectorAll("mark.m")];
  const name = terms.length ? "match" : "mention";
  let at = -1;

  if (marks.length) {
    words.textContent = marks.length === 1 ? `1 ${name}` : `${marks.length} ${name}${name === "match" ? "es" : "s"}`;
    keys.hidden = false;
  }
  function go(step) {
    if (!marks.length) return;
    marks[at]?.classList.remove("here");
    at = at < 0 ? (step > 0 ? firstBelow() : marks.length - 1) : (at + step + marks.length) % marks.length;
    const mark = marks[at];
    mark.classList.add("here");
    mark.scrollIntoView({ block: "center", behavior: "instant" });
    words.textContent = `${name} ${at + 1} of ${marks.length}`;
    say(`${name} ${at + 1} of ${marks.length}: ${mark.textContent}`);
  }
  function firstBelow() {
    const below = marks.findIndex((mark) => mark.getBoundingClientRect().top > 60);
    return below < 0 ? 0 : below;
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") go(1);
    else if (event.key === "p") go(-1);
  });
  note.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-g]");
    const row = mark && document.getElementById(`g${mark.dataset.g}`);
    if (!row) return;
    for (const other of document.querySelectorAll(".mentions .lit")) other.classList.remove("lit");
    row.classList.add("lit");
    row.scrollIntoView({ block: "nearest" });
  });
  const span = document.getElementById("span");
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
