// Vega-Lite compiled here and drawn on a canvas with the interpreter: the content policy allows no code from strings, no style elements.
// The report's own colours are for white paper; on the page its ink, lines and ground are those of the theme.
import * as vega from "vega";
import { compile } from "vega-lite";
import { expressionInterpreter } from "vega-interpreter";
import { colour, scheme } from "./theme.js";

const paperInk = '"#1d2327"';

function themed(spec) {
  const ink = colour("--ink");
  const quiet = colour("--quiet");
  const line = colour("--line");
  const own = JSON.parse(JSON.stringify(spec).replaceAll(paperInk, JSON.stringify(ink)));
  const config = own.config ?? {};
  const words = { labelColor: ink, titleColor: quiet };
  return {
    ...own,
    background: null,
    config: {
      ...config,
      background: null,
      axis: { ...config.axis, ...words, gridColor: line, domainColor: quiet, tickColor: quiet },
      legend: { ...config.legend, ...words },
      header: { ...config.header, ...words },
      title: { ...config.title, color: ink, subtitleColor: quiet },
      text: { ...config.text, color: ink },
      rule: { ...config.rule, color: ink },
    },
  };
}

// How much of a narrow screen the names of rows may take, and how many pixels a letter of a title does.
const namesShare = 0.36;
const titleLetter = 7.5;

// The parts of a chart that have a size or marks of their own: itself, layers, and what is repeated below each other.
function parts(spec) {
  return [spec, ...(spec.layer ?? []).flatMap(parts), ...(spec.spec ? parts(spec.spec) : [])];
}

function lines(text, letters) {
  const found = [];
  for (const word of String(text).split(" ")) {
    if (found.length && `${found.at(-1)} ${word}`.length <= letters) found[found.length - 1] += ` ${word}`;
    else found.push(word);
  }
  return found;
}

// The chart for so many pixels: `excess` of its plot are cut away, names and titles have their share. Nothing scrolls sideways.
function narrowed(spec, room, excess) {
  const narrow = structuredClone(spec);
  for (const part of parts(narrow)) {
    if (typeof part.width !== "number") continue;
    const width = Math.max(part.width - excess, 60);
    if (typeof part.mark?.size === "number") part.mark.size = Math.max(2, (part.mark.size * width) / part.width);
    part.width = width;
  }
  const title = typeof narrow.title === "string" ? { text: narrow.title } : narrow.title;
  const wrapped = (words) => words && [words].flat().flatMap((line) => lines(line, room / titleLetter));
  const config = narrow.config ?? {};
  const limits = { labelLimit: Math.round(room * namesShare), titleLimit: room };
  return {
    ...narrow,
    ...(title && { title: { ...title, text: wrapped(title.text), ...(title.subtitle && { subtitle: wrapped(title.subtitle) }) } }),
    config: {
      ...config,
      axis: { ...config.axis, ...limits },
      header: { ...config.header, labelLimit: room },
      legend: { ...config.legend, columns: 1, labelLimit: room - 40, titleLimit: room },
    },
  };
}

// A legend's own number of columns counts more than that of the theme.
function inOneColumn(spec) {
  for (const { encoding } of parts(spec)) {
    if (encoding?.color?.legend) encoding.color.legend = { ...encoding.color.legend, columns: 1 };
  }
  return spec;
}

export async function drawChart(place, spec) {
  let view = null;
  async function draw() {
    await drawn(spec);
    const room = place.clientWidth;
    if (place.scrollWidth <= room) return;
    await drawn(inOneColumn(narrowed(spec, room, 0)));
    const excess = place.scrollWidth - room;
    if (excess > 0) await drawn(inOneColumn(narrowed(spec, room, excess)));
  }
  async function drawn(chart) {
    view?.finalize();
    place.dataset.scheme = scheme();
    const runtime = vega.parse(compile(themed(chart), { logger: vega.logger(vega.Error) }).spec, null, { ast: true });
    view = new vega.View(runtime, { renderer: "canvas", expr: expressionInterpreter, logLevel: vega.Error });
    view.tooltip((_, event, item, value) => {
      place.title = value ? Object.entries(value).map(([name, shown]) => `${name}: ${shown}`).join("\n") : "";
    });
    view.initialize(place);
    await view.runAsync();
  }
  async function shown() {
    await draw();
    place.dataset.drawn = "true";
  }
  await shown();
  document.addEventListener("themechange", shown);
}
