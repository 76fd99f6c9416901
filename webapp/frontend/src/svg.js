// A picture as SVG: lines first, then nodes with their words. What it says is text, never markup.
const space = "http://www.w3.org/2000/svg";

function element(name, given, words) {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, String(value));
  if (words !== undefined) made.textContent = words;
  return made;
}

const dashes = { mentioned: "5 3", denied: "1 3" };

export function svgOf(picture, colour) {
  const box = picture.elements().boundingBox();
  const svg = element("svg", { xmlns: space, viewBox: `${box.x1 - 20} ${box.y1 - 20} ${box.w + 40} ${box.h + 40}`, width: Math.round(box.w + 40), height: Math.round(box.h + 40) });
  svg.append(element("rect", { x: box.x1 - 20, y: box.y1 - 20, width: box.w + 40, height: box.h + 40, fill: colour("--surface") }));
  picture.edges().forEach((edge) => {
    const [from, to] = [edge.source().position(), edge.target().position()];
    const line = element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, stroke: colour("--line-strong"), "stroke-width": 1.2, "stroke-dasharray": dashes[edge.data("style")] ?? "none" });
    line.append(element("title", {}, `${edge.data("label")} (${edge.data("style")})`));
    svg.append(line);
  });
  picture.nodes().forEach((node) => {
    const { x, y } = node.position();
    const size = Math.max(node.width(), node.height()) / 2;
    const fill = node.data("struck") ? colour("--surface") : colour(`--k-${node.data("group")}`);
    svg.append(element("circle", { cx: x, cy: y, r: size, fill, stroke: node.data("struck") ? colour("--bad") : fill }));
    svg.append(element("text", { x, y: y + size + 12, "text-anchor": "middle", "font-size": 12, "font-family": "sans-serif", fill: colour("--ink") }, node.data("short")));
  });
  return new XMLSerializer().serializeToString(svg);
}
