// The search page: hits and nodes light each other; the picture, whose script is heavy, is loaded where it can be seen and somebody is there.
import { start as wholeFacets } from "./facets.js";

const lit = "lit";

function ranksOf(element) {
  return (element.dataset.hits || "").split(" ").filter(Boolean).map(Number);
}

export function start() {
  wholeFacets();
  // What a script keeps in the address goes along to where the hits lead, and back.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href*="hits="]');
    if (!link) return;
    const url = new URL(link.href);
    url.searchParams.set("hits", location.search.slice(1));
    link.href = url.href;
  }, true);
  const section = document.getElementById("connections");
  if (!section) return;
  const hits = new Map([...document.querySelectorAll(".hit")].map((hit) => [Number(hit.dataset.hit), hit]));
  const rows = [...section.querySelectorAll("li[data-hits], tr[data-hits]")];
  let picture = null;

  function light(ranks, from) {
    for (const [rank, hit] of hits) hit.classList.toggle(lit, from !== "hit" && ranks.includes(rank));
    for (const row of rows) row.classList.toggle(lit, from === "hit" && ranksOf(row).some((rank) => ranks.includes(rank)));
    if (picture && from !== "picture") picture.light(ranks, from);
  }
  const dark = () => {
    for (const element of [...hits.values(), ...rows]) element.classList.remove(lit);
    picture?.dark();
  };
  function watch(element, ranks, from, id) {
    const on = () => {
      light(ranks, from);
      if (id) picture?.lightNode(id);
    };
    element.addEventListener("pointerenter", on);
    element.addEventListener("pointerleave", dark);
    element.addEventListener("focusin", on);
    element.addEventListener("focusout", dark);
  }
  for (const [rank, hit] of hits) watch(hit, [rank], "hit");
  for (const row of rows) watch(row, ranksOf(row), "row", row.querySelector("a")?.href);

  function remember(name, value) {
    const url = new URL(location.href);
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    history.replaceState(history.state, "", url);
  }
  const buttons = [...section.querySelectorAll("[data-show]")];
  const first = buttons.some((button) => button.dataset.show === "matrix") ? "matrix" : "picture";
  function show(what, keep) {
    section.classList.toggle("show-list", what === "list");
    section.classList.toggle("show-matrix", what === "matrix");
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === what));
    if (keep) remember("show", what === first ? "" : what);
    if (what !== "picture" && large) enlarge(false);
    if (what === "picture" && keep) draw();
  }
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.show, true));

  const canvas = document.getElementById("canvas");
  const enlarger = section.querySelector("[data-large]");
  let large = Boolean(new URL(location.href).searchParams.get("large"));
  function enlarge(on) {
    large = on;
    section.classList.toggle("large", on);
    document.documentElement.classList.toggle("covered", on);
    enlarger.setAttribute("aria-pressed", String(on));
    enlarger.textContent = on ? "Close" : "Enlarge";
    remember("large", on ? "1" : "");
    if (picture) picture.enlarge(on);
    else if (on) draw();
    if (on) enlarger.focus();
  }
  enlarger?.addEventListener("click", () => enlarge(!large));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && large) enlarge(false);
  });
  let begun = false;
  async function draw() {
    if (begun || !canvas || canvas.offsetParent === null) return;
    begun = true;
    section.querySelector("[data-draw]")?.remove();
    canvas.classList.add("waiting");
    const { drawPicture } = await import("./picture.js");
    canvas.classList.remove("waiting");
    picture = drawPicture(section, canvas, {
      light: (ranks) => light(ranks, "picture"),
      dark,
      select: (node) => remember("node", node),
      large,
      selected: new URL(location.href).searchParams.get("node"),
      open(rank) {
        const hit = hits.get(rank);
        if (!hit) return;
        if (large) enlarge(false);
        if (hit.offsetParent === null) location.assign(document.querySelector(".tabs a").href.split("#")[0] + `#hit-${rank}`);
        hit.scrollIntoView({ block: "center" });
        hit.querySelector(".title a").focus({ preventScroll: true });
      },
    });
  }
  const address = new URL(location.href).searchParams;
  const asked = large || address.has("node") ? "picture" : address.get("show");
  show(buttons.some((button) => button.dataset.show === asked) ? asked : first, false);
  if (large && canvas) enlarge(true);
  section.querySelector("[data-draw]")?.addEventListener("click", draw);
  // Opened by its address, it is drawn at once; else when the pointer, a key or a finger says that somebody is there, and it is in sight.
  if (large || address.has("node") || address.get("view") === "connections") draw();
  whenUsed(() => {
    if (!canvas) return;
    const sight = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) draw();
      if (begun) sight.disconnect();
    });
    sight.observe(canvas);
  });
}

const signs = ["pointermove", "pointerdown", "keydown", "wheel"];

function whenUsed(act) {
  const once = new AbortController();
  const begin = () => {
    once.abort();
    if (window.requestIdleCallback) requestIdleCallback(act, { timeout: 500 });
    else setTimeout(act, 50);
  };
  for (const sign of signs) addEventListener(sign, begin, { passive: true, signal: once.signal });
}
