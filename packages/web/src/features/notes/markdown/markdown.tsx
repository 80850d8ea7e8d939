import { useCode } from "../../../service/code.ts";
import { loadCode } from "../../../service/load-code.ts";

/** Loads the Markdown renderer. The router calls it early, so that the code arrives together with the note. */
export const loadRenderer = () => loadCode(() => import("./markdown-view.tsx"));

/** Renders Markdown. While its code is missing, the source is shown as plain text. */
export function Markdown({ source }: { source: string }) {
  const { data: code } = useCode("markdown", loadRenderer);
  if (code === undefined) return <p className="whitespace-pre-wrap break-words">{source}</p>;
  return <code.MarkdownView source={source} />;
}
