// How the hits connect, drawn. Nodes are read from the list of the page, so that picture and list cannot differ; lines from its JSON.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import { colour } from "./theme.js";

const shapes = {
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
  provider: "vee",
  other: "ellipse",
};
const sizes = {
  hit: [24, 24],
  patient: [24, 24],
  medication: [24, 13],
  document: [12, 16],
  encounter: [18, 16],
  concept: [20, 20],
  condition: [20, 20],
  provider: [15, 15],
};
const styles = ["charted", "mentioned", "denied"];

cytoscape.use(fcose);

function nodesOf(section) {
  return [...section.querySelectorAll(".as-list [data-n]")].map((row) => {
    const link = row.querySelector("a");
    const label = (link ?? row).textContent.trim();
    const group = row.dataset.group;
    const [width, height] = sizes[group] ?? [16, 16];
    return {
      data: {
        id: `n${row.dataset.n}`,
        group: group in shapes ? group : "other",
        label,
        short: row.dataset.rank ?? (label.length > 24 ? label.slice(0, 23).trimEnd() + "…" : label),
        rank: Number(row.dataset.rank ?? 0),
        hits: row.dataset.hits.split(" ").filter(Boolean).map(Number),
        href: link?.href ?? "",
        iri: link ? new URL(link.href).searchParams.get("id") : "",
        width,
        height,
      },
    };
  });
}

function linesOf() {
  const { labels, lines } = JSON.parse(document.getElementById("lines").textContent);
  return lines.map(([source, target, label, style], number) => ({
    data: { id: `e${number}`, source: `n${source}`, target: `n${target}`, label: labels[label], style: styles[style] },
  }));
}

function styleSheet() {
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
        "font-size": 10,
        "text-valign": "bottom",
        "text-halign": "center",
        "text-margin-y": 3,
        "text-wrap": "wrap",
        "text-max-width": 92,
        "text-background-color": surface,
        "text-background-opacity": 0.82,
        "text-background-padding": 1,
        "min-zoomed-font-size": 6.5,
        "border-width": 1,
        "border-color": surface,
        "overlay-opacity": 0,
      },
    },
    ...groups,
    {
      selector: 'node[group = "hit"]',
      style: {
        color: surface,
        "font-size": 12,
        "font-weight": 700,
        "text-valign": "center",
        "text-margin-y": 0,
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
    { selector: 'edge[style = "mentioned"]', style: { "line-style": "dashed", "line-dash-pattern": [5, 3] } },
    { selector: 'edge[style = "denied"]', style: { "line-style": "dotted", "mid-target-arrow-shape": "tee", "mid-target-arrow-color": colour("--bad"), "arrow-scale": 0.7 } },
    { selector: ".dim", style: { opacity: 0.13 } },
    { selector: "edge.on", style: { opacity: 1, width: 2, "line-color": accent, "z-index": 9 } },
    { selector: "edge.named", style: { label: "data(label)", color: quiet, "font-size": 9, "text-rotation": "autorotate", "text-background-color": surface, "text-background-opacity": 0.9, "text-background-padding": 1 } },
    { selector: "node.on", style: { "z-index": 12, "min-zoomed-font-size": 0 } },
    { selector: "node.chosen", style: { "border-width": 3, "border-color": accent, label: "data(label)", "min-zoomed-font-size": 0 } },
    { selector: 'node.chosen[group = "hit"]', style: { label: "data(short)" } },
  ];
}

