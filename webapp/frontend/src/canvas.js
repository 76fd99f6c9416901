// The canvas: draws what the page's list holds. Every act is a link of the page; it is followed in place, and only what changed is drawn anew.
import cytoscape from "cytoscape";
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { noStyleElement, shapes, sizes, styleSheet } from "./drawn.js";
import { inPlace, elsewhere } from "./inplace.js";
import { say } from "./said.js";
import { svgOf } from "./svg.js";
import { colour, scheme } from "./theme.js";

const parts = ["canvas-head", "side"];
const gap = 58;
const slice = 12;
const same = ["label", "group", "struck", "count", "begun"];
const rounds = 160;

const pause = () => new Promise((done) => setTimeout(done));

function short(label) {
  const plain = label.replace(/ \((procedure|disorder|finding|situation|regime\/therapy|substance|product|observable entity|person)\)$/, "");
  return plain.length > 30 ? `${plain.slice(0, 28).trimEnd()}…` : plain;
}

export function start() {
  const main = document.getElementById("main");
  const place = document.getElementById("drawing");
  if (!place) return;
  noStyleElement();
  const picture = cytoscape({
    container: place,
    style: [
      ...styleSheet(),
      { selector: "node", style: { "text-valign": "bottom", "text-halign": "center", "text-margin-x": 0, "text-margin-y": 2, "min-zoomed-font-size": 7 } },
      { selector: "node[count > 1]", style: { width: 34, height: 34, "border-width": 3 } },
      { selector: "node[begun = 1]", style: { "font-weight": 700 } },
      { selector: "edge", style: { "curve-style": "haystack", "haystack-radius": 0 } },
      { selector: "node.found", style: { "border-width": 3, "border-color": colour("--answer"), "min-zoomed-font-size": 0 } },
    ],
    layout: { name: "preset" },
    minZoom: 0.05,
    maxZoom: 3,
    boxSelectionEnabled: false,
    hideEdgesOnViewport: true,
    textureOnViewport: true,
    pixelRatio: 1,
  });
  let drawn = null;
  let turn = 0;

  const pinned = () => new Map(new URL(location.href).searchParams.getAll("at").map((pin) => pin.split(",")).map(([x, y, ...node]) => [node.join(","), { x: Number(x), y: Number(y) }]));

  function elementsOf(told) {
    const nodes = told.nodes.map(([id, group, label, struck, count, begun]) => {
      const kind = group in shapes ? group : "other";
      const [width, height] = sizes[kind] ?? [13, 13];
      return { data: { id, group: kind, label, short: (struck ? "not: " : "") + short(label), struck, count, begun, width, height } };
    });
    const lines = told.lines.map(([source, target, label, style]) => {
      const [from, to] = [told.nodes[source][0], told.nodes[target][0]];
      return { data: { id: `${from} ${label} ${to}`, source: from, target: to, label, style, faint: 0 } };
    });
    return { nodes, lines };
  }

  // New nodes stand around the first one they are joined with, in the nearest places that are free.
  function seat(fresh) {
    const taken = new Set();
    const cell = ({ x, y }) => `${Math.round(x / (gap * 2.2))},${Math.round(y / (gap * 0.7))}`;
    const isFresh = new Set(fresh.map((node) => node.id()));
    picture.nodes().forEach((node) => void (isFresh.has(node.id()) || taken.add(cell(node.position()))));
    for (const node of fresh) {
      const near = node.neighborhood("node").toArray().find((other) => !isFresh.has(other.id()));
      const middle = near ? near.position() : { x: 0, y: 0 };
      for (let step = 0; ; step += 1) {
        const radius = gap * 0.62 * Math.sqrt(step);
        const at = { x: middle.x + 1.6 * radius * Math.cos(step * 2.39996), y: middle.y + radius * Math.sin(step * 2.39996) };
        if (taken.has(cell(at))) continue;
        taken.add(cell(at));
        node.position(at);
        isFresh.delete(node.id());
        break;
      }
    }
  }
  // Springs, in slices that leave the page its breath; shown when they are at rest.
  async function springs() {
    const mine = (turn += 1);
    const fixed = pinned();
    const nodes = picture.nodes().map((node) => ({ id: node.id(), ...node.position() }));
    for (const node of nodes) if (fixed.has(node.id)) [node.fx, node.fy] = [fixed.get(node.id).x, fixed.get(node.id).y];
    const links = picture.edges().map((edge) => ({ source: edge.data("source"), target: edge.data("target") }));
    const force = forceSimulation(nodes)
      .force("link", forceLink(links).id((node) => node.id).distance(gap * 1.4))
      .force("apart", forceManyBody().strength(-190).distanceMax(900))
      .force("room", forceCollide(gap * 0.8))
      .force("x", forceX(0).strength(0.04))
      .force("y", forceY(0).strength(0.06))
      .stop();
    for (let done = 0; done < rounds; ) {
      const until = performance.now() + slice;
      while (done < rounds && performance.now() < until) {
        force.tick();
        done += 1;
      }
      await pause();
      if (mine !== turn) return;
    }
    picture.batch(() => nodes.forEach(({ id, x, y }) => picture.getElementById(id).position({ x, y })));
    fit();
  }
  function columns() {
    const groups = Map.groupBy ? Map.groupBy(picture.nodes().toArray(), (node) => node.data("group")) : grouped(picture.nodes().toArray());
    const tall = Math.max(6, Math.ceil(Math.sqrt(picture.nodes().length * 1.6)));
    let left = 0;
    picture.batch(() => {
      for (const [, nodes] of groups) {
        nodes.forEach((node, n) => node.position({ x: left + Math.floor(n / tall) * gap * 2.6, y: (n % tall) * gap * 0.8 }));
        left += Math.ceil(nodes.length / tall) * gap * 2.6 + gap * 1.4;
      }
    });
  }
  function grouped(nodes) {
    const found = new Map();
    for (const node of nodes) found.set(node.data("group"), [...(found.get(node.data("group")) ?? []), node]);
    return found;
  }
  function rings() {
    const begun = picture.nodes("[begun = 1]");
    const levels = [];
    const seen = new Set();
    let level = (begun.length ? begun : picture.nodes().slice(0, 1)).toArray();
    while (level.length) {
      for (const node of level) seen.add(node.id());
      levels.push(level);
      const next = new Map();
      for (const node of level) node.neighborhood("node").forEach((other) => void (seen.has(other.id()) || next.set(other.id(), other)));
      level = [...next.values()];
    }
    const rest = picture.nodes().filter((node) => !seen.has(node.id())).toArray();
    if (rest.length) levels.push(rest);
    let radius = 0;
    picture.batch(() => {
      for (const nodes of levels) {
        radius = nodes.length === 1 && !radius ? 0 : Math.max(radius + gap * 2, (nodes.length * gap) / (2 * Math.PI));
        nodes.forEach((node, n) => node.position({ x: radius * Math.cos((2 * Math.PI * n) / nodes.length), y: radius * Math.sin((2 * Math.PI * n) / nodes.length) }));
      }
    });
  }
  function keepPins() {
    const fixed = pinned();
    picture.batch(() => fixed.forEach((at, id) => picture.getElementById(id).position(at)));
  }
  function fit() {
    picture.fit(undefined, 30);
    if (picture.zoom() > 1.1) picture.zoom({ level: 1.1, renderedPosition: { x: place.clientWidth / 2, y: place.clientHeight / 2 } });
  }

  // Draws what the list holds now; what was there stays where it was.
  function draw() {
    const told = JSON.parse(document.getElementById("picture").textContent);
    const { nodes, lines } = elementsOf(told);
    const first = drawn === null;
    const another = first || drawn !== told.layout;
    drawn = told.layout;
    turn += 1;
    const kept = new Set([...nodes, ...lines].map((element) => element.data.id));
    let fresh = [];
    picture.batch(() => {
      picture.elements().filter((element) => !kept.has(element.id())).remove();
      for (const { data } of nodes) {
        const there = picture.getElementById(data.id);
        if (there.empty()) fresh.push(picture.add({ group: "nodes", data }));
        else if (same.some((name) => there.data(name) !== data[name])) there.data(data);
      }
      picture.add(lines.filter((line) => !picture.getElementById(line.data.id).length).map((line) => ({ group: "edges", ...line })));
      picture.elements(".chosen, .found, .on, .named").removeClass("chosen found on named");
      for (const id of told.found) picture.getElementById(id).addClass("found");
      const chosen = told.chosen ? picture.getElementById(told.chosen) : picture.collection();
      chosen.addClass("chosen").connectedEdges().addClass(chosen.connectedEdges().length < 40 ? "on named" : "on");
      if (fresh.length) seat(fresh);
    });
    if (told.layout === "kinds" && (another || fresh.length)) columns();
    else if (told.layout === "rings" && (another || fresh.length)) rings();
    keepPins();
    if (another || told.layout !== "near") fit();
    if (another && told.layout === "near" && nodes.length > 1) springs();
    else if (fresh.length) reveal(fresh);
    place.dataset.drawn = String(nodes.length);
    place.dataset.lines = String(lines.length);
  }
  // Moves only where what is new would be out of sight.
  function reveal(fresh) {
    const box = picture.extent();
    if (fresh.some((node) => node.position("x") < box.x1 || node.position("x") > box.x2 || node.position("y") < box.y1 || node.position("y") > box.y2)) fit();
  }

  const go = inPlace(
    main,
    async () => {
      await pause();
      draw();
      say(document.querySelector("#canvas-head h1").textContent.trim());
    },
    (page) => {
      for (const id of parts) document.getElementById(id).replaceWith(page.getElementById(id));
    },
  );
  const changed = (name, change) => {
    const url = new URL(location.href);
    change(url.searchParams);
    url.searchParams.delete("page");
    go(url.href, name);
  };
  const choose = (id) => changed("", (given) => (id ? given.set("node", id) : given.delete("node")));

  main.addEventListener("click", (event) => {
    const save = event.target.closest("[data-save]");
    if (save) return keep(save.dataset.save);
    const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (zoom === "fit") return fit();
    if (zoom) return picture.zoom({ level: picture.zoom() * (zoom === "in" ? 1.35 : 0.74), renderedPosition: { x: place.clientWidth / 2, y: place.clientHeight / 2 } });
    const link = event.target.closest('a[href^="/canvas?"]');
    if (!link || elsewhere(event)) return;
    event.preventDefault();
    go(link.href);
  });
  main.addEventListener("submit", (event) => {
    const form = event.target.closest('form[action="/canvas"]');
    if (!form) return;
    event.preventDefault();
    go(`${form.action}?${new URLSearchParams(new FormData(form, event.submitter))}`);
  });
  picture.on("tap", "node", (event) => choose(event.target.id()));
  picture.on("dragfree", "node", (event) => {
    const { x, y } = event.target.position();
    changed("", (given) => {
      const others = given.getAll("at").filter((pin) => !pin.endsWith(`,${event.target.id()}`));
      given.delete("at");
      for (const pin of [...others, `${Math.round(x)},${Math.round(y)},${event.target.id()}`]) given.append("at", pin);
    });
  });
  const said = document.getElementById("drawing-said");
  const tell = (node) => {
    said.textContent = node ? `${node.data("label")}: ${node.degree()} ${node.degree() === 1 ? "line" : "lines"}` : "";
  };
  picture.on("mouseover", "node", (event) => tell(event.target));
  picture.on("mouseover", "edge", (event) => {
    const edge = event.target;
    said.textContent = `${edge.source().data("label")} – ${edge.data("label")} → ${edge.target().data("label")} (${edge.data("style")})`;
  });
  picture.on("mouseout", () => tell(null));

  // By keyboard: arrows walk the nodes as they stand, Enter chooses one, Delete hides it.
  let at = null;
  place.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const nodes = picture.nodes().toArray().sort((a, b) => a.position("x") - b.position("x") || a.position("y") - b.position("y"));
      at?.removeClass("chosen");
      const here = at ? nodes.findIndex((node) => node.same(at)) : -1;
      at = nodes[(here + step + nodes.length) % nodes.length];
      at.addClass("chosen");
      tell(at);
    } else if (event.key === "Enter" && at) choose(at.id());
    else if (event.key === "Delete" && at) {
      const id = at.id();
      at = null;
      changed("", (given) => given.append("hide", id));
    }
  });

  function keep(kind) {
    const link = document.createElement("a");
    link.download = `canvas.${kind}`;
    if (kind === "png") link.href = picture.png({ full: true, scale: 2, bg: colour("--surface"), maxWidth: 6000, maxHeight: 6000 });
    else link.href = URL.createObjectURL(new Blob([svgOf(picture, colour)], { type: "image/svg+xml" }));
    link.click();
    if (kind === "svg") setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  place.dataset.scheme = scheme();
  document.addEventListener("themechange", () => location.reload());
  new ResizeObserver(() => picture.resize()).observe(place);
  draw();
}
