// The menu in the bar: commands for those who do not type them.
export function bindMenu({ say, keyHelp }) {
  const button = document.getElementById("menu-button");
  const menu = document.getElementById("menu");
  const items = [...menu.querySelectorAll("button")];

  function show(open) {
    menu.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) items[0].focus();
  }

  function step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      show(false);
      button.focus();
    } else if (by) {
      event.preventDefault();
      items.at((items.indexOf(document.activeElement) + by) % items.length).focus();
    }
  }

  button.addEventListener("click", () => show(menu.hidden));
  menu.addEventListener("keydown", step);
  document.addEventListener("click", (event) => event.target.closest(".bar") || show(false));
  for (const item of items) {
    item.addEventListener("click", () => {
      show(false);
      button.focus();
      if (item.dataset.say) say(item.dataset.say);
      else keyHelp();
    });
  }
}
