// The training page: the chosen picture is shown at once, dropped ones too, and gives the filter its first name.

const drop = document.querySelector(".drop");
const input = drop.querySelector("input");
const picture = drop.querySelector("img");
const form = document.getElementById("train");
let shown = "";

function show() {
  const [file] = input.files;
  if (shown) URL.revokeObjectURL(shown);
  shown = file ? URL.createObjectURL(file) : "";
  picture.hidden = !file;
  drop.querySelector(".icon").toggleAttribute("hidden", Boolean(file));
  if (file) picture.src = shown;
  drop.querySelector(".drop-words").textContent = file ? file.name : "Drop a picture here, or press to choose one";
  if (!file) return;
  for (const kept of form.querySelectorAll("[name=kept]")) kept.checked = false;
  const words = file.name.replace(/\.[^.]+$/, "").replaceAll(/[_-]+/g, " ").trim();
  form.elements.name.value ||= words;
}

picture.addEventListener("error", () => {
  picture.hidden = true; // TIFF, for one: the server reads it, the browser does not
});
input.addEventListener("change", show);
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, () => drop.classList.add("over"));
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
form.addEventListener("change", (event) => {
  if (event.target.name !== "kept") return;
  input.value = "";
  show();
});
show();
