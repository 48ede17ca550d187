// Ctrl+K (or ⌘K): jump to a page of the admin, or search customers for what was typed.

export function attach(dialog) {
  const input = dialog.querySelector("input");
  const items = [...dialog.querySelectorAll("li[data-name]")];
  const searchItem = dialog.querySelector("li[data-search]");
  const none = dialog.querySelector(".palette-none");
  let active = 0;

  const shown = () => [...dialog.querySelectorAll("li:not([hidden]) a")];
  const mark = (next) => {
    const links = shown();
    active = links.length ? (next + links.length) % links.length : 0;
    links.forEach((link, index) => link.classList.toggle("is-active", index === active));
    links[active]?.scrollIntoView({ block: "nearest" });
  };
  const filter = () => {
    const words = input.value.trim().toLowerCase();
    items.forEach((item) => { item.hidden = !item.dataset.name.toLowerCase().includes(words); });
    if (searchItem) {
      searchItem.hidden = !words;
      const link = searchItem.querySelector("a");
      link.href = `${searchItem.dataset.search}?q=${encodeURIComponent(input.value.trim())}`;
      link.querySelector("[data-words]").textContent = input.value.trim();
    }
    none.hidden = shown().length > 0;
    mark(0);
  };
  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.value = "";
    filter();
    input.focus();
  };

  document.querySelectorAll("[data-opens-palette]").forEach((button) => button.addEventListener("click", open));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", filter);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      shown()[active]?.click();
    }
  });
}
