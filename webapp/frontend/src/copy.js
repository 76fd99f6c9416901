import { say } from "./said.js";

// The address as it is now, with the state of the data it shows: who follows it later is told what has changed.
function permalink() {
  const url = new URL(location.href);
  if (document.body.dataset.asOf) url.searchParams.set("as_of", document.body.dataset.asOf);
  return url.href;
}

// Buttons that copy their data-copy text, or the address; without a script they are not shown.
export function copyButtons() {
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const text = button.dataset.copy || permalink();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const words = button.textContent;
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => (button.textContent = words), 1500);
  });
}
