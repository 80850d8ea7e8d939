import { useQuery } from "@tanstack/react-query";
import { codeQuery, importWithRetry } from "../../service/lazy-code.ts";
import { showProblem } from "../../service/toasts.ts";

/** Queries the Markdown renderer. The router does this early, so that the page of a note never shows the source first. */
export const rendererQuery = codeQuery("markdown", () =>
  importWithRetry(() => import("../../components/markdown/markdown-view.tsx")),
);
const loadToggle = () => importWithRetry(() => import("../../components/markdown/tasks.ts"));

/** `onChange` receives the new source when the user toggles a task box. Undefined if the user may not edit the note. */
type MarkdownProps = { source: string; onChange?: ((source: string) => void) | undefined };

/** Renders Markdown. If the renderer can't be loaded, the user sees the source as plain text. */
export function Markdown({ source, onChange }: MarkdownProps) {
  const { data: code } = useQuery(rendererQuery);
  if (code === undefined) return <p className="whitespace-pre-wrap break-words">{source}</p>;
  const toggle = (position: number) =>
    void loadToggle().then(({ toggleTask }) => onChange?.(toggleTask(source, position)), showProblem);
  return <code.MarkdownView source={source} onToggle={onChange === undefined ? undefined : toggle} />;
}
