// The lab: frame, wall, panel and keys held together.

import "../slides.js";
import { Address } from "./address.js";
import { Closeup } from "./closeup.js";
import { Panel, timecode } from "./panel.js";
import { Stills } from "./stills.js";
import { Strip } from "./strip.js";
import { Wall, wipeUnder } from "./wall.js";

const form = document.getElementById("lab");
const facts = JSON.parse(document.getElementById("frame-facts").textContent);
const panel = new Panel(form);
const state = { frame: Number(form.dataset.frame), keep: panel.keep, lines: stillLines() };
let closeup = null;
const stills = new Stills(form.dataset.stills, (wish, still) => {
  wall.update(wish, still);
  closeup?.update(wish, still);
});
const wall = new Wall(form.querySelector(".wall"), stills, state);
const strip = new Strip(form.querySelector(".strip"), facts, chooseFrame);
closeup = new Closeup(document.getElementById("closeup"), wall, panel, stills);
const tags = form.querySelector(".tags");
const tagShown = () => tags.querySelector("[aria-current]") ?? tags.querySelector("a");
const address = new Address(form, () => ({ frame: String(state.frame), show: tagShown().dataset.tag }));

/** The wall's stills have as many lines as the result, up to what one is willing to wait for. */
function stillLines() {
  return Math.min(panel.lines, Number(form.dataset.stillLines));
}

function chooseFrame(fact) {
  state.frame = fact.index;
  document.getElementById("frame-time").textContent = timecode(fact.seconds);
  document.getElementById("frame-words").textContent = fact.words;
  panel.frame(fact);
  wall.restart(fact.image);
  address.note();
}

function settle() {
  wall.root.style.setProperty("--strength", panel.strength);
  closeup.dialog.style.setProperty("--strength", panel.strength);
  const lines = stillLines();
  if (state.keep === panel.keep && state.lines === lines) return;
  Object.assign(state, { keep: panel.keep, lines });
  wall.restart();
}

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, () => {
    settle();
    address.note();
  });
}
settle();

for (const tile of wall.tiles) {
  wipeUnder(tile.querySelector(".tile-pictures"));
  tile.querySelector(".tile-open").addEventListener("click", () => closeup.show(tile));
}

document.getElementById("clear").addEventListener("click", () => {
  for (const input of form.querySelectorAll("input[name=filter]:checked")) input.checked = false;
  panel.words();
  panel.ask();
  address.note();
});

tags.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  showTag(link);
  address.note();
});

function showTag(link) {
  for (const other of tags.querySelectorAll("a")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  wall.filter(link.dataset.tag);
}
showTag(tagShown());

// A filter that suits the footage is there to be led to, also while another manner is shown.
form.querySelector(".suggestions")?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || !document.getElementById(link.hash.slice(1))?.closest(".tile").hidden) return;
  showTag(tags.querySelector("a"));
  address.note();
});

// Keys ---------------------------------------------------------------------------------------------------------

const typing = (target) => target.matches("textarea, select, [type=text], [type=search], [type=number]");
const sliding = (target) => target.matches("[type=range], [type=radio]");

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]:not(#closeup)")) return; // the keys are read there, not used
  const act = keys[event.key] ?? (/^[1-9]$/.test(event.key) ? pick : null);
  if (act && act(event) !== false) event.preventDefault();
});

document.addEventListener("keyup", (event) => {
  if (event.key === "o" || event.key === "O") original(false);
});
window.addEventListener("blur", () => original(false));

function original(on) {
  document.body.classList.toggle("shows-original", on);
}

function move(event, by) {
  if (sliding(event.target) && !closeup.open) return false;
  if (closeup.open) closeup.step(by);
  else strip.step(by);
}

function mark(which) {
  panel.mark(which, state.frame);
  address.note();
}

function pick(event) {
  const tile = wall.shown()[Number(event.key) - 1];
  if (!tile || closeup.open) return false;
  tile.querySelector("input").click();
}

const keys = {
  ArrowLeft: (event) => move(event, -1),
  ArrowRight: (event) => move(event, 1),
  o: () => original(true),
  O: () => original(true),
  "[": () => mark("in"),
  "]": () => mark("out"),
  "?": () => document.getElementById("keys").showModal(),
  Enter: (event) => {
    if (event.target.matches("input[name=filter]")) closeup.show(event.target.closest(".tile"));
    else if (!event.target.matches("input")) return false; // on a slider it must not start an hour of work
  },
  " ": (event) => {
    if (!closeup.open || event.target.closest("button")) return false;
    closeup.pick();
  },
};
