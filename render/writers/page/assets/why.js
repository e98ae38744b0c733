// Why a bar sounds as it does: what was chosen, what could have been, and what the score may fix.

// Ask the program that serves this page.
const ask = async (name, body) => {
  const answer = await fetch(name, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
};

const made = (kind, properties = {}, ...inside) => {
  const element = Object.assign(document.createElement(kind), properties);
  element.append(...inside);
  return element;
};

const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

class Why {
  constructor(player) {
    this.player = player;
    this.title = made("h2", { id: "why-title" });
    this.part = made("select", { ariaLabel: "Part" });
    this.said = made("p", { className: "said" });
    this.said.setAttribute("role", "status");
    const act = (textContent, click) => {
      const button = made("button", { type: "button", textContent });
      button.addEventListener("click", click);
      return button;
    };
    this.roll = act("Play it otherwise here", () => this.edit({ do: "reroll" }));
    this.lock = act("Lock", () => this.edit({ do: "lock" }));
    this.back = act("Undo", () => this.edit({ do: "undo" }));
    this.list = made("div", { className: "choices" });
    this.box = made("section", { id: "why", hidden: true, tabIndex: -1 },
      made("div", { className: "top" }, this.title, this.said, act("Close", () => this.close())),
      made("p", { className: "acts" }, this.part, act("Bar before", () => this.step(-1)),
        act("Next bar", () => this.step(1)), this.roll, this.lock, this.back), this.list);
    this.box.setAttribute("aria-labelledby", "why-title");
    $("timeline").after(this.box);
    this.part.addEventListener("change", () => this.show(this.part.value, this.seconds));
    document.addEventListener("place", (event) => this.pointed(event));
    $("chords").addEventListener("click", () => this.show(this.part.value, player.seconds));
    this.read();
  }

  // Find the lanes in the document.
  read() {
    const names = [...new Set(song.parts.map(({ part }) => part))];
    const before = this.part.value;
    this.part.replaceChildren(...names.map((name) => made("option", { value: name, textContent: name.replaceAll("_", " ") })),
      made("option", { value: "all", textContent: "all parts" }));
    if (names.includes(before) || before === "all") this.part.value = before;
    for (const lane of document.querySelectorAll(".lane")) {
      const { name, part } = song.parts[lane.dataset.part];
      const button = made("button", { type: "button", className: "asks", textContent: "Why", ariaLabel: `Why ${name} plays so` });
      button.addEventListener("click", () => this.show(part, this.player.seconds));
      lane.querySelector(".controls").append(button);
    }
    if (!this.box.hidden) this.show(this.part.value, this.seconds, false);
  }

  // A click on a glitch asks why, and so does any while the answers are open.
  pointed({ target, detail: seconds }) {
    const lane = target.closest(".lane");
    if (!lane) return;
    const { part, glitches } = song.parts[lane.dataset.part];
    const near = 0.01 * timeline.shown * (3 / 10);
    const isGlitch = glitches.some(([start, end]) => seconds >= start - near && seconds <= end + near);
    if (isGlitch || !this.box.hidden) this.show(part, seconds, true, isGlitch);
  }

  async show(part, seconds, moves = true, isGlitch = false) {
    this.seconds = seconds;
    this.part.value = part;
    let told;
    try {
      told = await ask("why", { part, seconds });
    } catch (error) {
      return;
    }
    if (told.refused) {
      this.said.textContent = told.refused;
      return;
    }
    const wasHidden = this.box.hidden;
    Object.assign(this, { told, seconds: told.start });
    this.title.textContent = `Why: ${part === "all" ? "all parts" : part.replaceAll("_", " ")}, ${told.section}, bar ${told.bar}`;
    this.roll.hidden = this.lock.hidden = !told.plays;
    this.roll.disabled = told.lock !== null;
    this.lock.disabled = told.lock !== null;
    this.lock.textContent = told.lock === null ? `Lock ${told.section}` : `Locked, seed ${told.lock}`;
    const glitchy = ({ what }) => /^glitch/.test(what) === isGlitch;
    const once = told.choices.filter(({ times }) => times === 1);
    const often = told.choices.filter(({ times }) => times > 1);
    const sorted = [...once.filter(glitchy), ...once.filter((each) => !glitchy(each))];
    this.list.replaceChildren(...sorted.map((each) => this.choice(each)));
    if (!told.choices.length) this.list.append(made("p", { textContent: "Nothing was chosen here." }));
    if (often.length) {
      this.list.append(made("details", {}, made("summary", { textContent: `Drawn for each note: ${often.length}` }),
        ...often.map((each) => this.choice(each))));
    }
    this.box.hidden = false;
    if (moves && wasHidden) this.box.focus({ preventScroll: true });
    if (moves) this.box.scrollIntoView({ block: "nearest" });
  }

  choice({ what, bar, temperature, times, fixed, others, options }) {
    const rows = options.map(([label, share, count]) => {
      const button = made(times === 1 ? "button" : "p", { className: "option" }, made("span", { textContent: label }),
        made("span", { className: "share", textContent: percent(share) + (times > 1 && count ? `, ${count}×` : "") }));
      button.style.setProperty("--share", share);
      if (times > 1) return made("li", {}, button);
      button.type = "button";
      button.setAttribute("aria-pressed", count > 0);
      button.addEventListener("click", () => this.edit({ do: "choose", bar, what, option: label }));
      return made("li", {}, button);
    });
    if (others) rows.push(made("li", { className: "more", textContent: `${others} less likely` }));
    const more = `T ${temperature}${times > 1 ? `, ${times} times` : ""}${fixed ? ", fixed by the score" : ""}`;
    return made("section", { className: "choice" }, made("h3", { textContent: what }),
      made("p", { className: "more", textContent: more }), made("ul", {}, ...rows));
  }

  step(bars) {
    const bar = clamp(barAt(this.seconds + 0.02) + bars, 0, song.bars.length - 1);
    this.show(this.part.value, song.bars[bar][1]);
  }

  async edit(asked) {
    const { part, section } = this.told;
    this.said.textContent = "";
    try {
      const { refused } = await ask("edit", { part, section, ...asked });
      this.said.textContent = refused || (asked.do === "undo" ? "Taken back." : "Written into the score.");
    } catch (error) {
      this.said.textContent = "That could not be written.";
    }
  }

  close() {
    this.box.hidden = true;
    document.querySelector(`.lane[data-part="${song.parts.findIndex(({ part }) => part === this.part.value)}"] .asks`)?.focus();
  }
}
