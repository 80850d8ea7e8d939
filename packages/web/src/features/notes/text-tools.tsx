import { Bold, Heading2, Link2, List, ListTodo } from "lucide-react";
import type { KeyboardEvent, RefObject } from "react";
import { IconButton } from "../../components/button.tsx";
import { rovingList } from "../../components/roving-list.ts";
import { hasMod } from "../../service/shortcuts.ts";
import { textToolsTexts } from "../../texts/en/text-tools.ts";
import { formatText, type TextTool } from "./format-text.ts";

const words = textToolsTexts;

const tools = [
  { tool: "bold", icon: Bold, keys: "Control+B Meta+B" },
  { tool: "heading", icon: Heading2, keys: undefined },
  { tool: "list", icon: List, keys: undefined },
  { tool: "task", icon: ListTodo, keys: undefined },
  { tool: "link", icon: Link2, keys: "Control+K Meta+K" },
] as const;

/** The buttons that format the selected text of a note. After a click, the text field still has the focus. */
export function TextTools({ field }: { field: RefObject<HTMLTextAreaElement | null> }) {
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
            onClick={() => field.current !== null && applyTool(field.current, tool)}
          >
            <Icon size={18} />
          </IconButton>
        ))}
      </li>
    </ul>
  );
}

/**
 * Handles the keyboard shortcuts of the text tools. If no text is selected, Ctrl+K opens the search of the app, as on the rest of the page.
 */
export function handleToolKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
  const { currentTarget: field, altKey, shiftKey, key } = event;
  if (!hasMod(event) || altKey || shiftKey) return;
  const isLink = key.toLowerCase() === "k" && field.selectionStart !== field.selectionEnd;
  if (key.toLowerCase() !== "b" && !isLink) return;
  event.preventDefault();
  applyTool(field, isLink ? "link" : "bold");
}

function applyTool(field: HTMLTextAreaElement, tool: TextTool): void {
  const { value, selectionStart, selectionEnd } = field;
  const { from, to, text, start, end } = formatText({ text: value, start: selectionStart, end: selectionEnd }, tool);
  field.focus();
  field.setSelectionRange(from, to);
  // Only this call lets the user undo the change with Ctrl+Z.
  document.execCommand(text === "" ? "delete" : "insertText", false, text);
  field.setSelectionRange(start, end);
}
