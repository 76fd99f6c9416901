// Shows another address of the same page in place: what changes is replaced, the address and the back button keep up.
export function inPlace(main, shown) {
  let asking = null;
  let turn = 0;
  addEventListener("popstate", () => location.reload());
  return async function go(address, focus) {
    asking?.abort();
    asking = new AbortController();
    const mine = (turn += 1);
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== turn) return;
      main.replaceChildren(...page.getElementById("main").childNodes);
      history.pushState(null, "", address);
      shown(focus);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    } finally {
      if (mine === turn) main.removeAttribute("aria-busy");
    }
  };
}

// Whether a click on a link is to open it elsewhere.
export function elsewhere(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
}
