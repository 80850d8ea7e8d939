import { lazy } from "react";

/** Begins to fetch what renders Markdown, so that it is there when the note is. */
export const loadMarkdown = () => import("./markdown-view.tsx");

export const MarkdownView = lazy(async () => ({ default: (await loadMarkdown()).MarkdownView }));
