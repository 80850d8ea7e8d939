export { ActivityFeed } from "../features/activity/activity-feed.tsx";
export { FileLinksDialog } from "../features/links/file-links-dialog.tsx";
export { LinkSection } from "../features/links/link-section.tsx";
export { PreviewOverlay } from "../features/preview/overlay.tsx";
export { ShareDialog } from "../features/sharing/share-dialog.tsx";
export { Palette } from "./palette.tsx";
export { ShortcutsDialog } from "./shortcuts-dialog.tsx";
