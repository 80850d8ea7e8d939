import { useEffect } from "react";
import { texts } from "../texts/index.ts";

/** Sets the title of the document. If `page` is undefined, another component sets the title. */
export function useDocumentTitle(page: string | undefined): void {
  useEffect(() => {
    if (page !== undefined) document.title = texts.app.titleOf(page);
  }, [page]);
}
