import type { UploadSubject } from "./upload.ts";

/** What a person wants to hear of, wherever they are. `error`: why it failed. */
export type UploadNews =
  | { kind: "started"; subjects: readonly UploadSubject[] }
  | { kind: "finished"; subject: UploadSubject }
  | { kind: "failed"; subject: UploadSubject; error: unknown };

const listeners = new Set<(news: UploadNews) => void>();

export function tellNews(news: UploadNews): void {
  for (const listener of listeners) listener(news);
}

export function onNews(listener: (news: UploadNews) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
