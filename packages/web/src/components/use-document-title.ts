import { useEffect } from "react";
import { texts } from "../texts/index.ts";

/** Names the page in the tab and the history. */
export function useDocumentTitle(page: string): void {
  useEffect(() => {
    document.title = texts.app.titleOf(page);
  }, [page]);
}
