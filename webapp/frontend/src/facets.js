// A facet opens whole where it stands: all its values, and a box that finds those that begin so.
import { say } from "./said.js";

async function fetchRows(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}

function rowsOf(link, beginning) {
  const url = new URL(link.href);
  url.searchParams.set("fragment", "1");
  if (beginning) url.searchParams.set("prefix", beginning);
  return url;
}

function open(link) {
  const panel = document.createElement("div");
  panel.className = "whole-facet";
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = "Begins with";
  box.autocomplete = "off";
  box.setAttribute("aria-label", `Find in ${link.dataset.whole}`);
  const list = document.createElement("ul");
  panel.append(box, list);
  let asked = 0;
  const fill = async () => {
    const turn = ++asked;
    try {
      const rows = await fetchRows(rowsOf(link, box.value.trim()));
      if (turn !== asked) return;
      list.replaceChildren(rows);
      say(`${list.querySelectorAll("li:not(.more):not(.quiet)").length} values shown`);
    } catch {
      location.assign(link.href);
    }
  };
  let waiting = 0;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(fill, 150);
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close(link, panel);
    link.focus();
  });
  panel.addEventListener("click", async (event) => {
    const more = event.target.closest("a[data-more]");
    if (!more || modified(event)) return;
    event.preventDefault();
    const rows = await fetchRows(more.dataset.more);
    const first = rows.querySelector("a");
    more.closest("li").replaceWith(rows);
    first?.focus();
  });
  const facet = link.closest(".facet");
  facet.classList.add("is-whole");
  link.setAttribute("aria-expanded", "true");
  link.dataset.words = link.textContent;
  link.textContent = "Close";
  link.parentElement.after(panel);
  box.focus();
  return fill();
}

function close(link, panel) {
  panel.remove();
  link.closest(".facet").classList.remove("is-whole");
  link.setAttribute("aria-expanded", "false");
  link.textContent = link.dataset.words;
}

const modified = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.button;

// A list that is there already, but long, gets a box of its own. Of a tree, what leads to a row that fits stays.
function findIn(place, name, before) {
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = "Find";
  box.className = "find-in";
  box.setAttribute("aria-label", `Find in ${name}`);
  box.addEventListener("input", () => {
    const asked = box.value.trim().toLowerCase();
    for (const row of place.querySelectorAll("li")) row.hidden = !row.textContent.toLowerCase().includes(asked);
  });
  before.after(box);
}

export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-whole]");
    if (!link || modified(event)) return;
    event.preventDefault();
    const panel = link.closest(".facet").querySelector(".whole-facet");
    if (panel) close(link, panel);
    else open(link);
  });
  for (const link of document.querySelectorAll("a[data-whole]")) link.setAttribute("aria-expanded", "false");
  for (const details of document.querySelectorAll("details[data-find]")) findIn(details, details.dataset.find, details.querySelector("summary"));
  for (const tree of document.querySelectorAll("[data-find-tree]")) findIn(tree, tree.dataset.findTree, tree.querySelector("h2"));
}
