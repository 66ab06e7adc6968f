// <input type="range" class="slide">: the way behind the knob is filled; <output for="ID"> shows the value.

function show(slide) {
  const least = Number(slide.min || 0);
  const most = Number(slide.max || 100);
  slide.style.setProperty('--v', `${((slide.value - least) / (most - least)) * 100}%`);
  const output = slide.id && document.querySelector(`output[for="${CSS.escape(slide.id)}"]`);
  if (output && !output.dataset.own) output.value = slide.dataset.digits ? Number(slide.value).toFixed(slide.dataset.digits) : slide.value;
}

function prepareSlides(root = document) {
  for (const slide of root.querySelectorAll('input.slide')) show(slide);
}

document.addEventListener('input', (event) => {
  if (event.target.matches?.('input.slide')) show(event.target);
});
document.addEventListener('reset', (event) => setTimeout(() => prepareSlides(event.target)));
addEventListener('pageshow', () => prepareSlides()); // whoever comes back finds what was set before
prepareSlides();
