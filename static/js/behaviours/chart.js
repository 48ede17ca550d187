// Draws the JSON beside a canvas with Chart.js, in the colours of the page's theme.

import { configuration } from "./chart-configuration.js";

export function attach(figure) {
  if (!window.Chart) {
    figure.querySelector("details")?.setAttribute("open", "");
    return;
  }
  const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const canvas = figure.querySelector("canvas");
  let drawn;
  const draw = () => {
    drawn?.destroy();
    drawn = new window.Chart(canvas, configuration(spec, document.documentElement.lang || "en-GB"));
  };
  figure.classList.add("is-drawn");
  draw();
  document.addEventListener("theme:change", draw);
  document.fonts?.ready.then(() => drawn.update("none"));
}
