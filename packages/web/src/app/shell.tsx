import { Outlet, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { ValetKeyError } from "@valetkey/client";
import { type ReactNode, useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { ExplainedContext } from "../components/states.tsx";
import { UploadsWatch } from "../features/attachments/uploads-watch.tsx";
import { drafts } from "../features/notes/draft/drafts.ts";
import { client, useConnection } from "../service/client.ts";
import { type Connection, isOutage } from "../service/connection.ts";
import { acceptHandedFiles } from "../service/handed-files.ts";
import { importWithRetry } from "../service/lazy-code.ts";
import { isNewNoteId } from "../service/new-notes.ts";
import { useShortcut } from "../service/shortcuts.ts";
import { texts } from "../texts/index.ts";
import { LazyPart } from "./lazy-part.tsx";
import { BottomBar, Rail, useScope } from "./navigation.tsx";
import { useAccount, useLeaveWhenSignedOut } from "./session.ts";
import { useCreateNote } from "./use-create-note.ts";

/** The frame of every page after the sign-in: the rail on desktops, the bottom bar on phones, and the content. */
export function Shell() {
  useLeaveWhenSignedOut();
  useFocusOnNavigation();
  useSaveLeft();
  useLiveUpdates();
  useInstalledApp();
  const banner = useBanner();
  const { create } = useCreateNote();
  const dialogs = useAppShortcuts({ onNewNote: create });
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#content"
        className="-translate-y-20 fixed top-2 left-2 z-50 rounded-card bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        {texts.app.skip}
      </a>
      <div role="status">
        {banner !== "online" && (
          <p className="border-b bg-sunken px-4 text-balance py-1.5 text-center text-small text-ink">
            {texts.app[banner]}
          </p>
        )}
      </div>
      <div className="flex min-h-0 grow">
        <Rail onNewNote={create} />
        <div id="content" tabIndex={-1} className="min-w-0 grow outline-none">
          <ExplainedContext value={(error) => banner !== "online" && isFromOutage(error)}>
            <Outlet />
          </ExplainedContext>
        </div>
      </div>
      <BottomBar onNewNote={create} />
      {dialogs}
      <Uploads />
    </div>
  );
}

/** The maximum time in milliseconds for which a browser keeps the lock of a crashed tab. */
const GONE_MS = 4_000;

/** Saves the drafts of closed tabs on every page, as soon as the service responds. */
function useSaveLeft(): void {
  const { noteId: openNoteId } = useParams({ strict: false });
  const isOnline = useConnection() === "online";
  const save = useEffectEvent(() => void drafts.saveAbandoned({ openNoteId }));
  useEffect(() => {
    if (!isOnline) return;
    save();
    const timer = setTimeout(save, GONE_MS);
    return () => clearTimeout(timer);
  }, [isOnline]);
}

/** Keeps uploads running on every page, and resumes uploads after a reload. */
function Uploads() {
  const account = useAccount();
  const { noteId } = useParams({ strict: false });
  if (account === undefined) return null;
  return <UploadsWatch accountId={account.id} openNoteId={noteId} />;
}

/** The pause between two polls while the service is down, in milliseconds. */
const POLL_MS = 3_000;

const isFromOutage = (error: unknown) => error instanceof ValetKeyError && isOutage(error.status);

/** Returns the state of the connection that the banner shows. */
function useBanner(): Connection {
  const connection = useConnection();
  // The banner appears only after a while, so a short interruption of the connection shows no banner.
  const [shown, setShown] = useState(connection);
  useEffect(() => {
    const timer = setTimeout(() => setShown(connection), connection === "online" ? 0 : 500);
    return () => clearTimeout(timer);
  }, [connection]);
  useEffect(() => {
    if (connection !== "down") return;
    const timer = setInterval(() => void client.instance().catch(() => undefined), POLL_MS);
    return () => clearInterval(timer);
  }, [connection]);
  return shown;
}

/** Handles the keyboard shortcuts that every page has. Returns the dialog that a shortcut has opened. */
function useAppShortcuts({ onNewNote }: { onNewNote: () => void }): ReactNode {
  const navigate = useNavigate();
  const [opened, setOpened] = useState<"palette" | "shortcuts">();
  // On a page with a list of notes, "/" focuses the search field of the list.
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

/**
 * The delay before the first page opens the stream of changes, in milliseconds. The data of the page loads first, and a page that the user
 * leaves immediately opens no stream.
 */
const AFTER_START_MS = 1_500;
const AFTER_NAVIGATION_MS = 300;
let hasStarted = false;

/** Keeps a visible page up to date with the changes of other people. A hidden page closes its stream of changes. */
function useLiveUpdates(): void {
  const { noteId } = useParams({ strict: false });
  const isOnline = useConnection() === "online";
  const isVisible = useSyncExternalStore(onVisibility, () => document.visibilityState === "visible");
  useEffect(() => {
    if (!isOnline || !isVisible) return;
    let end: (() => void) | undefined;
    let isOver = false;
    const timer = setTimeout(
      async () => {
        const code = await importWithRetry(() => import("../service/live-updates.ts")).catch(() => undefined);
        if (isOver) return;
        hasStarted = true;
        end = code?.followChanges(isNewNoteId(noteId) ? undefined : noteId);
      },
      hasStarted ? AFTER_NAVIGATION_MS : AFTER_START_MS,
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
      end?.();
    };
  }, [noteId, isOnline, isVisible]);
}

function onVisibility(changed: () => void): () => void {
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}

/** Moves the focus to each new page, so that keyboard users and screen readers start at this page. */
function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (fromLocation !== undefined && pathChanged) focusPage();
      }),
    [router],
  );
}

function focusPage(): void {
  // If the page has already focused a field, the focus stays there.
  if (document.activeElement?.closest("input, textarea, [contenteditable], [role=dialog]") != null) return;
  const note = document.getElementById("note");
  const page = note?.checkVisibility() ? note : document.getElementById("content");
  page?.focus({ preventScroll: true });
}

/** Lets the installed app receive files from other apps. The app in a browser tab does not register the service worker. */
function useInstalledApp(): void {
  useEffect(() => {
    if (matchMedia("(display-mode: standalone)").matches) acceptHandedFiles();
    addEventListener("appinstalled", acceptHandedFiles);
    return () => removeEventListener("appinstalled", acceptHandedFiles);
  }, []);
}
