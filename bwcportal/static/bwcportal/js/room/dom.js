// Small helpers for making and finding elements. No markup is ever built from text.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const find = (id) => document.getElementById(id);

export function el(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

// An icon drawn once in the page's own sheet of symbols.
export function icon(name) {
  return svg("svg", { class: "room-i", "aria-hidden": "true", focusable: "false" }, svg("use", { href: `#i-${name}` }));
}

export const key = (...names) => names.map((name) => el("kbd", {}, name));

export function show(node, shown) {
  node.hidden = !shown;
}

// Words for those who listen: what happened, never the running clock.
export function say(words, { urgent = false } = {}) {
  const place = find(urgent ? "say-now" : "say");
  place.textContent = "";
  requestAnimationFrame(() => {
    place.textContent = words;
  });
}
