// Hearts change in place; without scripts, or when that fails, the form is sent and the page comes again.

export function attach(form) {
  form.addEventListener("submit", async (event) => {
    const heart = event.submitter;
    if (!heart) return;
    event.preventDefault();
    heart.setAttribute("aria-busy", "true");
    try {
      const body = new FormData(form, heart);
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      show(heart, (await answer.json()).is_saved);
    } catch {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: heart.name, value: heart.value });
      form.append(field);
      form.submit();
    } finally {
      heart.removeAttribute("aria-busy");
    }
  });
}

function show(heart, isSaved) {
  heart.classList.toggle("is-saved", isSaved);
  heart.name = isSaved ? "drop" : "save";
  const [label, other] = [heart.dataset.other, heart.getAttribute("aria-label")];
  heart.setAttribute("aria-label", label);
  heart.dataset.other = other;
  const text = heart.querySelector("[data-heart-text]");
  if (text) [text.textContent, text.dataset.heartText] = [text.dataset.heartText, text.textContent];
}
