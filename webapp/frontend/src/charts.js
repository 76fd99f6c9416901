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

export async function drawChart(place, spec) {
  let view = null;
  async function draw() {
    view?.finalize();
    place.dataset.scheme = scheme();
    const runtime = vega.parse(compile(themed(spec), { logger: vega.logger(vega.Error) }).spec, null, { ast: true });
    view = new vega.View(runtime, { renderer: "canvas", expr: expressionInterpreter, logLevel: vega.Error });
    view.tooltip((_, event, item, value) => {
      place.title = value ? Object.entries(value).map(([name, shown]) => `${name}: ${shown}`).join("\n") : "";
    });
    view.initialize(place);
    await view.runAsync();
    place.dataset.drawn = "true";
  }
  await draw();
  document.addEventListener("themechange", draw);
}
