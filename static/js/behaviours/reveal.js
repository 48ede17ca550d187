// A password that can be looked at while it is typed: a button beside the field, which no page without scripts needs.

export function attach(element) {
  const input = element.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "secret-toggle";
  button.setAttribute("aria-controls", input.id);
  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.textContent = isShown ? element.dataset.hide : element.dataset.show;
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false));
  show(false);
  element.append(button);
}
