// Shows the links of the target that is chosen, and no others.

const select = document.getElementById("target");

function show() {
  for (const links of document.querySelectorAll("[data-links-of]")) {
    links.hidden = links.dataset.linksOf !== select.value;
  }
}

select.addEventListener("change", show);
// A browser that comes back to the page may have kept another choice: it is there by now, and not before.
addEventListener("pageshow", show);
