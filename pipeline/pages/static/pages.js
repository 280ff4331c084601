// What a page does beyond its links and forms: keys, copying, forms that send themselves. Everything works without it.
"use strict";

const root = document.body.dataset.root;
document.documentElement.classList.add("js");

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => ("live" in form.dataset ? showLive(form) : form.requestSubmit()));
  // An empty field has no place in an address that people pass on.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// On a phone the choices wait behind a line, unless one was made.
for (const details of document.querySelectorAll("details.choices")) {
  if (innerWidth < 640 && !details.querySelector("form").dataset.chosen) details.open = false;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const code = button.closest("details").querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
  });
}

for (const button of document.querySelectorAll("[data-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const box of button.form.querySelectorAll("[type=checkbox]")) box.checked = true;
  });
}

let isGoing = false;

function step(by) {
  const cards = [...document.querySelectorAll(".event, tbody tr")];
  if (!cards.length) return;
  const here = cards.findIndex((card) => card.classList.contains("here"));
  const next = cards[Math.min(Math.max(here + by, 0), cards.length - 1)];
  cards[here]?.classList.remove("here");
  next.classList.add("here");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (isGoing) {
    isGoing = false;
    document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`)?.click();
    return;
  }
  if (event.key === "g") isGoing = true;
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// A form whose picture is put in place of the old one, without a new page: for sliders.
let asked = 0;

async function showLive(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = `${form.action}?${query}`;
  const number = ++asked;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || number !== asked) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live-part]");
  const old = document.querySelector("[data-live-part]");
  if (!fresh || !old || number !== asked) return;
  const box = old.querySelector("[data-pan]")?.getAttribute("viewBox");
  const isSliding = document.activeElement?.matches("[data-slider]");
  const isPlaying = document.activeElement?.matches("[data-play]");
  old.replaceWith(fresh);
  history.replaceState(null, "", address);
  if (box) fresh.querySelector("[data-pan]")?.setAttribute("viewBox", box);
  setUp(fresh);
  if (isSliding) fresh.querySelector("[data-slider]").focus();
  if (isPlaying || player) fresh.querySelector("[data-play]").focus();
}

function dayAt(slider) {
  const day = new Date(`${slider.dataset.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + Number(slider.value));
  return day.toISOString().slice(0, 10);
}

let player = 0;

function setUp(part) {
  const slider = part.querySelector("[data-slider]");
  const form = document.querySelector("form[data-live]");
  if (slider && form) {
    slider.hidden = false;
    const slide = () => {
      form.elements.until.value = dayAt(slider);
      slider.setAttribute("aria-valuetext", form.elements.until.value);
      return showLive(form);
    };
    slider.addEventListener("input", slide);
    part.querySelector(".strip").addEventListener("click", (event) => {
      const strip = event.currentTarget.getBoundingClientRect();
      slider.value = Math.floor(((event.clientX - strip.left) / strip.width) * (Number(slider.max) + 1));
      slide();
    });
    const play = part.querySelector("[data-play]");
    play.hidden = false;
    play.textContent = player ? "■ Stop" : "▶ Play";
    play.addEventListener("click", () => {
      if (player) {
        clearTimeout(player);
        player = 0;
        play.textContent = "▶ Play";
        return;
      }
      if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
      player = -1;
      next();
    });
  }
  const map = part.querySelector("[data-pan]");
  if (map) pan(map, part);
}

async function next() {
  const slider = document.querySelector("[data-slider]");
  if (!player || !slider) return;
  if (Number(slider.value) >= Number(slider.max)) {
    player = 0;
    document.querySelector("[data-play]").textContent = "▶ Play";
    return;
  }
  slider.value = Number(slider.value) + 1;
  const form = document.querySelector("form[data-live]");
  form.elements.until.value = dayAt(slider);
  await showLive(form);
  if (player) player = setTimeout(next, 350);
}

function pan(map, part) {
  const whole = map.getAttribute("viewBox");
  const box = () => map.getAttribute("viewBox").split(" ").map(Number);
  const zoom = (factor, at = [0.5, 0.5]) => {
    const [x, y, width, height] = box();
    const wanted = Math.min(Math.max(width * factor, 300), 9600);
    const scale = wanted / width;
    map.setAttribute("viewBox", [x + width * (1 - scale) * at[0], y + height * (1 - scale) * at[1], wanted, height * scale].join(" "));
  };
  const tools = part.querySelector("[data-tools]");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const what = event.target.dataset.zoom;
    if (what === "in") zoom(0.6);
    else if (what === "out") zoom(1 / 0.6);
    else if (what === "all") map.setAttribute("viewBox", map.dataset.whole || whole);
  });
  map.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const at = map.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, [(event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height]);
  }, { passive: false });
  let from = null;
  map.addEventListener("pointerdown", (event) => { from = { at: [event.clientX, event.clientY], box: box(), moved: false }; });
  map.addEventListener("pointermove", (event) => {
    if (!from || event.buttons !== 1) return;
    const scale = from.box[2] / map.getBoundingClientRect().width;
    const by = [event.clientX - from.at[0], event.clientY - from.at[1]];
    if (!from.moved && Math.hypot(...by) < 5) return;
    if (!from.moved) map.setPointerCapture(event.pointerId);
    from.moved = true;
    map.setAttribute("viewBox", [from.box[0] - by[0] * scale, from.box[1] - by[1] * scale, from.box[2], from.box[3]].join(" "));
  });
  // What was a drag is no click on the place beneath it.
  map.addEventListener("click", (event) => { if (from?.moved) event.preventDefault(); from = null; }, true);
  map.addEventListener("dragstart", (event) => event.preventDefault());
}

setUp(document);

// On a phone the menu is wider than the screen: where one is stands in it.
document.querySelector("nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
