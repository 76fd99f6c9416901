// The search page: hits and nodes light each other; the picture is loaded where it can be seen.
const lit = "lit";

function ranksOf(element) {
  return (element.dataset.hits || "").split(" ").filter(Boolean).map(Number);
}

export function start() {
  const section = document.getElementById("connections");
  if (!section) return;
  const hits = new Map([...document.querySelectorAll(".hit")].map((hit) => [Number(hit.dataset.hit), hit]));
  const rows = [...section.querySelectorAll("li[data-hits]")];
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
  for (const row of rows) watch(row, ranksOf(row), "row", row.dataset.id || row.querySelector("a")?.href);

  const buttons = [...section.querySelectorAll("[data-show]")];
  function show(what, remember) {
    section.classList.toggle("show-list", what === "list");
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === what));
    if (remember) {
      const url = new URL(location.href);
      if (what === "list") url.searchParams.set("show", "list");
      else url.searchParams.delete("show");
      history.replaceState(history.state, "", url);
    }
    if (what === "picture") draw();
  }
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.show, true));

  const canvas = document.getElementById("canvas");
  let begun = false;
  async function draw() {
    if (begun || !canvas || canvas.offsetParent === null) return;
    begun = true;
    const { drawPicture } = await import("./picture.js");
    picture = drawPicture(section, canvas, {
      light: (ranks) => light(ranks, "picture"),
      dark,
      select(node) {
        const url = new URL(location.href);
        if (node) url.searchParams.set("node", node);
        else url.searchParams.delete("node");
        history.replaceState(history.state, "", url);
      },
      selected: new URL(location.href).searchParams.get("node"),
      open(rank) {
        const hit = hits.get(rank);
        if (!hit) return;
        if (hit.offsetParent === null) location.assign(document.querySelector(".tabs a").href.split("#")[0] + `#hit-${rank}`);
        hit.scrollIntoView({ block: "center" });
        hit.querySelector("h2 a").focus({ preventScroll: true });
      },
    });
  }
  show(new URL(location.href).searchParams.get("show") === "list" ? "list" : "picture", false);
  addEventListener("resize", draw);
}
