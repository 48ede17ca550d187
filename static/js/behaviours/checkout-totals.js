// The summary follows the chosen delivery method; every method's total stands beside it anyway.

export function attach(form) {
  const places = [...form.querySelectorAll("[data-shows]")];
  const show = () => {
    const chosen = form.querySelector("input[name='shipping']:checked");
    if (!chosen) return;
    places.forEach((place) => { place.textContent = chosen.dataset[place.dataset.shows]; });
  };
  form.addEventListener("change", (event) => { if (event.target.name === "shipping") show(); });
  window.addEventListener("pageshow", show);
  show();
}
