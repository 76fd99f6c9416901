// A patient's life as lanes: Vega-Lite compiled here, drawn by Vega on a canvas with the interpreter, because the content policy allows no
// code from strings and no style elements.
import * as vega from "vega";
import { compile } from "vega-lite";
import { expressionInterpreter } from "vega-interpreter";
import { colour } from "./theme.js";

const lanes = [
  ["encounter", "Encounters"],
  ["condition", "Conditions"],
  ["allergy", "Allergies"],
  ["medication", "Medications"],
  ["procedure", "Procedures"],
  ["immunization", "Immunizations"],
  ["observation", "Results"],
  ["document", "Notes"],
  ["other", "Other"],
];
const named = new Set(["condition", "medication", "allergy"]);
const mostRows = 12;
const isoFormat = { year: "%Y", quarter: "%Y-%m", month: "%Y-%m", week: "%Y-%m-%d", date: "%Y-%m-%d", hours: "%m-%d %H:%M", minutes: "%H:%M", seconds: "%H:%M:%S", milliseconds: "%S.%L" };

// "2019", "2019-05" and "2019-05-17T08:00:00+02:00" as milliseconds; `last` takes the end of what the precision leaves open.
function time(text, last) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?/.exec(text) ?? [];
  if (!year) return null;
  if (text.length > 10) {
    const exact = Date.parse(text);
    if (!Number.isNaN(exact)) return exact;
  }
  if (!last) return Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  return day ? Date.UTC(year, month - 1, Number(day) + 1) - 1 : month ? Date.UTC(year, month, 1) - 1 : Date.UTC(Number(year) + 1, 0, 1) - 1;
}

function rowsOf(events) {
  const marks = [];
  const rows = [];
  const notes = [];
  const latest = Math.max(...events.map((event) => time(event.e || event.s, true) ?? 0));
  for (const [group, title] of lanes) {
    const mine = events.filter((event) => (lanes.some(([known]) => known === event.g) ? event.g : "other") === group);
    if (!mine.length) continue;
    let rowOf = () => title;
    if (named.has(group)) {
      const counts = new Map();
      for (const event of mine) counts.set(event.l, (counts.get(event.l) ?? 0) + 1);
      const first = new Map();
      for (const event of mine) if (!first.has(event.l) || event.s < first.get(event.l)) first.set(event.l, event.s);
      const kept = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, mostRows).map(([label]) => label);
      kept.sort((a, b) => first.get(a).localeCompare(first.get(b)) || a.localeCompare(b));
      const rest = counts.size - kept.length;
      if (rest) notes.push(`${rest} ${rest === 1 ? "kind" : "kinds"} of ${title.toLowerCase()} share the row “other ${title.toLowerCase()}”`);
      const keptSet = new Set(kept);
      rowOf = (event) => (keptSet.has(event.l) ? event.l : `other ${title.toLowerCase()}`);
      rows.push(...kept.map((label) => ({ id: `${group} ${label}`, label })));
      if (rest) rows.push({ id: `${group} other ${title.toLowerCase()}`, label: `other ${title.toLowerCase()}` });
    } else rows.push({ id: `${group} ${title}`, label: title });
    for (const event of mine) {
      const start = time(event.s, false);
      if (start === null) continue;
      const stated = event.e ? time(event.e, true) : null;
      const open = !event.e && group === "condition";
      const end = stated ?? (open ? latest : null);
      const row = rowOf(event);
      marks.push({
        row: `${group} ${row}`,
        group,
        label: event.l,
        start,
        end: end !== null && end - start > 2 * 86400000 ? end : null,
        open,
        counted: event.c,
        words: [
          `${event.s.slice(0, 10)}${event.e ? ` – ${event.e.slice(0, 10)}` : open ? " – no end stated" : ""}`,
          event.l,
          event.v,
          event.c ? "" : `not counted: ${event.w}`,
        ].filter(Boolean),
        url: event.u,
      });
    }
  }
  return { marks, rows, notes };
}

