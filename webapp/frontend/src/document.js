// The document page: n and p, or their buttons, walk through the matches; a mention says what it is, and leads to its row in the list.
import { cards } from "./card.js";
import { say } from "./said.js";

let walk = () => {};

export function start() {
  prepare();
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") walk(1);
    else if (event.key === "p") walk(-1);
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("#choices a");
    if (!choice || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    choose(choice).catch(() => location.assign(choice.href));
  });
  reveal();
  // The browser itself goes to the fragment when the page is whole.
  if (document.readyState !== "complete") addEventListener("load", () => requestAnimationFrame(reveal));
}

// Other mentions are shown where the reader is: text and list change, the rest of the page stays.
async function choose(choice) {
  const answer = await fetch(choice.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of [".reading", "#mentions"]) document.querySelector(place).replaceWith(page.querySelector(place));
  history.replaceState(history.state, "", choice.href.split("#")[0]);
  prepare();
  document.querySelector(`#choices a[data-choice="${choice.dataset.choice}"]`)?.focus();
  say(`${document.getElementById("text").dataset.total} mentions shown`);
}

function prepare() {
  const note = document.getElementById("text");
  const keys = document.getElementById("keys");
  const words = keys.querySelector("#keys-said");
  // What a link leads to and no word of the question lies in is a stop too.
  const terms = [...phrases(note.querySelectorAll("mark.term"))];
  const span = document.getElementById("span");
  const within = (stop) => span && stop.some((mark) => mark.classList.contains("span"));
  if (span && !terms.some(within)) terms.push([span]);
  terms.sort(([a], [b]) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  const mentions = [...note.querySelectorAll("mark.m.first")];
  const marks = terms.length ? terms : mentions.map((mark) => [mark]);
  const name = terms.length ? "match" : "mark";
  let at = -1;

  if (marks.length) {
    words.textContent = marks.length === 1 ? `1 ${name}` : `${marks.length} ${name}${name === "match" ? "es" : "s"}`;
    keys.hidden = false;
  }
  walk = (step) => {
    if (!marks.length) return;
    for (const mark of marks[at] ?? []) mark.classList.remove("here");
    at = at < 0 ? (step > 0 ? firstBelow() : marks.length - 1) : (at + step + marks.length) % marks.length;
    for (const mark of marks[at]) mark.classList.add("here");
    marks[at][0].scrollIntoView({ block: "center", behavior: "instant" });
    if (name === "mark") stand(marks[at][0]);
    words.textContent = `${name} ${at + 1} of ${marks.length}`;
    say(`${name} ${at + 1} of ${marks.length}: ${marks[at].map((mark) => mark.textContent).join("")}`);
  };
  function firstBelow() {
    const below = marks.findIndex(([mark]) => mark.getBoundingClientRect().top > 60);
    return below < 0 ? 0 : below;
  }
  // One mention is a stop of the Tab key; arrows go on from there.
  function stand(mark) {
    note.querySelector("mark[tabindex='0']")?.setAttribute("tabindex", "-1");
    mark.setAttribute("tabindex", "0");
    mark.focus({ preventScroll: true });
  }
  for (const mark of mentions) mark.setAttribute("tabindex", mark === mentions[0] ? "0" : "-1");
  note.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = mentions.indexOf(event.target);
    if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") lead(event.target);
    if (!step || !mentions[here + step]) return;
    event.preventDefault();
    stand(mentions[here + step]);
    mentions[here + step].scrollIntoView({ block: "nearest", behavior: "instant" });
  });
  for (const button of keys.querySelectorAll("[data-step]")) button.addEventListener("click", () => walk(Number(button.dataset.step)));
  note.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-g]");
    if (mark) lead(mark);
  });
  cards(document.querySelector(".reading"));
}

function lead(mark) {
  const rows = mark.dataset.g.split(" ").map((number) => document.getElementById(`g${number}`)).filter(Boolean);
  for (const other of document.querySelectorAll(".mentions .lit")) other.classList.remove("lit");
  for (const row of rows) row.classList.add("lit");
  rows[0]?.scrollIntoView({ block: "nearest" });
}

// Where the page's head and the span fit one screen, the head stays in sight: it says whose note this is.
function reveal() {
  const span = document.getElementById("span");
  if (!span || (location.hash && location.hash !== "#span")) return;
  const bottom = span.getBoundingClientRect().bottom + scrollY;
  if (bottom < innerHeight * 0.85) scrollTo({ top: 0, behavior: "instant" });
  else span.scrollIntoView({ block: "center", behavior: "instant" });
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
