// The patient page: the time axis, which the server draws, made wider and narrower; visits, notes and pins open in place.
import { elsewhere, inPlace } from "./inplace.js";
import { say } from "./said.js";

export function start() {
  const main = document.getElementById("main");
  let zoom = 1;
  const found = (what) => main.querySelector(what);

  function to(wanted, at) {
    const scroll = found(".lane-scroll");
    const lanes = document.getElementById("lanes");
    if (!scroll || !lanes) return;
    const there = at ?? scroll.clientWidth / 2;
    const kept = (scroll.scrollLeft + there) / zoom;
    zoom = Math.min(64, Math.max(1, wanted));
    lanes.style.width = `${zoom * 100}%`;
    scroll.scrollLeft = kept * zoom - there;
    for (const [name, end] of [["out", 1], ["in", 64]]) found(`[data-zoom="${name}"]`).disabled = zoom === end;
  }
  // The lanes stay as wide as they were made, and where they were looked at.
  let left = 0;
  const go = inPlace(main, (anchor) => {
    const kept = zoom;
    zoom = 1;
    to(kept);
    const scroll = found(".lane-scroll");
    if (scroll) scroll.scrollLeft = left;
    const place = anchor && document.getElementById(anchor);
    if (!place) return;
    const box = place.getBoundingClientRect();
    if (box.top > innerHeight * 0.8 || box.bottom < 80) place.scrollIntoView({ block: "start" });
    place.focus({ preventScroll: true });
    say(place.querySelector("h2")?.textContent.trim() ?? "");
  });
  main.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) return to(button.dataset.zoom === "in" ? zoom * 2 : zoom / 2);
    const link = event.target.closest("a[href]");
    // Links of the picture are SVG's, whose address is an object.
    const address = link && new URL(link.getAttribute("href"), location.href);
    if (!address || elsewhere(event) || address.pathname !== location.pathname || address.search === location.search) return;
    if (address.searchParams.get("id") !== new URL(location.href).searchParams.get("id")) return;
    event.preventDefault();
    left = found(".lane-scroll")?.scrollLeft ?? 0;
    go(address.href, address.hash.slice(1));
  });
  main.addEventListener(
    "wheel",
    (event) => {
      const scroll = event.ctrlKey && event.target.closest(".lane-scroll");
      if (!scroll) return;
      event.preventDefault();
      to(zoom * (event.deltaY < 0 ? 1.25 : 0.8), event.clientX - scroll.getBoundingClientRect().left);
    },
    { passive: false },
  );
  main.addEventListener("keydown", (event) => {
    if (!event.target.matches(".lane-scroll")) return;
    if (event.key === "+") to(zoom * 2);
    else if (event.key === "-") to(zoom / 2);
  });
}
