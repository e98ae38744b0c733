// Takes that are heard in turn: one element of sound, which goes on at the same place.

const $ = (id) => document.getElementById(id);
const rows = () => [...document.querySelectorAll("tbody tr")];
const sound = new Audio();
let [now, before] = [null, null];

const hear = async (row) => {
  if (!row) return;
  if (row === now) {
    if (sound.paused) sound.play();
    else sound.pause();
    return;
  }
  const place = now ? sound.currentTime : 0;
  [now, before] = [row, now];
  sound.src = row.dataset.mix;
  sound.volume = row.dataset.volume;
  sound.currentTime = place;
  show();
  try {
    await sound.play();
  } catch (error) {
    if (error.name !== "AbortError") $("status").textContent = `${row.dataset.mix} cannot be heard.`;
  }
};

const show = () => {
  for (const row of rows()) row.querySelector(".hears").setAttribute("aria-pressed", row === now);
  document.body.classList.toggle("playing", !sound.paused);
  $("play").setAttribute("aria-label", sound.paused ? "Play" : "Pause");
};

const sort = (heading) => {
  const column = [...heading.parentElement.children].indexOf(heading);
  const isDown = heading.getAttribute("aria-sort") !== "descending";
  for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  const value = (row) => {
    const told = row.children[column].dataset.value;
    return told === "" ? -Infinity : Number(told);
  };
  const sorted = rows().sort((a, b) => (isDown ? 1 : -1) * (value(b) - value(a)) || 0);
  document.querySelector("tbody").append(...sorted);
};

const step = (by) => {
  const all = rows();
  const at = now ? all.indexOf(now) + by : 0;
  hear(all[Math.min(Math.max(at, 0), all.length - 1)] === now ? null : all[Math.min(Math.max(at, 0), all.length - 1)]);
};

for (const row of rows()) row.querySelector(".hears").addEventListener("click", () => hear(row));
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => sort(button.parentElement));
}
for (const event of ["play", "pause", "ended"]) sound.addEventListener(event, show);
sound.addEventListener("timeupdate", () => {
  const seconds = sound.currentTime;
  $("now").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  $("seek").max = sound.duration || 1;
  $("seek").value = seconds;
});
$("seek").addEventListener("input", (event) => { sound.currentTime = Number(event.target.value); });
$("play").addEventListener("click", () => hear(now || rows()[0]));

const keys = { " ": () => hear(now || rows()[0]), ArrowUp: () => step(-1), ArrowDown: () => step(1), x: () => hear(before) };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const own = event.target.closest("button, input, a");
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (own && event.key === " ") || (own && own.type === "range")) return;
  act();
  event.preventDefault();
});
window.sheet = { sound }; // for the console
