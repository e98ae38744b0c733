// Temperature is the only colour: from blue, where the likeliest always wins, to orange, where anything may happen.

const HOT = 1.8;

const hue = (temperature) => 260 + 145 * clamp(temperature / HOT, 0, 1);

// The colours of the scheme that the reader's system asks for, as canvases need them.
const scheme = () => {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  const [lightness, chroma] = [read("--accent-lightness"), read("--accent-chroma")];
  return {
    ink: read("--ink"), quiet: read("--quiet"), faint: read("--faint"), rule: read("--rule"), panel: read("--panel"),
    glitch: read("--glitch"), sans: read("--sans"),
    warm: (temperature) => `oklch(${lightness} ${chroma} ${hue(temperature).toFixed(0)})`,
  };
};
