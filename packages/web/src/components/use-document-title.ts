import { useEffect } from "react";
import { texts } from "../texts/index.ts";

/** Names the page in the tab and the history; undefined: something else on the page names it. */
export function useDocumentTitle(page: string | undefined): void {
  useEffect(() => {
    if (page !== undefined) document.title = texts.app.titleOf(page);
  }, [page]);
}
