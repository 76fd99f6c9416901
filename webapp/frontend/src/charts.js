// Vega-Lite compiled here and drawn on a canvas with the interpreter: the content policy allows no code from strings, no style elements.
import * as vega from "vega";
import { compile } from "vega-lite";
import { expressionInterpreter } from "vega-interpreter";

export async function drawChart(place, spec) {
  const runtime = vega.parse(compile(spec, { logger: vega.logger(vega.Error) }).spec, null, { ast: true });
  const view = new vega.View(runtime, { renderer: "canvas", expr: expressionInterpreter, logLevel: vega.Error });
  view.tooltip((_, event, item, value) => {
    place.title = value ? Object.entries(value).map(([name, shown]) => `${name}: ${shown}`).join("\n") : "";
  });
  view.initialize(place);
  await view.runAsync();
  place.dataset.drawn = "true";
}
