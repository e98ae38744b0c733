// Takes of the song beside each other, at the same loudness: heard in turn at the same place, and one is kept.

const SO_MANY = 3;

class Takes {
  constructor(player, hear) {
    this.player = player;
    this.hear = hear;
    this.song = player.mix.element.currentSrc;
    this.told = { takes: [], working: false, volume: 1 };
    this.now = this.other = null; // seed of the take that is heard, and of the one before; null for the score's own
    this.said = made("p", { className: "said", textContent: "Other seeds of this score." });
    this.said.setAttribute("role", "status");
    this.more = made("button", { type: "button", textContent: `Make ${SO_MANY} takes` });
    this.more.addEventListener("click", () => this.make());
    this.list = made("ul", { className: "takes" });
    const box = made("section", { id: "takes" },
      made("div", { className: "top" }, made("h2", { id: "takes-title", textContent: "Takes" }), this.said, this.more),
      this.list);
    box.setAttribute("aria-labelledby", "takes-title");
    $("words").before(box);
    moreKeys.x = () => this.listen(this.other);
    const key = made("div", {}, made("dt", {}, made("kbd", { textContent: "X" })),
      made("dd", { textContent: "the take before, and back: A and B" }));
    $("keys").querySelector("dl").append(key);
  }

  async make() {
    this.song = this.now === null ? this.player.mix.element.currentSrc : this.song;
    try {
      const { refused } = await ask("takes", { count: SO_MANY });
      if (refused) this.said.textContent = refused;
    } catch (error) {
      this.said.textContent = "No takes could be made.";
    }
  }

  show(told) {
    this.told = { volume: 1, ...told };
    const { takes, working, seed } = this.told;
    if (!takes.length) this.now = this.other = null;
    else if (this.now === null && this.other === null) this.other = takes[0].seed;
    this.more.disabled = working;
    this.said.textContent = working ? `Making takes: ${takes.length} are there.` : takes.length
      ? "All at the same loudness. X goes back and forth." : "Other seeds of this score.";
    this.list.replaceChildren();
    if (!takes.length) return;
    this.list.append(made("li", {}, this.button(null, `This score, seed ${seed}`)));
    for (const { seed: own, differs } of takes) {
      const keep = made("button", { type: "button", textContent: "Keep", ariaLabel: `Keep seed ${own}` });
      keep.addEventListener("click", () => this.keep(own));
      const text = differs.length ? "differs: " + differs.map(([part, share]) => `${part.replaceAll("_", " ")} ${share} %`).join(", ")
        : "no note differs";
      this.list.append(made("li", {}, this.button(own, `Seed ${own}`), made("span", { textContent: text }), keep));
    }
  }

  button(seed, textContent) {
    const button = made("button", { type: "button", className: "hears", textContent });
    button.setAttribute("aria-pressed", seed === this.now);
    button.addEventListener("click", () => this.listen(seed));
    return button;
  }

  async listen(seed) {
    if (seed === this.now || !this.told.takes.length) return;
    if (this.now === null) this.song = this.player.mix.element.currentSrc;
    const take = this.told.takes.find((each) => each.seed === seed);
    const here = this.player.seconds;
    if (!await this.hear(take ? take.sound : this.song, take ? take.volume : this.told.volume)) return;
    if (!this.player.isPlaying) this.player.seek(here);
    this.other = this.now;
    this.now = seed;
    this.show(this.told);
    document.dispatchEvent(new Event("take"));
  }

  async keep(seed) {
    try {
      const { refused } = await ask("edit", { do: "keep", seed });
      this.said.textContent = refused || `Seed ${seed} is written into the score.`;
    } catch (error) {
      this.said.textContent = "That could not be written.";
    }
  }
}
