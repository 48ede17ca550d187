// Attaches behaviours to the elements that ask for them with data-behaviour="name other-name".

import { attach as chart } from "./behaviours/chart.js";
import { attach as checkoutTotals } from "./behaviours/checkout-totals.js";
import { attach as commandPalette } from "./behaviours/command-palette.js";
import { attach as dismiss } from "./behaviours/dismiss.js";
import { attach as gallery } from "./behaviours/gallery.js";
import { attach as loading } from "./behaviours/loading.js";
import { attach as navSheet } from "./behaviours/nav-sheet.js";
import { attach as quantityStepper } from "./behaviours/quantity-stepper.js";
import { attach as recent } from "./behaviours/recent.js";
import { attach as reveal } from "./behaviours/reveal.js";
import { attach as submitOnChange } from "./behaviours/submit-on-change.js";
import { attach as tickAll } from "./behaviours/tick-all.js";
import { attach as themeToggle } from "./behaviours/theme-toggle.js";
import { attach as variantChoice } from "./behaviours/variant-choice.js";
import { attach as wishes } from "./behaviours/wishes.js";

const behaviours = {
  chart,
  "checkout-totals": checkoutTotals,
  "command-palette": commandPalette,
  dismiss,
  gallery,
  loading,
  "nav-sheet": navSheet,
  "quantity-stepper": quantityStepper,
  recent,
  reveal,
  "submit-on-change": submitOnChange,
  "tick-all": tickAll,
  "theme-toggle": themeToggle,
  "variant-choice": variantChoice,
  wishes,
};
const attached = new WeakSet();

function attachWithin(root) {
  const wanting = [...root.querySelectorAll("[data-behaviour]")];
  if (root.matches?.("[data-behaviour]")) wanting.unshift(root);
  for (const element of wanting) {
    if (attached.has(element)) continue;
    attached.add(element);
    for (const name of element.dataset.behaviour.split(/\s+/)) behaviours[name]?.(element);
  }
}

attachWithin(document);
document.addEventListener("htmx:load", (event) => attachWithin(event.target));
