// How the hits connect, drawn. Nodes are read from the list of the page, so that picture and list cannot differ; lines from its JSON.
import cytoscape from "cytoscape";
import { noStyleElement, shapes, sizes, styleSheet } from "./drawn.js";
import { colour, scheme } from "./theme.js";

const styles = ["charted", "mentioned", "denied"];

// Encounters, whose records hang on their hits, are in the list only; what tells least is drawn only where the picture is enlarged or asked for.
function nodesOf(section, all, wanted) {
  const rows = [...section.querySelectorAll(".as-list [data-n]")];
  const shown = rows.filter((row) => {
    const far = row.dataset.far;
    return !far || (far === "1" && all) || (wanted && far === "1" && idOf(row.querySelector("a")) === wanted);
  });
  return shown.map((row) => {
    const link = row.querySelector("a");
    const rank = row.dataset.rank;
    const label = (link ?? document.querySelector(`#hit-${rank} .title a`))?.textContent.trim() ?? "";
    const group = row.dataset.group;
    const [width, height] = sizes[group] ?? [13, 13];
    return {
      data: {
        id: `n${row.dataset.n}`,
        group: group in shapes ? group : "other",
        label,
        struck: Number(row.dataset.struck ?? 0),
        short: row.dataset.rank ?? label,
        rank: Number(row.dataset.rank ?? 0),
        hits: (row.dataset.hits ?? rank).split(" ").filter(Boolean).map(Number),
        href: link?.href ?? "",
        iri: link ? idOf(link) : "",
        width,
        height,
      },
    };
  });
}

function idOf(link) {
  return link ? new URL(link.href).searchParams.get("id") : "";
}

const pen = document.createElement("canvas").getContext("2d");

// A terminology's label without its semantic tag, cut at a word to so many pixels.
function shortened(label, width, struck) {
  const plain = (struck ? "not: " : "") + label.replace(/ \((procedure|disorder|finding|situation|regime\/therapy|substance|product|observable entity|person)\)$/, "");
  if (pen.measureText(plain).width <= width) return plain;
  let length = plain.length;
  while (length > 6 && pen.measureText(plain.slice(0, length) + "…").width > width) length -= 1;
  const cut = plain.slice(0, length);
  const blank = cut.lastIndexOf(" ");
  return (blank > length * 0.7 ? cut.slice(0, blank) : cut).replace(/[\s,;]+$/, "") + "…";
}

function linesOf(nodes) {
  const { labels, lines } = JSON.parse(document.getElementById("lines").textContent);
  const drawn = new Set(nodes.map((node) => node.data.id));
  const ranked = new Set(nodes.filter((node) => node.data.rank).map((node) => node.data.id));
  return lines.filter(([source, target]) => drawn.has(`n${source}`) && drawn.has(`n${target}`)).map(([source, target, label, style], number) => ({
    data: {
      id: `e${number}`,
      source: `n${source}`,
      target: `n${target}`,
      label: labels[label],
      style: styles[style],
      faint: Number(!ranked.has(`n${source}`) && !ranked.has(`n${target}`)),
    },
  }));
}

const aside = new Set(["allergy", "immunization", "observation", "provider", "encounter", "document", "other"]);

