import type { LinkFile } from "@valetkey/client";

/** A file, and the functions that the viewer gives to its preview. */
export type Viewed = {
  file: LinkFile;
  stage: HTMLElement;
  /** Returns a new URL. Only the first call may make a download claim. */
  getUrl(): Promise<string>;
  /** Aborted when the viewer closes. */
  signal: AbortSignal;
  fail(text: string): void;
};
