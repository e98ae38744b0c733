// What is wrong with the score, at its lines.

const showFaults = (box, { file, faults, count }, goesOn) => {
  const add = (to, kind, text) => to.appendChild(Object.assign(document.createElement(kind), { textContent: text }));
  box.hidden = !count;
  box.replaceChildren();
  if (!count) return;
  const what = `${count === 1 ? "One fault" : `${count} faults`} in ${file}`;
  add(box, "h2", goesOn ? `${what}: the last good sound goes on` : what);
  const list = add(box, "ol", "");
  for (const { line, column, message, where, allowed, nearest } of faults) {
    const item = add(list, "li", "");
    add(item, "p", `${line ? `Line ${line}, column ${column}: ` : ""}${message}`);
    const more = [where && `in ${where}`, allowed && `allowed: ${allowed}`, nearest && `did you mean ${nearest}?`];
    for (const text of more.filter(Boolean)) add(item, "p", text).className = "more";
  }
};
