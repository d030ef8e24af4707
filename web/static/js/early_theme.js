// Runs before the first paint: turns the wish (light, dark, auto) into a mode, so that a dark page never flashes white.
// On paper every page is light.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function resolve() {
    var wish = root.dataset.theme;
    var isOnPaper = root.dataset.paper || root.dataset.printing;
    root.dataset.mode = !isOnPaper && (wish === "dark" || (wish === "auto" && dark.matches)) ? "dark" : "light";
  }
  resolve();
  dark.addEventListener("change", resolve);
  new MutationObserver(resolve).observe(root, { attributes: true, attributeFilter: ["data-theme", "data-paper", "data-printing"] });
  window.addEventListener("beforeprint", function () {
    root.dataset.printing = "now";
    resolve(); // what is printed is laid out when this is done: maps draw themselves anew at once (map/turns.js)
  });
  window.addEventListener("afterprint", function () {
    delete root.dataset.printing;
  });
})();