// Hits begin on a circle in the order of their ranks and everything else near its hits: the same page gives the same picture.
function beginPositions(nodes) {
  const hits = nodes.filter((node) => node.data.rank);
  const radius = 60 + 26 * hits.length;
  const at = new Map();
  hits.forEach((node, number) => {
    const angle = (2 * Math.PI * number) / hits.length - Math.PI / 2;
    node.position = { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
    at.set(node.data.rank, node.position);
  });
  nodes
    .filter((node) => !node.data.rank)
    .forEach((node, number) => {
      const near = node.data.hits.map((rank) => at.get(rank)).filter(Boolean);
      const angle = number * 2.399963;
      const x = near.reduce((sum, p) => sum + p.x, 0) / (near.length || 1);
      const y = near.reduce((sum, p) => sum + p.y, 0) / (near.length || 1);
      const push = near.length > 1 ? 0.55 : 1.35;
      node.position = { x: x * push + 34 * Math.cos(angle), y: y * push + 34 * Math.sin(angle) };
    });
}

export function drawPicture(section, canvas, on) {
  // Cytoscape would add a style element for this id, which the content policy refuses; our style sheet says the same.
  if (!document.getElementById("__________cytoscape_stylesheet")) {
    const mark = document.createElement("meta");
    mark.id = "__________cytoscape_stylesheet";
    document.head.append(mark);
  }
  const nodes = nodesOf(section);
  beginPositions(nodes);
  const picture = cytoscape({
    container: canvas,
    elements: { nodes, edges: linesOf() },
    style: styleSheet(),
    layout: { name: "preset" },
    minZoom: 0.2,
    maxZoom: 3,
    boxSelectionEnabled: false,
    userZoomingEnabled: false,
  });
  const layout = picture.layout({
    name: "fcose",
    quality: "proof",
    randomize: false,
    animate: false,
    fit: true,
    padding: 22,
    nodeSeparation: 60,
    nodeDimensionsIncludeLabels: true,
    packComponents: true,
    idealEdgeLength: (edge) => (edge.source().data("rank") || edge.target().data("rank") ? 62 : 50),
    nodeRepulsion: () => 5200,
    gravity: 0.4,
    numIter: 2500,
  });
  layout.run();
  const fit = () => {
    picture.resize();
    picture.fit(undefined, 22);
    if (picture.zoom() > 1.35) {
      picture.zoom(1.35);
      picture.center();
    }
  };
  fit();
  canvas.dataset.drawn = String(picture.nodes().length);

  const said = section.querySelector("#picture-said");
  const rest = "Point at a node to see its hits; click it for its links. Drag to move.";
  said.textContent = rest;
  let chosen = null;

  function show(nodes) {
    const close = nodes.closedNeighborhood();
    picture.batch(() => {
      picture.elements().addClass("dim").removeClass("on");
      close.removeClass("dim").addClass("on");
    });
  }
  function dark() {
    picture.batch(() => picture.elements().removeClass("dim on named"));
    if (chosen) show(chosen);
    tell(chosen);
  }
  function tell(node) {
    said.textContent = "";
    if (!node) {
      said.textContent = rest;
      return;
    }
    const data = node.data();
    if (data.rank) {
      said.textContent = `Hit ${data.rank}: ${data.label}`;
      return;
    }
    if (data.href) {
      const link = document.createElement("a");
      link.href = data.href;
      link.textContent = data.label;
      said.append(link);
    } else said.append(data.label);
    said.append(` – ${data.group}, ${data.hits.length === 1 ? "hit" : "hits"} ${data.hits.join(", ")}`);
  }
  function choose(node, remember) {
    chosen?.removeClass("chosen");
    chosen = node;
    if (node) {
      node.addClass("chosen");
      show(node);
      node.connectedEdges().addClass("named");
    } else dark();
    tell(node);
    if (remember) on.select(node && !node.data("rank") ? node.data("iri") : null);
  }

  picture.on("mouseover", "node", (event) => {
    show(event.target);
    event.target.connectedEdges().addClass("named");
    tell(event.target);
    on.light(event.target.data("rank") ? [event.target.data("rank")] : event.target.data("hits"));
    canvas.classList.add("pointing");
  });
  picture.on("mouseout", "node", () => {
    picture.edges().removeClass("named");
    on.dark();
    canvas.classList.remove("pointing");
  });
  picture.on("tap", "node", (event) => {
    if (event.target.data("rank")) on.open(event.target.data("rank"));
    choose(event.target, true);
  });
  picture.on("tap", (event) => {
    if (event.target === picture) choose(null, true);
  });
  section.querySelector(".picture-tools").addEventListener("click", (event) => {
    const what = event.target.dataset.zoom;
    const centre = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 };
    if (what === "in") picture.zoom({ level: picture.zoom() * 1.35, renderedPosition: centre });
    else if (what === "out") picture.zoom({ level: picture.zoom() / 1.35, renderedPosition: centre });
    else if (what === "fit") fit();
  });
  document.addEventListener("themechange", () => picture.style().fromJson(styleSheet()).update());
  let waiting = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(fit);
  }).observe(canvas);
  if (on.selected) {
    const node = picture.nodes().filter((candidate) => candidate.data("iri") === on.selected);
    if (node.length) choose(node.first(), false);
  }

  return {
    light(ranks, from) {
      const wanted = new Set(ranks);
      if (from === "hit") {
        const found = picture.nodes().filter((node) => wanted.has(node.data("rank")));
        const near = picture.nodes().filter((node) => node.data("hits").some((rank) => wanted.has(rank)));
        picture.batch(() => {
          picture.elements().addClass("dim").removeClass("on");
          near.union(found).removeClass("dim").addClass("on");
          near.union(found).edgesWith(near.union(found)).removeClass("dim").addClass("on");
        });
      } else show(picture.nodes().filter((node) => wanted.has(node.data("rank"))));
    },
    lightNode(id) {
      const found = picture.nodes().filter((node) => node.data("iri") === id || node.data("href") === id);
      if (found.length) show(found);
    },
    dark,
  };
}
