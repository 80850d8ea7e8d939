type Props = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;
export type Child = Node | string | false | undefined;

/**
 * Makes an element. A property with a function becomes a listener (`onclick`). `true` becomes an empty attribute. `false` and undefined add
 * no attribute.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setProps(element, props);
  element.append(...present(children));
  return element;
}

export function setProps(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Replaces the children of an element, unless they are already the same text. */
export function fill(element: Element, ...children: readonly Child[]): void {
  const [only] = children;
  if (children.length === 1 && typeof only === "string" && element.textContent === only) return;
  element.replaceChildren(...present(children));
}

function present(children: readonly Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child !== false && child !== undefined);
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG that draws path data with lines. */
export function svg(paths: readonly string[], { size = 16, className = "" } = {}): SVGSVGElement {
  const element = document.createElementNS(SVG, "svg");
  setProps(element, {
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
    class: className,
  });
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    element.append(path);
  }
  return element;
}
