import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useShortcut } from "../service/shortcuts.ts";
import { LazyPart } from "./lazy-part.tsx";
import { useScope } from "./use-scope.ts";

/** Handles the shortcuts of every page. Returns the dialog that a shortcut has opened. */
export function useAppShortcuts({ onNewNote }: { onNewNote: () => void }): ReactNode {
  const navigate = useNavigate();
  const [opened, setOpened] = useState<"palette" | "shortcuts">();
  // On a list, "/" focuses the search field of the list.
  const hasSearch = useScope() !== undefined;
  useShortcut("n", onNewNote);
  useShortcut("g n", () => void navigate({ to: "/" }));
  useShortcut("g s", () => void navigate({ to: "/shared" }));
  useShortcut("g l", () => void navigate({ to: "/links" }));
  useShortcut("g a", () => void navigate({ to: "/activity" }));
  useShortcut("g ,", () => void navigate({ to: "/settings" }));
  useShortcut("mod+k", () => setOpened("palette"));
  useShortcut("/", () => setOpened("palette"), { isEnabled: !hasSearch });
  useShortcut("?", () => setOpened("shortcuts"));
  const close = () => setOpened(undefined);
  if (opened === undefined) return null;
  return (
    <LazyPart onClose={close}>
      {({ Palette, ShortcutsDialog }) =>
        opened === "palette" ? (
          <Palette onClose={close} onNewNote={onNewNote} onShortcuts={() => setOpened("shortcuts")} />
        ) : (
          <ShortcutsDialog onClose={close} />
        )
      }
    </LazyPart>
  );
}
