// A message that can be put away: the button inside [data-behaviour=dismiss] removes it.

export function attach(element) {
  element.querySelector("[data-dismiss]")?.addEventListener("click", () => element.remove());
}
