import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Attachment, Note } from "@valetkey/client";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { buttonStyle } from "../../components/button.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { BackLink } from "../../components/page.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { AttachmentSection, inOrder } from "../../features/attachments/attachment-section.tsx";
import { prepareForFiles } from "../../features/notes/draft/drafts.ts";
import { NoteText } from "../../features/notes/note-text.tsx";
import { AccessLine } from "../../features/sharing/access-line.tsx";
import { forgetNote, isStart, rememberNote } from "../../service/choices.ts";
import { hasCode } from "../../service/client.ts";
import { $dropped, type TakenFiles, type TargetNote } from "../../service/dragged-files.ts";
import { importWithRetry } from "../../service/lazy-code.ts";
import { $createdNotes, firstIdOf, isNewNoteId } from "../../service/new-notes.ts";
import { instanceQuery, noteQuery } from "../../service/queries.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import { type AccessPlace, accessOfFile, describeAccess } from "../../texts/describe-access.ts";
import { texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { LazyPart } from "../lazy-part.tsx";
import { usePreviewedFile } from "../use-previewed-file.ts";

const route = getRouteApi("/signed-in/lists/n/$noteId");

/** Shows a note from top to bottom: the title, the people with access, the text, the files, and the activity. */
export function NotePage() {
  const { noteId } = route.useParams();
  const { q } = route.useSearch();
  const { file, show, hide } = usePreviewedFile();
  const navigate = route.useNavigate();
  const note = useQuery(noteQuery(noteId));
  // If the service refuses access to the note, the page stops showing the cached note.
  const isGone = note.isError && isUnavailable(note.error);
  const isUnsaved = isNewNoteId(noteId);
  useFinalUrl(noteId);
  useDocumentTitle(isGone || note.data === undefined ? texts.app.notes : titleOf(note.data.title));
  useEffect(() => {
    if (!isGone && !isUnsaved && note.isSuccess) rememberNote(noteId);
    if (!isGone) return;
    forgetNote(noteId);
    if (isStart(noteId)) void navigate({ to: "/", replace: true });
  }, [noteId, isGone, isUnsaved, note.isSuccess, navigate]);
  const isNew = note.data?.isNew === true && !isGone;
  useEffect(() => {
    if (isNew)
      void importWithRetry(() => import("../../service/mark-seen.ts")).then(
        (code) => code.markNoteSeen(noteId),
        ignore,
      );
  }, [isNew, noteId]);
  const [linked, setLinked] = useState<readonly Attachment[]>([]);
  const [firstLinked, ...otherLinked] = linked;
  // The order of the file list when the user opened the preview. The preview shows the next and the previous file in this order.
  const [order, setOrder] = useState<readonly string[]>([]);
  // A URL may open a file that the list did not show. The preview then uses the order in which the files were attached.
  const shownOrder = file === undefined || order.includes(file) ? order : [];
  const [sharing, setSharing] = useState<{ noteId: string; files?: readonly Attachment[]; tab?: "people" | "link" }>();
  const [chosenToMove, setMoving] = useState<TakenFiles & { isCopy: boolean; to?: TargetNote }>();
  const moving = useStore($dropped) ?? chosenToMove;
  const hasLinks = useQuery(instanceQuery).data?.limits.links.enabled === true;
  const canLink = hasLinks && !isGone && note.data !== undefined && note.data.role !== "viewer";
  useShortcut("make a link", () => setSharing({ noteId, tab: "link" }), { isEnabled: canLink });
  const files = useRef<HTMLElement>(null);
  const openPlace = (place: AccessPlace) => {
    if (place === "files") files.current?.focus();
    else setSharing({ noteId, tab: place });
  };
  const stopMoving = () => {
    $dropped.set(undefined);
    setMoving(undefined);
  };
  const kept = q === undefined ? {} : { q };
  const list = note.data === undefined || note.data.role === "owner" ? "/" : "/shared";
  const back = (
    <BackLink to={list} search={kept} className="md:hidden">
      {/* When the user has scrolled the note, the bar shows the title of the note in place of this text. */}
      <span className="group-has-data-scrolled:sr-only">{texts.notes.back}</span>
    </BackLink>
  );
  const leave = (
    <Link to={list} className={buttonStyle({ kind: "outline" })}>
      {texts.notes.goTo[list]}
    </Link>
  );
  return (
    <div className="mx-auto flex max-w-[760px] flex-col gap-6 px-4 py-4 md:px-8 md:py-8">
      {(note.data === undefined || isGone) && back}
      {note.isPending && <NoteSkeleton />}
      {isGone && (
        <LazyPart onClose={ignore}>
          {({ UnavailableNote, AskForAccess }) => (
            <UnavailableNote
              noteId={noteId}
              error={note.error}
              wasOpen={note.data !== undefined}
              ask={<AskForAccess noteId={noteId} action={leave} />}
              action={leave}
            />
          )}
        </LazyPart>
      )}
      {note.isError && !isGone && note.data === undefined && (
        <Failure title={texts.notes.failedToLoadOne} query={note} />
      )}
      {note.data !== undefined && !isGone && (
        <>
          <NoteText
            key={firstIdOf(noteId)}
            note={note.data}
            back={back}
            onDeleted={() => void navigate({ to: list, search: kept, replace: true })}
          >
            <AccessLine note={note.data} onOpen={isUnsaved ? undefined : openPlace} />
          </NoteText>
          {note.data.accessRequestCount > 0 && (
            <LazyPart onClose={ignore}>{({ AccessRequests }) => <AccessRequests noteId={noteId} />}</LazyPart>
          )}
          <AttachmentSection
            ref={files}
            note={note.data}
            prepare={(filename) => prepareForFiles(note.data, filename)}
            onPreview={(id, listed) => {
              setOrder(listed.map((each) => each.id));
              show(id);
            }}
            onCopyLink={setLinked}
            onShare={(files) => setSharing({ noteId, files })}
            onMove={(files, isCopy) =>
              setMoving({ files, fromNoteId: noteId, canMove: note.data.role !== "viewer", isCopy })
            }
          />
          {note.data.role !== "viewer" && !isUnsaved && (
            <NoteActivity>
              {(fold) => (
                <LazyPart onClose={fold}>
                  {({ ActivityFeed }) => <ActivityFeed key={noteId} noteId={noteId} />}
                </LazyPart>
              )}
            </NoteActivity>
          )}
        </>
      )}
      {/* The dialogs stay open after the note is deleted or the user loses access, and show that a file is gone. */}
      {note.data !== undefined && (
        <LazyPart isOpen={file !== undefined} onClose={hide}>
          {({ PreviewOverlay }) => (
            <PreviewOverlay
              files={isGone ? [] : inOrder(note.data.attachments, shownOrder).filter(({ state }) => state === "ready")}
              selectedId={file}
              describe={describeFile(note.data)}
              onSelect={show}
              onClose={hide}
            />
          )}
        </LazyPart>
      )}
      {firstLinked !== undefined && (
        <LazyPart onClose={() => setLinked([])}>
          {({ FileLinksDialog }) => (
            <FileLinksDialog files={[firstLinked, ...otherLinked]} onClose={() => setLinked([])} />
          )}
        </LazyPart>
      )}
      {moving !== undefined && (
        <LazyPart onClose={stopMoving}>{({ MoveFiles }) => <MoveFiles {...moving} onClose={stopMoving} />}</LazyPart>
      )}
      {sharing !== undefined && (
        <LazyPart onClose={() => setSharing(undefined)}>
          {({ ShareDialog, LinkPanel }) => (
            <ShareDialog
              noteId={noteId}
              {...(sharing.files !== undefined && { files: sharing.files })}
              {...(sharing.tab !== undefined && { tab: sharing.tab })}
              canInvite={note.data?.role === "owner"}
              onClose={() => setSharing(undefined)}
              links={<LinkPanel noteId={noteId} files={sharing.files} />}
            />
          )}
        </LazyPart>
      )}
    </div>
  );
}

const ignore = () => undefined;

/** When the service has created a new note, replaces the temporary id in the URL with the id of the note. */
function useFinalUrl(noteId: string): void {
  const navigate = useNavigate();
  const finalId = useStore($createdNotes)[noteId];
  useEffect(() => {
    if (finalId === undefined) return;
    const to = { to: "/n/$noteId", params: { noteId: finalId }, search: <Kept,>(kept: Kept) => kept } as const;
    void navigate({ ...to, replace: true, resetScroll: false });
  }, [finalId, navigate]);
}

function describeFile({ access }: Note): ((file: Attachment) => string) | undefined {
  return access && ((file) => describeAccess(accessOfFile(access, file.access), { now: Date.now() }));
}

function NoteSkeleton() {
  return (
    // The placeholders have the positions of the parts of the note. On phones, the back link is above the placeholders.
    <div className="flex flex-col gap-6 max-md:-mt-2 md:pt-10">
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

/** Returns whether the note does not exist, or the user has no access. In both cases, a retry would also fail. */
function isUnavailable(error: unknown): boolean {
  return hasCode(error, "access_denied") || hasCode(error, "note_not_found") || hasCode(error, "invalid_request");
}

/** Shows the activity of one note. The page loads the activity when the user opens this part. */
function NoteActivity({ children }: { children: (fold: () => void) => ReactNode }) {
  const id = useId();
  const [isUnfolded, setUnfolded] = useState(false);
  return (
    <section aria-label={texts.app.activity} className="scroll-mt-11 border-t pt-4 md:scroll-mt-9">
      <h2>
        <button
          type="button"
          aria-expanded={isUnfolded}
          aria-controls={id}
          onClick={() => setUnfolded(!isUnfolded)}
          className="-ml-2 flex h-11 items-center gap-2 rounded-card px-2 font-semibold hover:bg-hover md:h-9"
        >
          <ChevronRight
            size={16}
            aria-hidden="true"
            className={isUnfolded ? "rotate-90 transition-transform" : "transition-transform"}
          />
          {texts.app.activity}
        </button>
      </h2>
      <div id={id} className={isUnfolded ? "mt-4" : undefined}>
        {isUnfolded && children(() => setUnfolded(false))}
      </div>
    </section>
  );
}
