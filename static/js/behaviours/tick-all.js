// One box ticks all others of a form; without scripts each is ticked by itself.

export function attach(form) {
  const all = form.querySelector("[data-tick-all]");
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  if (!all || !boxes.length) return;
  all.closest("[hidden]").hidden = false;
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  form.addEventListener("change", (event) => { if (event.target !== all) show(); });
  show();
}
