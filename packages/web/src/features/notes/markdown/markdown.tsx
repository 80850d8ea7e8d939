import { useCode } from "../../../service/code.ts";
import { loadCode } from "../../../service/load-code.ts";
import type { MarkdownProps } from "./markdown-view.tsx";

/** Loads the Markdown renderer. The router calls it early, so that the code arrives together with the note. */
export const loadRenderer = () => loadCode(() => import("./markdown-view.tsx"));

/** Renders Markdown. Until its code is loaded, shows the source as plain text. */
export function Markdown({ source, onChange }: MarkdownProps) {
  const { data: code } = useCode("markdown", loadRenderer);
  if (code === undefined) return <p className="whitespace-pre-wrap break-words">{source}</p>;
  return <code.MarkdownView source={source} onChange={onChange} />;
}
