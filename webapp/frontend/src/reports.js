// The charts of a report: Vega-Lite made by the server, drawn when it comes near the screen.
export function start() {
  const watcher = new IntersectionObserver(
    async (entries) => {
      const near = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
      if (!near.length) return;
      near.forEach((place) => watcher.unobserve(place));
      const { drawChart } = await import("./charts.js");
      for (const place of near) await drawChart(place, JSON.parse(place.parentElement.querySelector("script").textContent));
    },
    { rootMargin: "400px" },
  );
  for (const place of document.querySelectorAll(".vega")) watcher.observe(place);
}
