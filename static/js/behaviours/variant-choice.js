// Choosing a variant shows its price and picture, and limits the quantity to what is left of it.

export function attach(form) {
  const options = [...form.querySelectorAll("input[name='variant_id'][type='radio']")];
  if (!options.length) return;
  const shown = document.querySelector("[data-shown-price]");
  const quantity = form.querySelector("input[name='quantity']");
  const show = (isFirst) => {
    const option = options.find((each) => each.checked);
    if (!option) return;
    if (shown) {
      shown.querySelector(".price-now").textContent = option.dataset.price;
      shown.querySelector(".price-note")?.remove();
    }
    quantity.max = Math.min(99, Number(option.dataset.left ?? 99));
    quantity.value = Math.min(Number(quantity.value) || 1, Number(quantity.max));
    quantity.dispatchEvent(new Event("input", { bubbles: true }));
    if (!isFirst) document.dispatchEvent(new CustomEvent("variant:chosen", { detail: { picture: option.dataset.picture } }));
  };
  form.addEventListener("change", (event) => { if (event.target.name === "variant_id") show(false); });
  show(true);
}
