// Runs before the page is drawn, so that the chosen theme never flashes in late.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("commissure-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (error) {
    // Storage is off: the system's theme stays.
  }
})();
