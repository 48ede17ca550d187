// Minus and plus around a number field, within its min and max.

export function attach(element) {
  const input = element.querySelector("input");
  const [less, more] = [element.querySelector("[data-step='-1']"), element.querySelector("[data-step='1']")];
  const low = () => Number(input.min || 1);
  const high = () => Number(input.max || Infinity);
  const show = () => {
    less.disabled = Number(input.value) <= low();
    more.disabled = Number(input.value) >= high();
  };
  const move = (by) => {
    input.value = Math.min(high(), Math.max(low(), (Number(input.value) || low()) + by));
    show();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  less.addEventListener("click", () => move(-1));
  more.addEventListener("click", () => move(1));
  input.addEventListener("input", show);
  show();
}
