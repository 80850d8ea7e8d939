import { isActive } from "./upload.ts";
import { uploadList } from "./upload-list.ts";

/** Has the browser ask before the page goes while something is sent that would not go on by itself. Answers how to stop. */
export function warnBeforeLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  // Only while it is needed: a page that listens is not kept for "back" by every browser.
  const update = () => {
    const isAtRisk = [...uploadList.all().values()].some((upload) => isActive(upload) && !upload.isKept);
    if (isAtRisk) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  };
  const stop = uploadList.subscribe(update);
  return () => {
    stop();
    removeEventListener("beforeunload", ask);
  };
}
