import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import type { Attachment } from "@valetkey/client";
import { ArrowLeft } from "lucide-react";
import { useRef, useState } from "react";
import { buttonStyle } from "../../components/button.tsx";
import { onDemand } from "../../components/on-demand.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { useDocumentTitle } from "../../components/use-document-title.ts";
import { NoteActivity } from "../../features/activity/note-activity.tsx";
import { AttachmentSection } from "../../features/attachments/attachment-section.tsx";
import { latestFirst } from "../../features/attachments/use-listed-attachments.ts";
import { isNoNote } from "../../features/notes/is-no-note.ts";
import { NoteText } from "../../features/notes/note-text.tsx";
import { PreviewOverlay } from "../../features/preview/preview-overlay.tsx";
import { AccessLine } from "../../features/sharing/access-line.tsx";
import { ShareFile } from "../../features/sharing/share-file.tsx";
import { TemporaryLink } from "../../features/sharing/temporary-link.tsx";
import { noteQuery } from "../../service/queries.ts";
import { texts } from "../../texts/index.ts";

const NoNote = onDemand(async () => (await import("../../features/notes/no-note.tsx")).NoNote);

const route = getRouteApi("/signed-in/lists/n/$noteId");

/** A note, top to bottom: title, who can see it, the text, the files, what happened. */
export function NotePage() {
  const { noteId } = route.useParams();
  const { file, q } = route.useSearch();
  const navigate = route.useNavigate();
  const note = useQuery(noteQuery(noteId));
  // What was there before a refusal is not shown any longer, though it is still known.
  const isGone = note.isError && isNoNote(note.error);
  useDocumentTitle(isGone ? texts.app.notes : (note.data?.title ?? texts.app.notes));
  const [linked, setLinked] = useState<Attachment>();
  const [shared, setShared] = useState<Attachment>();
  // The code that says of a note that it is gone.
  const [isMissing, setMissing] = useState(false);
  const retry = () => {
    setMissing(false);
    void note.refetch();
  };
  const { history } = useRouter();
  const hasNoteBehind = useRef(false);
  if (file === undefined) hasNoteBehind.current = false;
  const show = (attachmentId: string) => {
    hasNoteBehind.current ||= file === undefined;
    const search = { ...(q !== undefined && { q }), file: attachmentId };
    void navigate({ search, replace: file !== undefined, resetScroll: false });
  };
  // Closing is the way back, so that "back" afterwards does not open the file again; who came by its address has no note behind it.
  const hide = () => {
    if (hasNoteBehind.current) history.back();
    else void navigate({ search: q === undefined ? {} : { q }, replace: true, resetScroll: false });
  };
  const list = note.data === undefined || note.data.role === "owner" ? "/" : "/shared";
  const kept = q === undefined ? {} : { q };
  const back = (
    <Link
      to={list}
      search={kept}
      className="-ml-2 inline-flex h-11 shrink-0 items-center gap-1 self-start rounded-card px-2 text-muted hover:bg-hover lg:hidden"
    >
      <ArrowLeft size={18} />
      {texts.notes.back}
    </Link>
  );
  return (
    <div className="mx-auto flex max-w-[760px] flex-col gap-6 px-4 py-4 md:px-8 md:py-8">
      {(note.data === undefined || isGone) && back}
      {note.isPending && <NoteSkeleton />}
      {isGone && !isMissing && (
        <NoNote
          noteId={noteId}
          error={note.error}
          action={
            <Link to={list} className={buttonStyle({ kind: "outline" })}>
              {texts.notes.goTo[list]}
            </Link>
          }
          onClose={() => setMissing(true)}
        />
      )}
      {note.isError && (isGone ? isMissing : note.data === undefined) && (
        <Failure title={texts.notes.failedToLoadOne} error={note.error} onRetry={retry} />
      )}
      {note.data !== undefined && !isGone && (
        <>
          <NoteText
            key={noteId}
            note={note.data}
            back={back}
            onDeleted={() => void navigate({ to: list, search: kept, replace: true })}
          >
            <AccessLine note={note.data} />
          </NoteText>
          <AttachmentSection note={note.data} onPreview={show} onCopyLink={setLinked} onShare={setShared} />
          {note.data.role !== "viewer" && <NoteActivity noteId={noteId} />}
        </>
      )}
      {/* These stay when the note goes: they say themselves why a file can't be had. */}
      {note.data !== undefined && (
        <PreviewOverlay
          files={latestFirst(note.data.attachments).filter(({ state }) => state === "ready")}
          selectedId={file}
          onSelect={show}
          onClose={hide}
        />
      )}
      {linked !== undefined && <TemporaryLink attachment={linked} onClose={() => setLinked(undefined)} />}
      {shared !== undefined && <ShareFile attachment={shared} onClose={() => setShared(undefined)} />}
    </div>
  );
}

function NoteSkeleton() {
  return (
    // Its parts are where those of the note will be; on phones the way back stands above.
    <div className="flex flex-col gap-6 max-lg:-mt-2 lg:pt-10">
      <Skeleton className="h-7 w-1/2" />
      <Skeleton className="h-11 w-1/4 md:h-9" />
      <Skeleton className="h-16" />
      <div className="flex flex-col gap-2">
        <Skeleton className="h-14" />
        <Skeleton className="h-14" />
      </div>
    </div>
  );
}
