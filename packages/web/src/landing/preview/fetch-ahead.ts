import type { LinkFile } from "@valetkey/client";
import { previewOf } from "../../files/picture-layout.ts";
import type { Claims } from "../claims.ts";

/** The large previews that the page has fetched before the visitor opens them. */
export type Ahead = {
  fetch(files: readonly LinkFile[]): void;
  /** Returns the object URL of a fetched picture. */
  get(id: string): string | undefined;
  clear(): void;
};

/** Fetches large previews with the claim that the visitor already has, so that nothing else counts. */
export function fetchAhead(claims: Claims): Ahead {
  const fetched = new Map<string, string | undefined>();

  async function fetchOne(id: string): Promise<void> {
    try {
      const url = await claims.urlOf(id, { disposition: "inline", isClick: false, preview: "large" });
      const response = await fetch(url, { credentials: "omit" });
      if (response.ok) fetched.set(id, URL.createObjectURL(await response.blob()));
    } catch {
      // The viewer loads the picture when the visitor opens it.
      fetched.delete(id);
    }
  }

  return {
    fetch(files) {
      for (const file of files) {
        if (previewOf(file, "large") === undefined || fetched.has(file.id)) continue;
        fetched.set(file.id, undefined);
        void fetchOne(file.id);
      }
    },
    get: (id) => fetched.get(id),
    clear() {
      for (const url of fetched.values()) if (url !== undefined) URL.revokeObjectURL(url);
      fetched.clear();
    },
  };
}
