// The summary follows the chosen delivery; another country brings its own deliveries, and nothing that was typed is lost.

export function attach(form) {
  const updates = form.querySelector("[data-updates-delivery]");
  const usesAddress = form.querySelector("[data-uses-address]");
  let asked = 0;

  const show = () => {
    const chosen = form.querySelector("input[name='shipping']:checked");
    if (!chosen) return;
    form.querySelectorAll("[data-method]").forEach((totals) => { totals.hidden = totals.dataset.method !== chosen.value; });
  };

  const refresh = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(updates.formAction, { method: "POST", body: new FormData(form) });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      form.querySelectorAll("[data-refreshed]").forEach((place) => {
        place.replaceChildren(...page.getElementById(place.id).childNodes);
      });
      show();
    } catch {
      if (mine === asked) form.requestSubmit(updates);
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "shipping") show();
    if (event.target.name === "country") refresh();
    if (event.target.name === "saved_address") form.requestSubmit(usesAddress);
  });
  updates.hidden = true;
  window.addEventListener("pageshow", show);
  show();
}
