import { onDemand } from "../../components/on-demand.tsx";

/** Begins to fetch what renders Markdown, so that it is there when the note is. */
export const loadMarkdown = () => import("./markdown-view.tsx");

/** Drawn Markdown; without its code `fallback` stays. */
export const MarkdownView = onDemand<{ source: string }>(async () => (await loadMarkdown()).MarkdownView);
