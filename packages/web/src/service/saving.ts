import { client } from "./client.ts";

type File = { id: string; filename: string };

/** What `saveLink` has to know of a file: the address sends the browser on to a fresh URL. */
export function savingOf({ id, filename }: File) {
  return {
    href: `/attachments/${encodeURIComponent(id)}/download`,
    filename,
    check: () => client.attachments.get(id),
  };
}
