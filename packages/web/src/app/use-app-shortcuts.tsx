import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useShortcut } from "../service/shortcuts.ts";

const ShortcutsDialog = lazy(async () => ({ default: (await import("./shortcuts-dialog.tsx")).ShortcutsDialog }));

/** The keys that work on every page; answers with the dialog that one of them opens. */
export function useAppShortcuts({ onNewNote }: { onNewNote: () => void }): ReactNode {
  const navigate = useNavigate();
  const [isListed, setListed] = useState(false);
  useShortcut("n", onNewNote);
  useShortcut("g n", () => void navigate({ to: "/" }));
  useShortcut("g s", () => void navigate({ to: "/shared" }));
  useShortcut("g a", () => void navigate({ to: "/activity" }));
  useShortcut("g ,", () => void navigate({ to: "/settings" }));
  useShortcut("?", () => setListed(true));
  return <Suspense>{isListed && <ShortcutsDialog onClose={() => setListed(false)} />}</Suspense>;
}
