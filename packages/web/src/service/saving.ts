import { client, hasCode } from "./client.ts";

type File = { id: string; filename: string };

/** What `saveLink` has to know of a file: the address sends the browser on to a fresh URL. */
export function savingOf({ id, filename }: File) {
  return {
    href: `/attachments/${encodeURIComponent(id)}/download`,
    filename,
    check: () => check(id),
  };
}

async function check(id: string): Promise<void> {
  try {
    await client.attachments.get(id);
  } catch (error) {
    // Looking at a file leaves no trace, asking for its bytes does: its owner is to see who was refused them.
    if (hasCode(error, "access_denied")) await client.urlFor(id);
    throw error;
  }
}
