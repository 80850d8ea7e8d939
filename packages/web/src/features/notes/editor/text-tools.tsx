import { Bold, Heading2, Link2, List, ListTodo } from "lucide-react";
import type { EditorView } from "prosemirror-view";
import type { RefObject } from "react";
import { IconButton } from "../../../components/button.tsx";
import { rovingList } from "../../../components/roving-list.ts";
import { textToolsTexts } from "../../../texts/en/text-tools.ts";
import { format } from "./note-editor.tsx";

export { NoteEditor } from "./note-editor.tsx";

const words = textToolsTexts;

const tools = [
  { tool: "bold", icon: Bold, keys: "Control+B Meta+B" },
  { tool: "heading", icon: Heading2, keys: undefined },
  { tool: "list", icon: List, keys: undefined },
  { tool: "task", icon: ListTodo, keys: undefined },
  { tool: "link", icon: Link2, keys: "Control+K Meta+K" },
] as const;

/** The buttons that format the selected text of a note. After a click, the text field still has the focus. */
export function TextTools({ editor }: { editor: RefObject<EditorView | null> }) {
  return (
    <ul ref={rovingList} role="toolbar" aria-label={words.label} className="-mx-2 flex gap-1">
      <li role="none" className="contents">
        {tools.map(({ tool, icon: Icon, keys }) => (
          <IconButton
            key={tool}
            label={words[tool]}
            aria-keyshortcuts={keys}
            className="tooltip-below"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              editor.current?.focus();
              if (editor.current !== null) format(tool)(editor.current.state, editor.current.dispatch);
            }}
          >
            <Icon size={18} />
          </IconButton>
        ))}
      </li>
    </ul>
  );
}
