import type { UploadSubject } from "./upload.ts";

/** What a person wants to hear of, wherever they are. `error`: why it failed. */
export type UploadNews =
  | { kind: "started"; subjects: readonly UploadSubject[] }
  | { kind: "finished"; subject: UploadSubject }
  | { kind: "failed"; subject: UploadSubject; error: unknown };

const listeners = new Set<(news: UploadNews) => void>();
const untold: UploadNews[] = [];

export function tellNews(news: UploadNews): void {
  if (listeners.size === 0) untold.push(news);
  for (const listener of listeners) listener(news);
}

/** Also what there was to tell before anyone listened. Answers how to stop. */
export function onNews(listener: (news: UploadNews) => void): () => void {
  listeners.add(listener);
  for (const news of untold.splice(0)) listener(news);
  return () => listeners.delete(listener);
}
