// How nodes and lines look in every picture: a shape and a colour for each kind, a stroke for each way in which something is said.
import { colour } from "./theme.js";

export const shapes = {
  hit: "round-rectangle",
  patient: "ellipse",
  encounter: "hexagon",
  condition: "diamond",
  medication: "round-rectangle",
  procedure: "triangle",
  observation: "rectangle",
  allergy: "octagon",
  immunization: "pentagon",
  document: "rectangle",
  concept: "star",
  mention: "star",
  family: "polygon",
  provider: "vee",
  other: "ellipse",
};
export const sizes = {
  hit: [26, 22],
  patient: [24, 24],
  medication: [18, 10],
  document: [11, 14],
  encounter: [15, 14],
  concept: [15, 15],
  condition: [15, 15],
};
export function styleSheet() {
  const ink = colour("--ink");
  const quiet = colour("--quiet");
  const strong = colour("--line-strong");
  const surface = colour("--surface");
  const accent = colour("--accent");
  const groups = Object.keys(shapes).map((group) => ({
    selector: `node[group = "${group}"]`,
    style: { shape: shapes[group], "background-color": colour(`--k-${group}`) },
  }));
  return [
    {
      selector: "node",
      style: {
        width: "data(width)",
        height: "data(height)",
        label: "data(short)",
        color: ink,
        "font-family": getComputedStyle(document.body).fontFamily,
        "font-size": 12,
        "text-valign": "center",
        "text-halign": "right",
        "text-margin-x": 5,
        "text-background-color": surface,
        "text-background-opacity": 0.78,
        "text-background-padding": 1,
        "min-zoomed-font-size": 4,
        "border-width": 1,
        "border-color": surface,
        "overlay-opacity": 0,
      },
    },
    ...groups,
    { selector: 'node[group = "family"]', style: { "shape-polygon-points": "0 -1 1 0 0.75 0 0.75 1 -0.75 1 -0.75 0 -1 0" } },
    { selector: "node[struck = 1]", style: { "background-opacity": 0, "border-width": 1.5, "border-style": "dashed", "border-color": colour("--bad"), color: quiet } },
    { selector: 'node[side = "left"]', style: { "text-halign": "left", "text-margin-x": -5 } },
    {
      selector: 'node[side = "below"]',
      style: {
        "font-weight": 700,
        "text-valign": "bottom",
        "text-halign": "center",
        "text-margin-x": 0,
        "text-margin-y": 2,
        "text-wrap": "wrap",
        "text-max-width": 88,
        "z-index": 8,
      },
    },
    {
      selector: 'node[group = "hit"]',
      style: {
        color: surface,
        "font-size": 13,
        "font-weight": 700,
        "text-valign": "center",
        "text-halign": "center",
        "text-margin-x": 0,
        "text-background-opacity": 0,
        "min-zoomed-font-size": 0,
        "z-index": 10,
      },
    },
    {
      selector: "edge",
      style: {
        width: 1.2,
        "line-color": strong,
        opacity: 0.75,
        "curve-style": "straight",
        "overlay-opacity": 0,
      },
    },
    { selector: "edge[faint = 1]", style: { opacity: 0.34, width: 1 } },
    { selector: 'edge[style = "mentioned"]', style: { "line-style": "dashed", "line-dash-pattern": [5, 3] } },
    { selector: 'edge[style = "denied"]', style: { "line-style": "dotted", "mid-target-arrow-shape": "tee", "mid-target-arrow-color": colour("--bad"), "arrow-scale": 0.7 } },
    { selector: ".dim", style: { opacity: 0.13 } },
    { selector: "edge.on", style: { opacity: 1, width: 2, "line-color": accent, "z-index": 9 } },
    { selector: "edge.named", style: { label: "data(label)", color: quiet, "font-size": 11, "text-rotation": "autorotate", "text-background-color": surface, "text-background-opacity": 0.9, "text-background-padding": 1 } },
    { selector: "node.on", style: { "z-index": 12, "min-zoomed-font-size": 0 } },
    { selector: "node.chosen", style: { "border-width": 3, "border-color": accent, "min-zoomed-font-size": 0 } },
  ];
}

// Cytoscape would add a style element for this id, which the content policy refuses; our style sheet says the same.
export function noStyleElement() {
  if (document.getElementById("__________cytoscape_stylesheet")) return;
  const mark = document.createElement("meta");
  mark.id = "__________cytoscape_stylesheet";
  document.head.append(mark);
}
