import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  File,
  FileText,
  FolderDown,
  Keyboard,
  Link,
  LogOut,
  type LucideIcon,
  Moon,
  Paperclip,
  Pencil,
  Plus,
  Search,
  Settings,
  Share2,
  Sun,
  SunMoon,
  Trash2,
  UserRoundPlus,
} from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useCloseOnBack } from "../components/dialog.tsx";
import { useNow } from "../components/hooks.ts";
import { $deletedNotes } from "../features/notes/list/use-note-list.ts";
import { chooseTheme } from "../service/choices.ts";
import { client } from "../service/client.ts";
import { keys } from "../service/queries.ts";
import { actionOf, type NoteAction, type Shortcut } from "../service/shortcuts.ts";
import { showProblem } from "../service/toasts.ts";
import { paletteTexts, shortcutsTexts } from "../texts/en/palette.ts";
import { settings as settingsTexts } from "../texts/en/settings.ts";
import { formatCount, formatWhen, texts } from "../texts/index.ts";
import { titleOf } from "../texts/note-title.ts";
import { places } from "./navigation.tsx";
import { signOut } from "./session.ts";
import { pathOf, settingsParts } from "./settings-parts.ts";
import { KeyNames } from "./shortcuts-dialog.tsx";

const words = paletteTexts;

export function Palette({ onClose, ...actions }: PaletteActions & { onClose: () => void }) {
  const [text, setText] = useState("");
  useCloseOnBack(onClose);
  const { groups, isSearching } = useCommands(text, actions);
  const run = (command: Command) => {
    onClose();
    command.run();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-starting-style:opacity-0" />
        <Dialog.Popup
          aria-label={words.title}
          className="fixed inset-x-2 top-2 z-40 mx-auto flex max-h-[70dvh] max-w-[560px] flex-col overflow-hidden rounded-card border bg-surface shadow-float outline-none transition-opacity data-starting-style:opacity-0 md:top-[12vh]"
        >
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            mode="none"
            value={text}
            onValueChange={setText}
            itemToStringValue={({ label }: Command) => label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="flex items-center gap-3 border-b px-4">
              <Search size={18} className="shrink-0 text-muted" />
              <Autocomplete.Input
                aria-label={words.title}
                placeholder={words.placeholder}
                maxLength={200}
                className="h-12 min-w-0 grow bg-transparent text-base outline-none"
              />
              <Dialog.Close className="sr-only focus:not-sr-only focus:px-2">{texts.common.close}</Dialog.Close>
            </div>
            <Autocomplete.Empty>
              {isSearching ? null : <p className="px-4 py-6 text-center text-muted">{words.none}</p>}
            </Autocomplete.Empty>
            <Autocomplete.List className="min-h-0 scroll-py-2 overflow-y-auto overscroll-contain p-2 empty:hidden">
              {(group: CommandGroup) => <Group key={group.label} group={group} onRun={run} />}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ group, onRun }: { group: CommandGroup; onRun: (command: Command) => void }) {
  return (
    <Autocomplete.Group items={group.items} className="pb-2 last:pb-0">
      <Autocomplete.GroupLabel className="px-2 py-1 font-medium text-muted text-small">
        {group.label}
      </Autocomplete.GroupLabel>
      <Autocomplete.Collection>
        {(command: Command) => (
          <Autocomplete.Item
            key={command.id}
            value={command}
            onClick={() => onRun(command)}
            className="flex h-11 cursor-default select-none items-center gap-3 rounded-small px-2 outline-none data-highlighted:bg-hover md:h-9"
          >
            <command.icon size={16} className="shrink-0 text-muted" />
            <span dir="auto" className="min-w-0 grow truncate">
              {command.label}
              {command.hint !== undefined && <span className="text-muted"> {command.hint}</span>}
            </span>
            {command.facts !== undefined && (
              <span className="shrink-0 text-muted text-small tabular-nums">
                {command.facts.join(texts.common.separator)}
              </span>
            )}
            {command.shortcut !== undefined && (
              <span aria-hidden="true" className="pointer-coarse:hidden">
                <KeyNames shortcut={command.shortcut} />
              </span>
            )}
          </Autocomplete.Item>
        )}
      </Autocomplete.Collection>
    </Autocomplete.Group>
  );
}

const goTo = { "/": "g n", "/shared": "g s", "/links": "g l", "/activity": "g a" } as const;
/** The maximum number of notes that a search returns from each list. */
const FOUND = 6;
/** The maximum number of notes from each list before the user types. With few notes, pages and actions stay visible. */
const NEWEST = 3;

/** A line of the palette. The palette shows `hint` after the label. */
type Command = {
  id: string;
  label: string;
  hint?: string;
  /** Facts at the end of the line, which distinguish notes with the same title. */
  facts?: string[];
  icon: LucideIcon;
  shortcut?: Shortcut;
  run: () => void;
};
type CommandGroup = { label: string; items: Command[] };
type PaletteActions = { onNewNote: () => void; onShortcuts: () => void };

/** Returns the commands for a text in groups: notes and their files, actions of the open note, pages, and actions of the app. */
function useCommands(text: string, { onNewNote, onShortcuts }: PaletteActions) {
  const navigate = useNavigate();
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: keys.foundNotes(q),
    queryFn: ({ signal }) => findNotes(q, signal),
    placeholderData: (before) => before,
  });
  const now = useNow();
  const deletedNotes = useStore($deletedNotes);
  const notes = (found.data ?? []).filter(({ id }) => !deletedNotes.has(id));
  const has = ({ label }: Command) => label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase());
  // The palette reads the actions of the open note only once, because these actions do not change while the palette is open.
  const [noteCommands] = useState(commandsOfNote);
  const groups: CommandGroup[] = [
    {
      label: words.notes,
      items: notes.flatMap(({ id, title, updatedAt, attachmentCount: files, foundFiles = [] }) => [
        {
          id,
          label: titleOf(title),
          facts: [formatWhen(updatedAt, now), ...(files === 0 ? [] : [formatCount(files, texts.notes.files)])],
          icon: FileText,
          run: () => void navigate({ to: "/n/$noteId", params: { noteId: id } }),
        },
        ...foundFiles.map((file) => ({
          id: file.id,
          label: file.filename,
          hint: words.inNote(titleOf(title)),
          icon: File,
          run: () => void navigate({ to: "/n/$noteId", params: { noteId: id }, search: { file: file.id } }),
        })),
      ]),
    },
    { label: words.note, items: noteCommands.filter(has) },
    {
      label: words.go,
      items: [
        ...places.map(({ to, label, icon }) => ({
          id: to,
          label,
          icon,
          shortcut: goTo[to],
          run: () => void navigate({ to }),
        })),
        { id: "deleted", label: texts.app.deleted, icon: Trash2, run: () => void navigate({ to: "/deleted" }) },
        {
          id: "settings",
          label: texts.app.settings,
          icon: Settings,
          shortcut: "g ," as const,
          run: () => void navigate({ to: "/settings" }),
        },
        // Only a search shows the parts of the settings, because otherwise these lines would push the actions out of view.
        ...(text.trim() === "" ? [] : settingsParts)
          .filter(({ isFor }) => isFor === "everybody")
          .map(({ id, icon }) => ({
            id: `settings ${id}`,
            label: settingsTexts.parts[id].title,
            hint: words.inSettings,
            icon,
            run: () => void navigate({ to: pathOf(id) }),
          })),
      ].filter(has),
    },
    {
      label: words.do,
      items: [
        { id: "new", label: texts.app.newNote, icon: Plus, shortcut: "n" as const, run: onNewNote },
        { id: "light", label: words.light, icon: Sun, run: () => chooseTheme("light") },
        { id: "dark", label: words.dark, icon: Moon, run: () => chooseTheme("dark") },
        { id: "system", label: words.system, icon: SunMoon, run: () => chooseTheme("system") },
        { id: "keys", label: shortcutsTexts.title, icon: Keyboard, shortcut: "?" as const, run: onShortcuts },
        { id: "sign-out", label: texts.app.signOut, icon: LogOut, run: () => void signOut().catch(showProblem) },
      ].filter(has),
    },
  ];
  return { groups: groups.filter(({ items }) => items.length > 0), isSearching: found.isFetching || q !== text.trim() };
}

