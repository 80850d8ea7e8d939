import type { LinkFile } from "@valetkey/client";

/** A file that the viewer shows. */
export type Viewed = {
  file: LinkFile;
  stage: HTMLElement;
  /** Returns a fresh URL. Only the first call may make a claim. */
  getUrl(): Promise<string>;
  /** Aborted when the viewer closes. */
  signal: AbortSignal;
  fail(text: string): void;
};
