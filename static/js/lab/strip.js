// The strip of frames: links that choose the frame without leaving the page.

export class Strip {
  /** `facts` are the frames' figures in the order of the strip; `onChoose(fact)` hears of every change. */
  constructor(root, facts, onChoose) {
    Object.assign(this, { root, facts, onChoose });
    this.links = [...root.querySelectorAll("a")];
    this.at = Math.max(0, this.links.findIndex((link) => link.hasAttribute("aria-current")));
    root.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(this.links.indexOf(link));
    });
    this.centre("instant");
  }

  get fact() {
    return this.facts[this.at];
  }

  step(by) {
    this.choose(Math.min(this.facts.length - 1, Math.max(0, this.at + by)));
  }

  choose(at) {
    if (at === this.at || !this.facts[at]) return;
    this.links[this.at].removeAttribute("aria-current");
    this.links[at].setAttribute("aria-current", "true");
    this.at = at;
    this.centre(matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
    this.onChoose(this.fact);
  }

  centre(behavior) {
    const link = this.links[this.at];
    if (!link) return;
    const left = link.offsetLeft - this.root.offsetLeft - (this.root.clientWidth - link.offsetWidth) / 2;
    this.root.scrollTo({ left, behavior });
  }
}
