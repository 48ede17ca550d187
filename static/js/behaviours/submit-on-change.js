// Sorting, filtering and quantities apply at once; without scripts the form keeps its button.

export function attach(form) {
  form.querySelectorAll("[data-without-script]").forEach((element) => { element.hidden = true; });
  let waiting;
  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), 350);
  });
}
