import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { showProblem } from "../../service/toasts.ts";

/** Loads the Markdown renderer. The router calls this function early, so that the code arrives together with the note. */
export const loadRenderer = () => importWithRetry(() => import("../../components/markdown/markdown-view.tsx"));
const loadToggle = () => importWithRetry(() => import("../../components/markdown/tasks.ts"));

/** `onChange` receives the new source when the user toggles a task box. Undefined if the user may not edit the note. */
type MarkdownProps = { source: string; onChange?: ((source: string) => void) | undefined };

/** Renders Markdown. Until the renderer is loaded, the user sees the source as plain text. */
export function Markdown({ source, onChange }: MarkdownProps) {
  const { data: code } = useCode("markdown", loadRenderer);
  if (code === undefined) return <p className="whitespace-pre-wrap break-words">{source}</p>;
  const toggle = (position: number) =>
    void loadToggle().then(({ toggleTask }) => onChange?.(toggleTask(source, position)), showProblem);
  return <code.MarkdownView source={source} onToggle={onChange === undefined ? undefined : toggle} />;
}
