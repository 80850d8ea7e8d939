import { Outlet, useParams } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { UploadsWatch } from "../features/attachments/uploads-watch.tsx";
import { drafts } from "../features/notes/draft/drafts.ts";
import { useOnline } from "../service/online.ts";
import { texts } from "../texts/index.ts";
import { BottomBar } from "./bottom-bar.tsx";
import { Rail } from "./rail.tsx";
import { useAppShortcuts } from "./use-app-shortcuts.tsx";
import { useCreateNote } from "./use-create-note.ts";
import { useFocusOnNavigation } from "./use-focus-on-navigation.ts";
import { useAccount, useLeaveWhenSignedOut } from "./use-session.ts";

/** The frame of every page after the sign-in: the rail on desktops, the bar on phones, and the page. */
export function Shell() {
  useLeaveWhenSignedOut();
  useFocusOnNavigation();
  useSaveLeft();
  const { create, isPending } = useCreateNote();
  const dialogs = useAppShortcuts({ onNewNote: create });
  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#content"
        className="-translate-y-20 fixed top-2 left-2 z-50 rounded-card bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        {texts.app.skip}
      </a>
      <OfflineBanner />
      <div className="flex min-h-0 grow">
        <Rail onNewNote={create} isCreating={isPending} />
        <div id="content" tabIndex={-1} className="min-w-0 grow outline-none">
          <Outlet />
        </div>
      </div>
      <BottomBar onNewNote={create} isCreating={isPending} />
      {dialogs}
      <Uploads />
    </div>
  );
}

/** How long the lock of a crashed tab may remain. Milliseconds. */
const GONE_MS = 4_000;

/** Saves the drafts of closed tabs on every page, as soon as there is a connection. */
function useSaveLeft(): void {
  const { noteId: openNoteId } = useParams({ strict: false });
  const isOnline = useOnline();
  const save = useEffectEvent(() => void drafts.saveAbandoned({ openNoteId }));
  useEffect(() => {
    if (!isOnline) return;
    save();
    const timer = setTimeout(save, GONE_MS);
    return () => clearTimeout(timer);
  }, [isOnline]);
}

/** Keeps uploads running on every page, and resumes them after a reload. */
function Uploads() {
  const account = useAccount();
  const { noteId } = useParams({ strict: false });
  if (account === undefined) return null;
  return <UploadsWatch accountId={account.id} openNoteId={noteId} />;
}

function OfflineBanner() {
  const isOnline = useOnline();
  // A short interruption shows no banner.
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(!isOnline), isOnline ? 0 : 500);
    return () => clearTimeout(timer);
  }, [isOnline]);
  return (
    <div role="status">
      {isShown && (
        <p className="bg-warning-soft px-4 text-balance py-1.5 text-center text-small text-warning">
          {texts.app.offline}
        </p>
      )}
    </div>
  );
}