const { keys: keyTexts } = shortcutsTexts;
const ofNote = [
  { action: "e", label: keyTexts.e, icon: Pencil, shortcut: "e" },
  { action: "u", label: keyTexts.u, icon: Paperclip, shortcut: "u" },
  { action: "s", label: keyTexts.s, icon: UserRoundPlus, shortcut: "s" },
  { action: "make a link", label: words.makeLink, icon: Share2 },
  { action: "copy the address", label: texts.notes.copyLink, icon: Link },
  { action: "download all", label: words.downloadAll, icon: FolderDown },
  { action: "delete the note", label: texts.notes.delete, icon: Trash2 },
] as const satisfies readonly (Omit<Command, "id" | "run"> & { action: Shortcut | NoteAction })[];

/** Returns commands for the actions that the open note permits. The page of the note runs the actions. */
function commandsOfNote(): Command[] {
  return ofNote.flatMap(({ action, ...command }) => {
    const run = actionOf(action);
    // The action runs after the palette has returned the focus to the page.
    const runLater = () => setTimeout(() => run?.());
    return run === undefined ? [] : [{ ...command, id: action, run: runLater }];
  });
}

async function findNotes(q: string, signal: AbortSignal) {
  const find = (scope: "owned" | "shared") =>
    client.notes.list({ scope, limit: q === "" ? NEWEST : FOUND, signal, ...(q !== "" && { q }) });
  const lists = await Promise.all([find("owned"), find("shared")]);
  return lists.flatMap(({ items }) => items);
}
