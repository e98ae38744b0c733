// Keys, as the dialog of page.html lists them.

// Keys that another script adds.
const moreKeys = {};

const listenToKeys = (player, timeline, loopSection) => {
  const jump = (bars) => {
    const bar = barAt(player.seconds + 0.02);
    // back within a bar goes to its beginning, as it does on a tape
    const isLate = bars < 0 && player.seconds - song.bars[bar][1] > 0.6;
    player.seek(song.bars[clamp(bar + (isLate ? 0 : bars), 0, song.bars.length - 1)][1]);
  };
  const jumpSection = (step) => {
    const section = sectionAt(player.seconds + 0.02);
    const isLate = step < 0 && player.seconds - song.sections[section].start > 1;
    player.seek(song.sections[clamp(section + (isLate ? 0 : step), 0, song.sections.length - 1)].start);
  };
  const plain = {
    " ": () => player.toggle(),
    ArrowLeft: () => jump(-1),
    ArrowRight: () => jump(1),
    p: () => jumpSection(-1),
    n: () => jumpSection(1),
    l: () => loopSection(),
    m: () => player.useMix(),
    "+": () => timeline.zoomBy(1.6),
    "=": () => timeline.zoomBy(1.6),
    "-": () => timeline.zoomBy(1 / 1.6),
    Home: () => player.seek(0),
    "?": () => $("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
    const own = event.target.closest("button, input, select, a");
    if (own && event.key === " ") return; // it is pressed
    if (own && own.type === "range" && (event.key.startsWith("Arrow") || event.key === "Home")) return;
    const digit = /^Digit(\d)$/.exec(event.code);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = plain[key] || moreKeys[key];
    if (digit) {
      const number = (Number(digit[1]) + 9) % 10;
      if (number >= song.stems.length) return;
      const desk = player.desk[number];
      player.touch(number, event.shiftKey ? { mute: !desk.mute } : { solo: !desk.solo });
    } else if (act) {
      act();
    } else {
      return;
    }
    event.preventDefault();
  });
  // a mouse leaves no focus behind, so that the next space plays
  document.addEventListener("click", (event) => event.detail && event.target.closest("button")?.blur());
};
