// The switch between the system's theme, light and dark. theme.js of the static folder applies the choice before drawing.
const key = "commissure-theme";
const order = ["auto", "light", "dark"];

function stored() {
  try {
    const theme = localStorage.getItem(key);
    return order.includes(theme) ? theme : "auto";
  } catch {
    return "auto";
  }
}

function apply(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Storage is off: the choice lasts for this page.
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

export function themeSwitch() {
  const button = document.querySelector("button.theme");
  if (!button) return;
  let theme = stored();
  const label = button.querySelector(".name");
  label.textContent = theme;
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    label.textContent = theme;
    apply(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));
}

// A token of the style sheet as the colour that holds now.
export function colour(token) {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  probe.style.color = `var(${token})`;
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// Whether the page is light or dark now.
export function scheme() {
  const theme = document.documentElement.dataset.theme;
  return theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}
