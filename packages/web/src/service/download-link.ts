import type { MouseEvent } from "react";
import { client, hasCode } from "./client.ts";
import { showProblem } from "./toasts.ts";

/** Returns the props of an `<a>`. A click checks access first: otherwise the browser only reports a failed download. */
export function downloadLink({ id, filename }: { id: string; filename: string }) {
  const href = `/attachments/${encodeURIComponent(id)}/download`;
  return {
    href,
    download: filename,
    onClick(event: MouseEvent) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      checkAccess(id).then(
        // A new link: the clicked one may be in a menu that is already closed.
        () => Object.assign(document.createElement("a"), { href, download: filename }).click(),
        showProblem,
      );
    },
  };
}

async function checkAccess(id: string): Promise<void> {
  try {
    await client.attachments.get(id);
  } catch (error) {
    // Only a request for the URL is recorded. The owner must see in the activity who was refused the file.
    if (hasCode(error, "access_denied")) await client.urlFor(id);
    throw error;
  }
}
