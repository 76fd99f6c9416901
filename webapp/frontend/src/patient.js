// The patient page: the timeline, which the server draws, made wider and narrower in time; it scrolls sideways.
export function start() {
  const scroll = document.querySelector(".lane-scroll");
  const lanes = document.getElementById("lanes");
  if (!scroll || !lanes) return;
  const buttons = Object.fromEntries([...document.querySelectorAll(".zooms button")].map((button) => [button.dataset.zoom, button]));
  let zoom = 1;
  function to(wanted, at = scroll.clientWidth / 2) {
    const kept = (scroll.scrollLeft + at) / zoom;
    zoom = Math.min(64, Math.max(1, wanted));
    lanes.style.width = `${zoom * 100}%`;
    scroll.scrollLeft = kept * zoom - at;
    buttons.out.disabled = zoom === 1;
    buttons.in.disabled = zoom === 64;
  }
  buttons.in.addEventListener("click", () => to(zoom * 2));
  buttons.out.addEventListener("click", () => to(zoom / 2));
  scroll.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      to(zoom * (event.deltaY < 0 ? 1.25 : 0.8), event.clientX - scroll.getBoundingClientRect().left);
    },
    { passive: false },
  );
  scroll.addEventListener("keydown", (event) => {
    if (event.key === "+") to(zoom * 2);
    else if (event.key === "-") to(zoom / 2);
  });
}