// Columns: patients, hits, and what is said and charted of them; enlarged, what tells less stands left of the patients. Hits stand by patient,
// everything else at the height of what it is joined with; so the same page gives the same picture, and no two labels meet.
function place(picture, width, height, all) {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const nodes = picture.nodes().toArray();
  const hits = nodes.filter((node) => node.data("rank"));
  const patients = nodes.filter((node) => node.data("group") === "patient");
  const others = nodes.filter((node) => !node.data("rank") && node.data("group") !== "patient");
  const left = all ? others.filter((node) => aside.has(node.data("group"))) : [];
  const right = others.filter((node) => !left.includes(node));
  const leftWidth = left.length ? Math.min(250, width * 0.24) : 0;
  const rest = width - leftWidth;
  const patientAt = leftWidth + (patients.length ? Math.max(44, Math.min(60, rest * 0.13)) : 0);
  const hitAt = patients.length ? patientAt + Math.max(70, rest * (all ? 0.26 : 0.17)) : leftWidth + 34;
  const rightAt = hitAt + Math.max(56, rest * (all ? 0.3 : 0.19));

  const owner = new Map();
  for (const patient of patients) for (const hit of patient.neighborhood("node").toArray()) if (hit.data("rank")) owner.set(hit.id(), patient);
  const first = new Map();
  for (const hit of hits) {
    const of = owner.get(hit.id());
    const key = of ? of.id() : hit.id();
    first.set(key, Math.min(first.get(key) ?? Infinity, hit.data("rank")));
  }
  const orderOf = (hit) => first.get(owner.get(hit.id())?.id() ?? hit.id());
  hits.sort((a, b) => orderOf(a) - orderOf(b) || a.data("rank") - b.data("rank"));

  const at = new Map();
  const spread = (column, x) => {
    const step = height / Math.max(column.length, 1);
    column.forEach((node, number) => at.set(node.id(), { x: Math.round(x), y: Math.round(step * (number + 0.5)) }));
  };
  spread(hits, hitAt);
  const middle = (node, among) => {
    const near = node.neighborhood("node").toArray().filter((other) => among.has(other.id()));
    const first = near.filter((other) => other.data("rank"));
    const ys = (first.length ? first : near).map((other) => at.get(other.id()).y);
    return ys.length ? ys.reduce((sum, y) => sum + y, 0) / ys.length : height / 2;
  };
  const line = (column, x) => {
    const known = new Set(at.keys());
    const wanted = new Map(column.map((node) => [node.id(), middle(node, known)]));
    column.sort((a, b) => wanted.get(a.id()) - wanted.get(b.id()) || b.data("hits").length - a.data("hits").length || (a.data("label") < b.data("label") ? -1 : 1));
    spread(column, x);
  };
  line(patients, patientAt);
  line(right, rightAt);
  line(left, leftWidth - 12);
  picture.batch(() => {
    for (const node of nodes) node.position(at.get(node.id()));
    for (const node of right) node.data({ short: shortened(node.data("label"), width - rightAt - 20, node.data("struck")), side: "right" });
    for (const node of left) node.data({ short: shortened(node.data("label"), leftWidth - 32, node.data("struck")), side: "left" });
    for (const node of patients) node.data({ short: shortened(node.data("label"), 150), side: "below" });
  });
}