function specification(marks, rows, width) {
  const names = Object.fromEntries(rows.map((row) => [row.id, row.label]));
  const groups = lanes.map(([group]) => group);
  const colours = groups.map((group) => colour(`--k-${group}`));
  const ink = colour("--ink");
  const quiet = colour("--quiet");
  const line = colour("--line");
  const font = getComputedStyle(document.body).fontFamily;
  const narrow = width < 560;
  const y = {
    field: "row",
    type: "nominal",
    sort: rows.map((row) => row.id),
    axis: {
      title: null,
      domain: false,
      ticks: false,
      grid: true,
      labelExpr: `${JSON.stringify(names)}[datum.value]`,
      labelLimit: narrow ? 110 : 220,
      labelPadding: 8,
    },
    scale: { paddingInner: 0.25, paddingOuter: 0.2 },
  };
  const colourBy = { field: "group", type: "nominal", scale: { domain: groups, range: colours }, legend: null };
  const filled = { condition: { test: "datum.counted", value: 1 }, value: 0 };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: null,
    width: "container",
    height: { step: 21 },
    autosize: { type: "fit-x", contains: "padding" },
    padding: 4,
    data: { values: marks },
    layer: [
      {
        transform: [{ filter: "datum.end !== null" }],
        params: [{ name: "zoom", select: { type: "interval", encodings: ["x"] }, bind: "scales" }],
        mark: { type: "bar", height: 9, cornerRadius: 3, cursor: "pointer", strokeWidth: 1.5 },
        encoding: {
          x: { field: "start", type: "temporal" },
          x2: { field: "end" },
          y,
          color: colourBy,
          stroke: colourBy,
          fillOpacity: { condition: { test: "datum.counted", value: 0.75 }, value: 0 },
          strokeDash: { condition: { test: "datum.counted", value: [1, 0] }, value: [3, 2] },
        },
      },
      {
        transform: [{ filter: "datum.end === null" }],
        mark: { type: "point", size: 46, filled: false, cursor: "pointer", strokeWidth: 1.5 },
        encoding: {
          x: {
            field: "start",
            type: "temporal",
            scale: { type: "utc", nice: false, padding: 7 },
            axis: { title: null, orient: "top", tickCount: narrow ? 3 : 8, labelOverlap: true, format: isoFormat },
          },
          y,
          fill: colourBy,
          stroke: colourBy,
          fillOpacity: filled,
          shape: {
            field: "group",
            type: "nominal",
            scale: { domain: groups, range: ["circle", "diamond", "diamond", "square", "triangle-up", "circle", "square", "square", "circle"] },
            legend: null,
          },
        },
      },
    ],
    config: {
      font,
      view: { stroke: null },
      axis: { labelColor: ink, labelFontSize: 12, gridColor: line, domainColor: quiet, tickColor: quiet, titleColor: quiet },
    },
  };
}

export async function drawTimeline(place, { events, undated }) {
  const { marks, rows, notes } = rowsOf(events);
  const said = document.getElementById("timeline-said");
  if (!marks.length) {
    place.textContent = "Nothing here has a date.";
    return;
  }
  if (undated) notes.push(`${undated} without a date ${undated === 1 ? "is" : "are"} in the table only`);
  if (notes.length) said.append(` Not drawn apart: ${notes.join("; ")}.`);
  const holder = document.createElement("div");
  place.replaceChildren(holder);
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  place.append(tip);

  function point(handler, event, item) {
    const mark = item?.datum;
    if (!mark?.words) {
      tip.hidden = true;
      return;
    }
    tip.replaceChildren(
      ...mark.words.map((words) => {
        const line = document.createElement("div");
        line.textContent = words;
        return line;
      }),
    );
    tip.hidden = false;
    const box = place.getBoundingClientRect();
    const x = Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 8);
    const below = event.clientY - box.top + 16;
    tip.style.left = `${Math.max(4, x)}px`;
    tip.style.top = `${below + tip.offsetHeight > box.height ? Math.max(4, below - tip.offsetHeight - 26) : below}px`;
  }

  let view = null;
  async function draw() {
    view?.finalize();
    const runtime = vega.parse(compile(specification(marks, rows, place.clientWidth), { logger: vega.logger(vega.Error) }).spec, null, { ast: true });
    view = new vega.View(runtime, { renderer: "canvas", expr: expressionInterpreter, logLevel: vega.Error });
    view.tooltip(() => {});
    view.initialize(holder);
    view.width(Math.max(120, place.clientWidth - 26));
    view.addEventListener("mousemove", (event, item) => point(null, event, item));
    view.addEventListener("mouseout", () => (tip.hidden = true));
    view.addEventListener("click", (event, item) => {
      if (item?.datum?.url) location.assign(item.datum.url);
    });
    await view.runAsync();
    place.dataset.drawn = String(marks.length);
  }
  await draw();
  document.addEventListener("themechange", draw);
  let width = place.clientWidth;
  let waiting = 0;
  new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    clearTimeout(waiting);
    waiting = setTimeout(draw, 120);
  }).observe(place);
}
