import { useDownload } from "@valetkey/react";
import type { MouseEvent } from "react";
import { showProblem } from "./toasts.ts";

type Downloadable = { id: string; filename: string };

/** Returns a function that makes the props of an `<a>` element. A click first requests a URL, so that the page can show an error. */
export function useDownloadLink() {
  const { download } = useDownload({ onError: showProblem });
  return ({ id, filename }: Downloadable) => ({
    // A click with a modifier key opens this URL in another tab.
    href: `/attachments/${encodeURIComponent(id)}/download`,
    download: filename,
    onClick(event: MouseEvent) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      void download(id);
    },
  });
}
