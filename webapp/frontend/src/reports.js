// The charts of a report: Vega-Lite made by the server, drawn when one comes near the screen; the rest follow, for who prints the page.
export function start() {
  const waiting = new Set(document.querySelectorAll(".vega"));
  async function draw(place) {
    if (!waiting.delete(place)) return;
    const { drawChart } = await import("./charts.js");
    await drawChart(place, JSON.parse(place.parentElement.querySelector("script").textContent));
  }
  const watcher = new IntersectionObserver(
    async (entries) => {
      const near = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
      if (!near.length) return;
      for (const place of near) await draw(place);
      for (const place of waiting) {
        await new Promise((done) => setTimeout(done, 50));
        await draw(place);
      }
      watcher.disconnect();
    },
    { rootMargin: "400px" },
  );
  for (const place of waiting) watcher.observe(place);
}
