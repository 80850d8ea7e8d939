import type { MouseEvent } from "react";
import { describeProblem } from "../texts/index.ts";
import { toasts } from "./toast-queue.ts";

type SaveLink = {
  /** Where the browser gets the file. */
  href: string;
  filename: string;
  /** Rejects with why it can't be had now. */
  check: () => Promise<unknown>;
};

/**
 * What makes a link save a file, to be spread on an `<a>`. Whoever may not have the file any more reads so on the page: the browser would only
 * say that a download has failed, or show the bare answer in the page's place.
 */
export function saveLink({ href, filename, check }: SaveLink) {
  return {
    href,
    download: filename,
    onClick(event: MouseEvent) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      check().then(
        // A link of its own: the one that was pressed, in a menu for instance, may be gone.
        () => Object.assign(document.createElement("a"), { href, download: filename }).click(),
        (error: unknown) => toasts.add({ title: describeProblem(error), priority: "high" }),
      );
    },
  };
}
