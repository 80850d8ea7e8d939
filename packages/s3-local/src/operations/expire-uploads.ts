import type { Context } from "./context.ts";

/** How often lifecycle rules are applied by default. */
export const LIFECYCLE_INTERVAL_MS = 60 * 60 * 1000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Aborts the multipart uploads that the buckets' lifecycle rules no longer keep. */
export async function abortExpiredUploads({ store, now }: Pick<Context, "store" | "now">): Promise<void> {
  await store.write(() => {
    for (const { name } of store.buckets.list()) {
      const rules = (store.lifecycles.find(name) ?? []).filter(({ isEnabled }) => isEnabled);
      if (rules.length === 0) continue;
      const isExpired = ({ key, initiated }: { key: string; initiated: number }) =>
        rules.some(
          ({ prefix, abortAfterDays }) => key.startsWith(prefix) && initiated + abortAfterDays * DAY_MS <= now(),
        );
      const expired = [...store.uploads.after(name, { key: "", uploadId: "" })].filter(isExpired);
      for (const upload of expired) store.uploads.remove(name, upload);
    }
  });
}
