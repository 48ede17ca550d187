// Light or dark by choice; without a choice the page follows the system.

const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

const current = () => root.dataset.bsTheme ?? (system.matches ? "dark" : "light");

export function attach(button) {
  const show = () => button.setAttribute("aria-pressed", String(current() === "dark"));
  button.addEventListener("click", () => {
    const chosen = current() === "dark" ? "light" : "dark";
    root.dataset.bsTheme = chosen;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // Storage may be forbidden: the choice then lasts for this page.
    }
    show();
    document.dispatchEvent(new Event("theme:change"));
  });
  system.addEventListener("change", () => {
    show();
    document.dispatchEvent(new Event("theme:change"));
  });
  show();
}
