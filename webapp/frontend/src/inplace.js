// Shows another address of the same page in place: what changes is replaced, the address and the back button keep up.
// `shown` is called when it is there; `take` puts the parts of the fetched page into this one.
export function inPlace(main, shown, take = (page) => main.replaceChildren(...page.getElementById("main").childNodes)) {
  let asking = null;
  let turn = 0;
  let here = location.search;
  // Back and forward show what was there; a jump within the page needs nothing.
  addEventListener("popstate", () => location.search !== here && go(location.href, "", false));
  async function go(address, focus, remember = true) {
    asking?.abort();
    asking = new AbortController();
    const mine = (turn += 1);
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      await new Promise((done) => setTimeout(done)); // so that reading it and showing it block the page apart
      if (mine !== turn) return;
      take(page);
      if (remember) history.pushState(null, "", address);
      here = location.search;
      shown(focus);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    } finally {
      if (mine === turn) main.removeAttribute("aria-busy");
    }
  }
  return go;
}

// Whether a click on a link is to open it elsewhere.
export function elsewhere(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
}
