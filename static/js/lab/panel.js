// The panel: settings, the range of the clip, the frame's palette, and what all of it will take.

import { ask } from "../http.js";

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const PATIENCE = 300; // milliseconds of rest before the server is asked what it would take

/** 3 → “three”; beyond twelve figures are easier to read. */
export const counted = (number) => NUMBERS[number] ?? String(number);

const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** Seconds as 00:12.345. */
export function timecode(seconds) {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${parts.join(":")}.${String(Math.floor((seconds % 1) * 1000)).padStart(3, "0")}`;
}

const smoothness = (value) => (value === 0 ? "off" : value < 0.34 ? "light" : value < 0.67 ? "medium" : "strong");

/** A sentence where the estimate would stand: the last one is not what the choice now takes. */
function refusal(sentence) {
  const line = document.createElement("p");
  line.className = "error small";
  line.textContent = sentence;
  return line;
}

export class Panel {
  constructor(form) {
    this.form = form;
    this.rate = Number(form.dataset.rate);
    this.start = form.querySelector("#range-start");
    this.stop = form.querySelector("#range-stop");
    form.addEventListener("input", (event) => this.changed(event.target));
    form.addEventListener("change", () => this.ask());
    this.words();
    this.ask();
  }

  get strength() {
    return Number(this.form.elements.strength.value);
  }

  get keep() {
    return this.form.elements.keep_colours.checked;
  }

  /** Lines of the result. */
  get lines() {
    return Number(this.form.elements.height.value || this.form.dataset.height);
  }

  get chosen() {
    return this.form.querySelectorAll("input[name=filter]:checked").length;
  }

  changed(input) {
    if (input === this.start && Number(this.start.value) >= Number(this.stop.value)) {
      this.start.value = Number(this.stop.value) - 1;
    }
    if (input === this.stop && Number(this.stop.value) <= Number(this.start.value)) {
      this.stop.value = Number(this.start.value) + 1;
    }
    this.words();
  }

  /** Begin or end the range at a frame; an end before the beginning goes back to that of the clip, as in the comparison. */
  mark(which, frame) {
    if (which === "in") this.start.value = frame;
    else this.stop.value = frame + 1;
    if (Number(this.start.value) >= Number(this.stop.value)) {
      if (which === "in") this.stop.value = this.stop.max;
      else this.start.value = 0;
    }
    this.words();
    this.ask();
  }

  words() {
    const form = this.form;
    this.say("#strength-says", this.strength.toFixed(2));
    this.say("#smoothing-says", smoothness(Number(form.elements.smoothing.value)));
    const every = form.elements.images_per_second.value === "";
    form.querySelector("#fade").hidden = every;
    form.querySelector("#smooth").hidden = !every;
    const [start, stop, all] = [Number(this.start.value), Number(this.stop.value), Number(this.stop.max)];
    const range = form.querySelector(".range");
    range.style.setProperty("--from", start / all);
    range.style.setProperty("--to", stop / all);
    this.say("#range-says", start === 0 && stop === all ? "the whole clip" : `${timecode(start / this.rate)} – ${timecode(stop / this.rate)}`);
    const number = this.chosen;
    this.say("#chosen-says", number ? `${capital(counted(number))} chosen` : "Nothing chosen yet");
    form.querySelector("#clear").hidden = !number;
    for (const button of form.querySelectorAll(".start")) {
      button.disabled = !number;
      button.textContent = number ? `Render ${counted(number)} ${number === 1 ? "filter" : "filters"}` : "Choose filters to render";
    }
  }

  say(selector, words) {
    const place = this.form.querySelector(selector);
    if (place && place.textContent !== words) place.textContent = words;
  }

  /** What the chosen renders take, as the server knows it. */
  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.askNow(), PATIENCE);
  }

  async askNow() {
    this.under?.abort();
    const places = this.form.querySelectorAll(".estimate");
    if (!this.chosen) return places.forEach((place) => (place.innerHTML = ""));
    this.under = new AbortController();
    const { signal } = this.under;
    try {
      const answer = await ask(this.form.dataset.estimate, { method: "POST", body: new FormData(this.form), signal });
      const text = await answer.text();
      places.forEach((place) => (place.innerHTML = text));
    } catch (error) {
      if (!signal.aborted) places.forEach((place) => place.replaceChildren(refusal(error.message)));
    }
  }

  /** The figures and the palette of a frame. */
  frame(fact) {
    this.say("#frame-says", `light ${fact.luminance.toFixed(2)} · contrast ${fact.contrast.toFixed(2)}`);
    const palette = this.form.querySelector(".palette");
    palette.replaceChildren(
      ...fact.palette.map(([colour, share]) => {
        const field = document.createElement("i");
        field.style.setProperty("--f", share);
        field.style.setProperty("--c", colour);
        field.title = `${colour} ${Math.round(share * 100)} %`;
        return field;
      }),
    );
  }
}
