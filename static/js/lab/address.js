// What is chosen in the lab stands in its address, as videos/views/lab.py reads it: a reload and signing in anew come
// back to it.

const REST = 350; // milliseconds after the last change: browsers count how often addresses change

export class Address {
  /** `shown()` gives the frame and the tag that the page shows; everything else stands in the form. */
  constructor(form, shown) {
    Object.assign(this, { form, shown });
    this.usual = { strength: "1", smoothing: "0", start_frame: "0", stop_frame: form.elements.stop_frame.max };
    form.addEventListener("submit", () => this.write()); // whoever has to sign in first is sent back here
  }

  note() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), REST);
  }

  write() {
    clearTimeout(this.timer);
    const here = new URL(location);
    here.search = new URLSearchParams([...Object.entries(this.shown()), ...new FormData(this.form)].filter((one) => this.says(...one)));
    history.replaceState(history.state, "", here);
  }

  /** Whether a value says more than the page does by itself. */
  says(name, value) {
    return value !== "" && value !== this.usual[name] && name !== "csrfmiddlewaretoken";
  }
}
