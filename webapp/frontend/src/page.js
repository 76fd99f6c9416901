// What every page gets from a script, and which further scripts it needs.
import { asOf } from "./asof.js";
import { copyButtons } from "./copy.js";
import { suggestions } from "./suggest.js";
import { themeSwitch } from "./theme.js";

const pages = {
  search: () => import("./search.js"),
  document: () => import("./document.js"),
  node: () => import("./node.js"),
  patient: () => import("./patient.js"),
  canvas: () => import("./canvas.js"),
  patients: () => import("./facets.js"),
  cohort: () => import("./cohort.js"),
  labels: () => import("./facets.js"),
  reports: () => import("./reports.js"),
};

themeSwitch();
asOf();
copyButtons();
suggestions();
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.querySelector('input[type="search"]');
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  }
});
const load = pages[document.body.dataset.page];
(load ? load().then((page) => page.start()) : Promise.resolve()).then(() => (document.documentElement.dataset.ready = "true"));
