import { Outlet, useParams } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { UploadsWatch } from "../features/attachments/uploads-watch.tsx";
import { drafts } from "../features/notes/draft/drafts.ts";
import { client } from "../service/client.ts";
import { useConnection } from "../service/use-connection.ts";
import { texts } from "../texts/index.ts";
import { BottomBar } from "./bottom-bar.tsx";
import { Rail } from "./rail.tsx";
import { useAppShortcuts } from "./use-app-shortcuts.tsx";
import { useCreateNote } from "./use-create-note.ts";
import { useFocusOnNavigation } from "./use-focus-on-navigation.ts";
import { useInstalledApp } from "./use-installed-app.ts";
import { useLiveUpdates } from "./use-live-updates.ts";
import { useAccount, useLeaveWhenSignedOut } from "./use-session.ts";

/** The frame of every page after the sign-in: the rail on desktops, the bar on phones, and the page. */
export function Shell() {
  useLeaveWhenSignedOut();
  useFocusOnNavigation();
  useSaveLeft();
  useLiveUpdates();
  useInstalledApp();
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
      <ConnectionBanner />
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

/** The longest time for which a browser may keep the lock of a crashed tab. Milliseconds. */
const GONE_MS = 4_000;

/** On every page, saves the drafts of closed tabs as soon as there is a connection. */
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

/** Keeps uploads running on every page, and resumes them after a reload. */
function Uploads() {
  const account = useAccount();
  const { noteId } = useParams({ strict: false });
  if (account === undefined) return null;
  return <UploadsWatch accountId={account.id} openNoteId={noteId} />;
}

/** The pause between polls while the service is down. Milliseconds. */
const POLL_MS = 3_000;

function ConnectionBanner() {
  const connection = useConnection();
  // The page shows no banner for a short interruption.
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
  return (
    <div role="status">
      {shown !== "online" && (
        <p className="border-b bg-sunken px-4 text-balance py-1.5 text-center text-small text-ink">
          {texts.app[shown]}
        </p>
      )}
    </div>
  );
}
