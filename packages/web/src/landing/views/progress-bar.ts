import { h, setProps } from "../dom.ts";

type Progress = { doneBytes: number; totalBytes: number; words: string };

/** A progress bar with a text below it. */
export function progressBar(label: string): { element: HTMLElement; update(progress: Progress): void } {
  const fill = h("div");
  const bar = h("div", { role: "progressbar", "aria-label": label, "aria-valuemin": 0, class: "bar" }, fill);
  const line = h("p", { class: "mt-1 text-muted text-small tabular-nums" });
  return {
    element: h("div", { class: "mt-1" }, bar, line),
    update({ doneBytes, totalBytes, words }) {
      const percent = totalBytes === 0 ? 0 : Math.floor((100 * doneBytes) / totalBytes);
      setProps(bar, { "aria-valuenow": percent, "aria-valuemax": 100, "aria-valuetext": words });
      fill.style.transform = `scaleX(${percent / 100})`;
      line.textContent = words;
    },
  };
}
