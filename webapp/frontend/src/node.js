// The node page: groups of neighbours open and turn in place, and the address keeps up.
import { say } from "./said.js";

async function fetchRows(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}

function remember(key, open) {
  const url = new URL(location.href);
  const others = url.searchParams.getAll("expand").filter((value) => value !== key);
  url.searchParams.delete("expand");
  url.searchParams.delete("cursor");
  for (const value of open ? [...others, key] : others) url.searchParams.append("expand", value);
  history.replaceState(history.state, "", url);
}

export function start() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-fragment]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    try {
      if (link.classList.contains("toggle")) {
        const rows = link.parentElement.querySelector(".rows");
        const open = link.getAttribute("aria-expanded") !== "true";
        if (open) rows.replaceChildren(await fetchRows(link.dataset.fragment));
        else rows.replaceChildren();
        link.setAttribute("aria-expanded", String(open));
        remember(link.dataset.key, open);
        if (open) say(`${rows.children.length} neighbours shown`);
      } else {
        const item = link.closest("li");
        const rows = item.parentElement;
        const more = await fetchRows(link.dataset.fragment);
        const first = more.querySelector("a");
        item.replaceWith(more);
        first?.focus();
        say(`${rows.children.length} neighbours shown`);
      }
    } catch {
      location.assign(link.href);
    }
  });
}
