import { previewKindOf } from "../../files/preview-kind.ts";
import { fill, h, setProps } from "../dom.ts";
import { texts } from "../texts/index.ts";
import type { Viewed } from "./viewed.ts";

/** How many times an element may get a new URL before the preview fails. */
const MAX_RENEWALS = 3;

/** Shows an image, or plays audio or a video. */
export async function showMedia({ file, stage, getUrl, signal, fail }: Viewed): Promise<void> {
  const kind = previewKindOf(file);
  const element = h(kind === "video" ? "video" : kind === "audio" ? "audio" : "img", {
    class: "max-h-full max-w-full",
  });
  if (element instanceof HTMLMediaElement) {
    setProps(element, { controls: true, preload: "metadata", playsinline: true, "aria-label": file.filename });
    element.classList.toggle("w-full", kind === "audio");
  } else setProps(element, { alt: file.filename });
  let renewals = 0;
  // The URL may expire before the video is over. The video then continues at the same second with a new URL.
  element.addEventListener("error", () => void renew());
  element.addEventListener(kind === "image" ? "load" : "canplay", () => {
    renewals = 0;
  });

  async function renew(): Promise<void> {
    if (signal.aborted) return;
    renewals += 1;
    if (renewals > MAX_RENEWALS) return fail(texts.preview.failed);
    const { currentTime = 0, paused = true } = element instanceof HTMLMediaElement ? element : {};
    try {
      element.src = await getUrl();
    } catch {
      return fail(texts.preview.failed);
    }
    if (!(element instanceof HTMLMediaElement)) return;
    element.currentTime = currentTime;
    if (!paused) element.play().catch(() => undefined);
  }

  element.src = await getUrl();
  fill(stage, element);
}
