/** The zoom factors of the buttons. At 1, a page is as wide as the dialog. */
const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

/** Returns the next larger or smaller zoom factor. Returns undefined if there is none. */
export function nextZoom(zoom: number, by: 1 | -1): number | undefined {
  return by === 1 ? STEPS.find((step) => step > zoom) : STEPS.findLast((step) => step < zoom);
}
