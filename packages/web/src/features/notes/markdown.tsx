import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { showProblem } from "../../service/toasts.ts";

/** Loads the Markdown renderer. The router calls the function early, so that the code arrives together with the note. */
export const loadRenderer = () => importWithRetry(() => import("../../components/markdown/markdown-view.tsx"));
const loadToggle = () => importWithRetry(() => import("../../components/markdown/tasks.ts"));

/** `onChange` receives the source after the user has toggled a task box. Undefined: the user may not edit. */
type MarkdownProps = { source: string; onChange?: ((source: string) => void) | undefined };

/** Renders Markdown. Until its code is loaded, shows the source as plain text. */
export function Markdown({ source, onChange }: MarkdownProps) {
  const { data: code } = useCode("markdown", loadRenderer);
  if (code === undefined) return <p className="whitespace-pre-wrap break-words">{source}</p>;
  const toggle = (position: number) =>
    void loadToggle().then(({ toggleTask }) => onChange?.(toggleTask(source, position)), showProblem);
  return <code.MarkdownView source={source} onToggle={onChange === undefined ? undefined : toggle} />;
}
