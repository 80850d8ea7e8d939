import { onDemand } from "../../components/on-demand.tsx";

const loadShare = () => import("./share-dialog.tsx");
const loadLink = () => import("./link-dialog.tsx");

/** The dialogs, whose code no page needs to be read. */
export const ShareDialog = onDemand(async () => (await loadShare()).ShareDialog);
export const LinkDialog = onDemand(async () => (await loadLink()).LinkDialog);

/** Fetches the code of the share dialog; a failure shows when it is opened. */
export function preloadShareDialog(): void {
  loadShare().catch(() => undefined);
}
