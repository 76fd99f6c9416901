// The patient page: the timeline is loaded when it comes near the screen.
export function start() {
  const place = document.getElementById("timeline");
  if (!place) return;
  const watcher = new IntersectionObserver(
    async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      const [{ drawTimeline }, answer] = await Promise.all([import("./timeline.js"), fetch(place.dataset.src)]);
      if (answer.ok) await drawTimeline(place, await answer.json());
      else place.textContent = "The timeline could not be fetched. The table below holds the same.";
    },
    { rootMargin: "300px" },
  );
  watcher.observe(place);
}
