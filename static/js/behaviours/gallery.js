// Thumbnails move the strip of pictures without moving the page, and say which picture is in view.

export function attach(gallery) {
  const strip = gallery.querySelector(".gallery-strip");
  const frames = [...strip.children];
  const links = [...gallery.querySelectorAll("[data-shows]")];
  const mark = (path) => links.forEach((link) => {
    if (link.dataset.shows === path) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  const show = (path) => {
    const frame = frames.find((each) => each.dataset.picture === path);
    if (frame) strip.scrollTo({ left: frame.offsetLeft - strip.offsetLeft });
  };
  links.forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    show(link.dataset.shows);
  }));
  const seen = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark(entry.target.dataset.picture));
  }, { root: strip, threshold: 0.6 });
  frames.forEach((frame) => seen.observe(frame));
  document.addEventListener("variant:chosen", (event) => show(event.detail.picture));
}
