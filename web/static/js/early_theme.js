// Runs before the first paint: turns the wish (light, dark, auto) into a mode, so that a dark page never flashes white.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function resolve() {
    var wish = root.dataset.theme;
    root.dataset.mode = wish === "dark" || (wish === "auto" && dark.matches) ? "dark" : "light";
  }
  resolve();
  dark.addEventListener("change", resolve);
  new MutationObserver(resolve).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
})();
