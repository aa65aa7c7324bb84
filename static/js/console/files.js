/* Files that go with what is being written: each with its size and a cross that takes it off; choosing again adds.
   The field holds them itself: what is sent, kept over a swap and cleared with its form is the field. */
import { toast } from "../lib/toast.js";

const chosen = new WeakMap();   // what the field held before the last choice, which has taken its place

function sizeOf(bytes) {
  const kilo = bytes / 1024;
  if (kilo < 1) return `${bytes} B`;
  return kilo < 1024 ? `${Math.round(kilo)} KB` : `${(kilo / 1024).toFixed(1)} MB`;
}

function hold(field, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  field.files = all.files;
  chosen.set(field, files);
  show(field);
}

function show(field) {
  const list = field.form?.querySelector("[data-files]");
  list?.replaceChildren(...[...field.files].map((file) => line(field, file)));
}

function line(field, file) {
  const make = (kind) => document.createElement(kind);
  const item = make("li"), name = make("span"), size = make("span"), cross = make("button");
  item.className = "chip";
  name.className = "clip";
  name.textContent = file.name;
  size.className = "quiet";
  size.textContent = sizeOf(file.size);
  cross.type = "button";
  cross.className = "btn plain icon sm";
  cross.textContent = "×";
  cross.setAttribute("aria-label", field.dataset.off.replace("{name}", file.name));
  cross.addEventListener("click", () => {
    const list = item.parentElement, at = [...list.children].indexOf(item);
    hold(field, [...field.files].filter((one) => one !== file));
    (list.children[Math.min(at, list.children.length - 1)]?.querySelector("button") ?? field).focus();
  });
  item.append(name, " ", size, " ", cross);
  return item;
}

document.addEventListener("change", ({ target }) => {
  if (target.type !== "file" || !target.dataset.most) return;
  const before = chosen.get(target) ?? [];
  const small = [...target.files].filter((file) => file.size <= Number(target.dataset.mostBytes));
  const all = [...before, ...small];
  if (small.length < target.files.length) toast(target.dataset.tooLarge, { kind: "bad", key: "files" });
  if (all.length > Number(target.dataset.most)) toast(target.dataset.tooMany, { kind: "bad", key: "files" });
  hold(target, all.length > Number(target.dataset.most) ? before : all);
});

document.addEventListener("reset", ({ target }) => {
  const field = target.querySelector("[type=file][data-most]");
  if (field) hold(field, []);
});
