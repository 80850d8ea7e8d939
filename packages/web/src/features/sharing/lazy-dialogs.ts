import { lazy } from "react";

const loadShare = () => import("./share-dialog.tsx");
const loadLink = () => import("./link-dialog.tsx");

/** The dialogs, whose code no page needs to be read. */
export const ShareDialog = lazy(async () => ({ default: (await loadShare()).ShareDialog }));
export const LinkDialog = lazy(async () => ({ default: (await loadLink()).LinkDialog }));

/** Fetches the code of the share dialog; a failure shows when it is opened. */
export function preloadShareDialog(): void {
  loadShare().catch(() => undefined);
}
