// The way in: who is known already is not asked again, and one press joins once.
const form = document.getElementById("join");
const name = form.elements.name;

if (form.dataset.known) {
  form.querySelector(".known").hidden = false;
  form.querySelector(".ask").hidden = true;
} else {
  name.required = true;
  name.focus();
}

form.addEventListener("submit", () => {
  // After the submission has begun, else the browser takes a disabled button for a refusal.
  setTimeout(() => (form.querySelector("button").disabled = true), 0);
});

addEventListener("pageshow", () => (form.querySelector("button").disabled = false));
