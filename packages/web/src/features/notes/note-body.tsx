import { clsx } from "clsx";
import type { EditorView } from "prosemirror-view";
import {
  type ComponentProps,
  type FocusEvent,
  type MouseEvent,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { texts } from "../../texts/index.ts";
import { Markdown } from "./markdown.tsx";

const words = texts.notes;
/** The maximum length of the body of a note in characters. The service has the same limit. */
const MAX_LENGTH = 200_000;
/** In a new note, the body looks like a text field. */
const FIELD = "border border-line-strong focus:border-accent";

type NoteBodyProps = {
  body: string;
  canEdit: boolean;
  isNew: boolean;
  /** The position of the caret in the source. Undefined while the user does not edit the note. */
  editedAt: number | undefined;
  onEdit: (at: number) => void;
  onChange: (body: string) => void;
  onDone: () => void;
  onEscape: () => void;
  /** Whether the user will probably edit the text soon, so that the editor loads. */
  isEditorNeeded: boolean;
};

/** The body of a note. The user sees rendered Markdown, or the formatted source while editing. */
export function NoteBody({ isEditorNeeded, ...props }: NoteBodyProps) {
  const { body, canEdit, isNew, editedAt, onEdit, onChange, onDone, onEscape } = props;
  const { data: code } = useCode("editor", loadEditor, { isNeeded: isEditorNeeded || editedAt !== undefined });
  if (editedAt !== undefined) {
    const field = { code, body, isNew, caret: editedAt, onChange, onBlur: onDone, onEscape };
    return <BodyField {...field} />;
  }
  if (body.trim() === "") {
    if (!canEdit) return null;
    return (
      <button
        type="button"
        onClick={() => onEdit(body.length)}
        className={clsx(
          "rounded-card px-2 py-1 text-left text-muted transition-colors hover:bg-hover",
          isNew ? `flex min-h-24 cursor-text ${FIELD}` : "-mx-2",
        )}
      >
        {words.emptyBody}
      </button>
    );
  }
  const editHere = (event: MouseEvent) => {
    const isOther = (event.target as Element).closest("a, button, input") !== null;
    if (isOther || getSelection()?.isCollapsed === false) return;
    onEdit(sourceOffset(body, { x: event.clientX, y: event.clientY }) ?? body.length);
  };
  const view = <Markdown source={body} onChange={canEdit ? onChange : undefined} />;
  if (!canEdit) {
    return (
      <section dir="auto" aria-label={words.body}>
        {view}
      </section>
    );
  }
  return (
    <section aria-label={words.body}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button "Edit" does the same for the keyboard */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div dir="auto" onClick={editHere} className="cursor-text">
        {view}
      </div>
    </section>
  );
}

/** Returns the offset in the Markdown source of a click on the rendered text. Returns undefined if no offset belongs to the click. */
function sourceOffset(source: string, { x, y }: { x: number; y: number }): number | undefined {
  const position = document.caretPositionFromPoint?.(x, y);
  const text = position?.offsetNode;
  if (position == null || !(text instanceof Text)) return undefined;
  const at = source.indexOf(text.data.trim());
  return at === -1 ? undefined : at + position.offset;
}

type BodyFieldProps = {
  body: string;
  isNew: boolean;
  caret: number;
  onChange: (body: string) => void;
  onBlur: () => void;
  onEscape: () => void;
  /** The editor. Undefined until it is loaded. */
  code: Awaited<ReturnType<typeof loadEditor>> | undefined;
};

const loadEditor = () => importWithRetry(() => import("./editor/text-tools.tsx"));

function BodyField({ body, isNew, caret, onChange, onBlur, onEscape, code }: BodyFieldProps) {
  const place = useRef<HTMLFieldSetElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<EditorView>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(caret, caret);
  }, [caret]);
  const [isComposing, setComposing] = useState(false);
  const leave = useLeaving(place, onBlur);
  const className = clsx(
    "min-h-24 rounded-card px-2 py-1",
    isNew ? `w-full ${FIELD}` : "-mx-2 -my-1 w-[calc(100%+1rem)]",
  );
  return (
    <fieldset
      ref={place}
      onBlur={leave}
      onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && onEscape()}
      className="min-w-0"
    >
      <div className="sticky top-11 z-9 -mt-4 min-h-11 bg-canvas pb-1 md:top-8 md:min-h-9">
        {code !== undefined && <code.TextTools editor={editor} />}
      </div>
      {code !== undefined && !isComposing ? (
        <code.NoteEditor
          ref={editor}
          body={body}
          // At the change to the editor, the selection stays.
          selected={[field.current?.selectionStart ?? caret, field.current?.selectionEnd ?? caret]}
          maxLength={MAX_LENGTH}
          className={className}
          onChange={onChange}
        />
      ) : (
        // The user can already write while the editor loads, or if the editor cannot be loaded.
        <GrowingTextarea
          ref={field}
          dir="auto"
          rows={3}
          value={body}
          maxLength={MAX_LENGTH}
          aria-label={words.body}
          placeholder={words.emptyBody}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          onCompositionStart={() => setComposing(true)}
          onCompositionEnd={({ currentTarget }) => {
            // In some browsers, the last change of a composition comes after its end, when the text field is gone.
            onChange(currentTarget.value);
            setComposing(false);
          }}
          className={className}
        />
      )}
    </fieldset>
  );
}

/**
 * Returns a blur handler. If the pointer is pressed, the handler waits for the release before it calls `onLeave`, so that the layout does
 * not move under the pointer.
 */
function useLeaving(editor: RefObject<HTMLElement | null>, onLeave: () => void) {
  const isPressed = useRef(false);
  useLayoutEffect(() => {
    const types = ["pointerdown", "pointerup", "pointercancel"];
    const track = ({ type }: Event) => {
      isPressed.current = type === "pointerdown";
    };
    for (const type of types) addEventListener(type, track, true);
    return () => {
      for (const type of types) removeEventListener(type, track, true);
    };
  }, []);
  return ({ relatedTarget }: FocusEvent) => {
    // The focus is still in the editor. When the window becomes active again, the browser returns the focus to the same element.
    if (editor.current?.contains(relatedTarget ?? document.activeElement) === true) return;
    if (!isPressed.current) return onLeave();
    // After `pointerup`, the browser sends the click to the element that is then under the pointer.
    const released = new AbortController();
    const later = () => {
      released.abort();
      setTimeout(onLeave);
    };
    addEventListener("pointerup", later, { signal: released.signal });
    addEventListener("pointercancel", later, { signal: released.signal });
  };
}

const canGrow = CSS.supports("field-sizing", "content");

type GrowingTextareaProps = ComponentProps<"textarea"> & { ref: React.RefObject<HTMLTextAreaElement | null> };

/** A textarea that grows with its text. `className` sets its width. */
export function GrowingTextarea({ ref, className, value, ...props }: GrowingTextareaProps) {
  const shown = useRef<unknown>(undefined);
  useLayoutEffect(() => {
    const field = ref.current;
    if (canGrow || field === null || shown.current === value) return;
    shown.current = value;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  });
  return (
    <textarea
      {...props}
      ref={ref}
      value={value}
      className={clsx("field-sizing-content block resize-none bg-transparent outline-none", className)}
    />
  );
}
