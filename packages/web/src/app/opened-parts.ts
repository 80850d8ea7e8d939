export { ActivityFeed } from "../features/activity/activity-feed.tsx";
export { PreviewOverlay } from "../features/preview/overlay.tsx";
export { LinkDialog } from "../features/sharing/link-dialog.tsx";
export { ShareDialog } from "../features/sharing/share-dialog.tsx";
export { Palette } from "./palette.tsx";
export { ShortcutsDialog } from "./shortcuts-dialog.tsx";
