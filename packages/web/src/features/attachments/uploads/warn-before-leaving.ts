import { isUnderWay } from "./upload.ts";
import { uploadList } from "./upload-list.ts";

const ask = (event: BeforeUnloadEvent) => event.preventDefault();

// Only while it is needed: a page that listens is not kept for "back" by every browser.
function update(): void {
  const isAtRisk = [...uploadList.all().values()].some((upload) => isUnderWay(upload) && !upload.isKept);
  if (isAtRisk) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

let isWatching = false;

/** Has the browser ask before the page goes while something is under way that would not go on by itself; from now on. */
export function warnBeforeLeaving(): void {
  if (isWatching) return;
  isWatching = true;
  uploadList.subscribe(update);
}