export function drawPicture(section, canvas, on) {
  noStyleElement();
  let all = on.large;
  const elementsOf = () => {
    const nodes = nodesOf(section, all, on.selected);
    return { nodes, edges: linesOf(nodes) };
  };
  const picture = cytoscape({
    container: canvas,
    elements: elementsOf(),
    style: styleSheet(),
    layout: { name: "preset" },
    minZoom: 0.4,
    maxZoom: 3,
    boxSelectionEnabled: false,
    userZoomingEnabled: false,
  });
  const fit = () => {
    picture.resize();
    const tallest = Math.max(...["left", "right"].map((side) => picture.nodes().filter((node) => node.data("side") === side).length));
    const height = Math.max(canvas.clientHeight - 16, 15 * tallest);
    place(picture, canvas.clientWidth, height, all);
    const zoom = Math.min(1, (canvas.clientHeight - 16) / height);
    picture.viewport({ zoom, pan: { x: (canvas.clientWidth * (1 - zoom)) / 2, y: 8 } });
  };
  fit();
  canvas.dataset.drawn = String(picture.nodes().length);

  const said = section.querySelector("#picture-said");
  const rest = "Click a node to keep its links in sight, again to open its page.";
  said.textContent = rest;
  let chosen = null;

  // The ways from a node to what it is joined with: a hit's to all that hangs on it, any other node's to its hits. No way leads through
  // another hit.
  function waysOf(node) {
    const ranked = picture.nodes().filter((other) => other.data("rank"));
    const goals = node.data("rank")
      ? picture.nodes().filter((other) => !other.data("rank") && other.data("hits").includes(node.data("rank")))
      : ranked.filter((hit) => node.data("hits").includes(hit.data("rank")));
    return goals.toArray().map((goal) => {
      const aside = ranked.difference(goal.union(node));
      const found = picture.elements().difference(aside.union(aside.connectedEdges())).aStar({ root: node, goal });
      return { goal, path: found.found ? found.path : goal, found: found.found };
    });
  }
  function show(nodes) {
    let close = nodes.closedNeighborhood();
    nodes.forEach((node) => waysOf(node).forEach((way) => (close = close.union(way.path))));
    picture.batch(() => {
      picture.elements().addClass("dim").removeClass("on");
      close.removeClass("dim").addClass("on");
    });
  }
  function waysInWords(node) {
    return waysOf(node)
      .filter((way) => way.found)
      .map(({ goal, path }) => {
        const between = path.nodes().toArray().slice(1, -1).map((step) => step.data("label"));
        return `hit ${goal.data("rank")}${between.length ? ` through ${between.join(", ")}` : ""}`;
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
    const ways = waysInWords(node);
    const joined = ways.length ? `joined with ${ways.join("; ")}` : `${data.hits.length === 1 ? "hit" : "hits"} ${data.hits.join(", ")}`;
    said.append(` – ${data.struck ? "not counted, " : ""}${data.group}, ${joined}`);
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
    else if (chosen?.same(event.target) && event.target.data("href")) location.assign(event.target.data("href"));
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
  canvas.dataset.scheme = scheme();
  document.addEventListener("themechange", () => {
    canvas.dataset.scheme = scheme();
    picture.style().fromJson(styleSheet()).update();
  });
  let waiting = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(fit);
  }).observe(canvas);
  // By keyboard: arrows walk the nodes as they stand, Enter opens one.
  let at = null;
  function walk(step) {
    const nodes = picture.nodes().toArray().sort((a, b) => a.position("x") - b.position("x") || a.position("y") - b.position("y"));
    const place = at ? nodes.findIndex((node) => node.same(at)) : -1;
    at = nodes[(place + step + nodes.length) % nodes.length];
    picture.edges().removeClass("named");
    show(at);
    at.connectedEdges().addClass("named");
    tell(at);
    on.light(at.data("rank") ? [at.data("rank")] : at.data("hits"));
  }
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${canvas.getAttribute("aria-label")} Arrow keys walk the nodes, Enter opens one.`);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      walk(step);
    } else if (event.key === "Enter" && at) {
      if (at.data("rank")) on.open(at.data("rank"));
      else if (at.data("href")) location.assign(at.data("href"));
    }
  });
  canvas.addEventListener("blur", () => {
    if (!at) return;
    at = null;
    picture.edges().removeClass("named");
    on.dark();
  });
  if (on.selected) {
    const node = picture.nodes().filter((candidate) => candidate.data("iri") === on.selected);
    if (node.length) choose(node.first(), false);
  }

  return {
    // Draws more or fewer nodes; the chosen one stays chosen.
    enlarge(large) {
      all = large;
      on.selected = chosen?.data("iri") || on.selected;
      const kept = chosen?.data("iri");
      chosen = null;
      picture.userZoomingEnabled(large);
      picture.batch(() => {
        picture.elements().remove();
        picture.add(elementsOf());
      });
      fit();
      canvas.dataset.drawn = String(picture.nodes().length);
      const again = kept ? picture.nodes().filter((node) => node.data("iri") === kept) : picture.collection();
      if (again.length) choose(again.first(), false);
      else tell(null);
    },
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
      if (!found.length) return;
      show(found);
      tell(found.first());
    },
    dark,
    // Labels of the nodes that are lit, for tests and for who looks from outside.
    lit: () => picture.nodes(".on").map((node) => node.data("label")),
  };
}
