// What is said of a mention, beside it while it is pointed at or has the focus; the words that decide it are underlined.
export function cards(reading) {
  const note = reading.querySelector("#text");
  const card = document.createElement("div");
  card.className = "mention-card";
  card.id = "card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  reading.append(card);
  let shown = null;
  let leaving = 0;

  function show(mark) {
    clearTimeout(leaving);
    if (mark === shown) return;
    hide();
    shown = mark;
    // The browser's own tooltip would lie over the card.
    mark.dataset.told = mark.title;
    mark.removeAttribute("title");
    mark.setAttribute("aria-describedby", "card");
    mark.classList.add("shown");
    for (const name of (mark.dataset.t ?? "").split(" ").filter(Boolean)) for (const by of note.querySelectorAll(`.by.${name}`)) by.classList.add("lit");
    const pages = (mark.dataset.g ?? "").split(" ").map((number) => document.querySelector(`#g${number} a.chip`)?.href);
    card.replaceChildren(...mark.dataset.told.split("\n\n").map((told) => block(told, pages)));
    card.hidden = false;
    place(mark);
  }
  function block(told, pages) {
    const [name, ...lines] = told.split("\n");
    const holder = document.createElement("div");
    const rows = [name, ...lines].map((line) => Object.assign(document.createElement("p"), { textContent: line }));
    const label = name.slice(name.indexOf(": ") + 2).replace(/ \([^()]*\)$/, "");
    const chip = [...document.querySelectorAll(".mentions a.chip[href]")].find((one) => pages.includes(one.href) && one.textContent.endsWith(label));
    if (chip) {
      const link = Object.assign(document.createElement("a"), { href: chip.href, textContent: name });
      rows[0].replaceChildren(link);
    }
    holder.append(...rows);
    return holder;
  }
  function place(mark) {
    const box = reading.getBoundingClientRect();
    const lines = mark.getClientRects();
    const last = lines[lines.length - 1];
    const below = last.bottom + card.offsetHeight + 12 < innerHeight || last.top < card.offsetHeight + 80;
    card.style.left = `${Math.max(0, Math.min(last.left - box.left, box.width - card.offsetWidth))}px`;
    card.style.top = `${below ? last.bottom - box.top + 6 : lines[0].top - box.top - card.offsetHeight - 6}px`;
  }
  function hide() {
    if (!shown) return;
    shown.title = shown.dataset.told;
    shown.removeAttribute("aria-describedby");
    shown.removeAttribute("data-told");
    shown.classList.remove("shown");
    for (const by of note.querySelectorAll(".by.lit")) by.classList.remove("lit");
    card.hidden = true;
    shown = null;
  }
  const later = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 250);
  };
  const over = (event) => event.target.closest?.("mark.m");
  note.addEventListener("pointerover", (event) => over(event) && show(over(event)));
  note.addEventListener("pointerout", later);
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", later);
  note.addEventListener("focusin", (event) => over(event) && show(over(event)));
  note.addEventListener("focusout", (event) => !card.contains(event.relatedTarget) && later());
  reading.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}
