import { browser, type Picture } from "./browser.ts";
import { decode, drawPreviews } from "./draw-previews.ts";

/** The content of a request to the worker: a file to decode, or a picture that the page has decoded. */
export type DrawRequest = { source: Blob | Picture };

// The page sends one request at a time.
browser.onmessage = async ({ data }) => {
  const { source } = data as DrawRequest;
  try {
    browser.postMessage(await drawPreviews(source instanceof Blob ? await decode(source) : source));
  } catch {
    browser.postMessage([]);
  }
};
