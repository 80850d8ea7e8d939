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
  Settings,
  Share2,
  Sun,
  SunMoon,
  Trash2,
  UserRoundPlus,
} from "lucide-react";
import { useDeferredValue, useState } from "react";
import { $deletedNotes } from "../features/notes/delete-note.ts";
import { client } from "../service/client.ts";
import { keys } from "../service/queries.ts";
import { actionOf, type NoteAction, type Shortcut } from "../service/shortcuts.ts";
import { chooseTheme } from "../service/theme.ts";
import { showProblem } from "../service/toasts.ts";
import { paletteTexts } from "../texts/en/palette.ts";
import { shortcutsTexts } from "../texts/en/shortcuts.ts";
import { texts } from "../texts/index.ts";
import { places } from "./navigation.ts";
import { signOut } from "./use-session.ts";

const words = paletteTexts;
const goTo = { "/": "g n", "/shared": "g s", "/links": "g l", "/activity": "g a" } as const;
/** The maximum number of notes that a search returns from each list. */
const FOUND = 6;
/** The maximum number of notes of each list before the user types. A small number keeps pages and actions visible. */
const NEWEST = 3;

/** The palette shows `hint` after the label. */
export type Command = {
  id: string;
  label: string;
  hint?: string;
  icon: LucideIcon;
  shortcut?: Shortcut;
  run: () => void;
};
export type CommandGroup = { label: string; items: Command[] };
export type PaletteActions = { onNewNote: () => void; onShortcuts: () => void };

/** Returns the commands that contain a text: notes, then pages, then actions. */
export function useCommands(text: string, { onNewNote, onShortcuts }: PaletteActions) {
  const navigate = useNavigate();
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: keys.foundNotes(q),
    queryFn: ({ signal }) => findNotes(q, signal),
    placeholderData: (before) => before,
  });
  const deletedNotes = useStore($deletedNotes);
  const notes = (found.data ?? []).filter(({ id }) => !deletedNotes.has(id));
  const has = ({ label }: Command) => label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase());
  // The palette reads these commands only when it opens, because the shortcuts do not change while it is open.
  const [noteCommands] = useState(commandsOfNote);
  const groups: CommandGroup[] = [
    {
      label: words.notes,
      items: notes.flatMap(({ id, title, foundFiles = [] }) => [
        {
          id,
          label: title,
          icon: FileText,
          run: () => void navigate({ to: "/n/$noteId", params: { noteId: id } }),
        },
        ...foundFiles.map((file) => ({
          id: file.id,
          label: file.filename,
          hint: words.inNote(title),
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

/** Returns commands for the actions that the open note permits. The page of the note runs each action. */
function commandsOfNote(): Command[] {
  return ofNote.flatMap(({ action, ...command }) => {
    const run = actionOf(action);
    // Runs the action after the palette has returned the focus to the page.
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
