import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Attachment, CreateLinkBody, Link } from "@valetkey/client";
import { ChevronRight, File as FileShape, Files, Inbox, Link2 } from "lucide-react";
import { useId, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogFooter, DoneButton } from "../../components/dialog.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { instanceQuery, noteQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatBytes, texts } from "../../texts/index.ts";
import { hasEnded, stateAt, useServiceNow } from "./describe-link.tsx";
import { describeWill, missingIn } from "./link-body.ts";
import { ExpiryField, LinkForm, PasswordFields } from "./link-form.tsx";
import { EndedLinks, LinkItem } from "./link-item.tsx";
import { type LinkSubject, linksQuery, useMakeLink } from "./links-query.ts";
import { RareFields } from "./rare-fields.tsx";
import { useLinkForm } from "./use-link-form.ts";

const words = linkTexts;

type LinkPanelProps = {
  noteId: string;
  /** The files that a new link opens. Default: every file of the note. */
  files?: readonly Attachment[] | undefined;
  hasCode?: boolean;
};

/** The content of a dialog that makes a link to a note or to files, and lists the existing links. */
export function LinkPanel({ noteId, files = [], hasCode = false }: LinkPanelProps) {
  const [only, second] = files;
  const subject = only !== undefined && second === undefined ? { attachmentId: only.id } : { noteId };
  const hasLinks = useHasLinks(noteId, only?.id);
  const instance = useQuery(instanceQuery).data;
  const making = useMakeLink();
  const made = useMade(making, subject);
  const [hasSent, setSent] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const isDone = made !== undefined || hasSent;
  if (instance === undefined) return <Skeleton className="h-40" />;
  const isOff = !instance.limits.links.enabled;
  function startAgain(): void {
    making.forget();
    making.reset();
    setSent(false);
    // The focused button disappears, and the form is at the top.
    panel.current?.focus();
    panel.current?.scrollIntoView();
  }
  return (
    <div ref={panel} tabIndex={-1} className="flex scroll-mt-4 flex-col gap-6 outline-none">
      {isOff && <p>{words.off}</p>}
      {made !== undefined && (
        <ul>
          <LinkItem key={made.link.id} link={made.link} created={{ isCopied: made.isCopied, hasCode }} />
        </ul>
      )}
      {isDone && (
        <>
          {making.error !== null && <Problem error={making.error} />}
          <DialogFooter>
            <Button kind="quiet" onClick={startAgain}>
              <Link2 size={16} />
              {words.create}
            </Button>
            <DoneButton />
          </DialogFooter>
        </>
      )}
      {!isDone && !isOff && <NewLink noteId={noteId} files={files} making={making} />}
      {!isDone && only === undefined && !isOff && <RequestFiles noteId={noteId} />}
      {second === undefined && (
        <LinkList
          subject={subject}
          isLikely={hasLinks}
          exceptId={made?.link.id}
          onSent={() => {
            making.reset();
            setSent(true);
          }}
          onAgain={(ended) => void making.makeAgain(ended)}
        />
      )}
    </div>
  );
}

/** Returns whether a loaded note says that visitors can open links to this note, or to one of its files. */
function useHasLinks(noteId: string, fileId: string | undefined): boolean {
  const note = useQuery(noteQuery(noteId)).data;
  const { links, fileLinks, requests } = note?.access ?? {};
  if (fileId === undefined) return (links ?? fileLinks ?? requests) !== undefined;
  return note?.attachments.find(({ id }) => id === fileId)?.access?.links !== undefined;
}

/**
 * Returns the new link until it ends. If the list already has the link, returns the link from the list, because the list has later changes.
 */
function useMade({ made }: ReturnType<typeof useMakeLink>, subject: LinkSubject) {
  const now = useServiceNow(1_000);
  const listed = useInfiniteQuery(linksQuery(subject)).data?.pages.flatMap(({ items }) => items);
  if (made === undefined) return undefined;
  const link = listed?.find(({ id }) => id === made.link.id) ?? made.link;
  return hasEnded(stateAt(link, now)) ? undefined : { ...made, link };
}

function RequestFiles({ noteId }: { noteId: string }) {
  const { make, isPending, error, reset } = useMakeLink();
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useFocusBack(button, isOpen);
  function close(): void {
    setOpen(false);
    reset();
  }
  async function submit(body: CreateLinkBody, forget: () => void): Promise<void> {
    if (!(await make({ subject: { noteId }, body }))) return;
    forget();
    close();
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        onClick={() => setOpen(true)}
        className="-mt-3 flex min-h-14 items-center gap-3 rounded-card border px-4 py-2 text-left transition-colors hover:bg-hover"
      >
        <Inbox size={24} strokeWidth={1.5} className="shrink-0 text-muted" />
        <span className="grow">
          <span className="block font-medium">{words.requestFiles}</span>
          <span className="block text-pretty text-muted text-small">{words.requestFilesHint}</span>
        </span>
        <ChevronRight size={16} className="shrink-0 text-muted" />
      </button>
      {isOpen && (
        <LinkForm
          title={words.form.requestTitle}
          kind="upload"
          subject={noteId}
          action={words.form.createRequest}
          pendingAction={words.creating}
          isPending={isPending}
          error={error}
          onSubmit={(body, forget) => void submit(body, forget)}
          onClose={close}
        />
      )}
    </>
  );
}

/** Names a link by the file of the dialog, because the link may also open other files. */
function withFirst(fileId: string, link: Link): Link {
  const files = link.files?.toSorted((a, b) => Number(b.id === fileId) - Number(a.id === fileId)) ?? null;
  return { ...link, files };
}

type LinkListProps = {
  subject: LinkSubject;
  /** Whether the list takes space while it loads. With an empty list, this space would go away, and the buttons below the list would move. */
  isLikely: boolean;
  /** The id of the link that the dialog shows outside of this list. */
  exceptId: string | undefined;
  /** Runs after the user has sent a link of the list by mail. */
  onSent: () => void;
  onAgain: (ended: Link) => void;
};

/** Lists the links of a note or file. Ended links are behind one line. */
function LinkList({ subject, isLikely, exceptId, onSent, onAgain }: LinkListProps) {
  const list = useInfiniteQuery(linksQuery(subject));
  const now = useServiceNow(1_000);
  const links = list.data?.pages
    .flatMap(({ items }) => items)
    .filter(({ id }) => id !== exceptId)
    .map((link) => ("noteId" in subject ? link : withFirst(subject.attachmentId, link)));
  const isOver = (link: Link) => hasEnded(stateAt(link, now));
  const title = words[exceptId === undefined ? "existing" : "others"]["noteId" in subject ? "note" : "file"];
  return (
    <section aria-label={title} className="flex flex-col gap-3 empty:hidden">
      {links?.every(isOver) === false && <h3 className="font-medium text-small">{title}</h3>}
      {list.isPending && isLikely && <Skeleton className="h-32" />}
      {list.isError && links === undefined && <Failure title={words.failed} query={list} />}
      {links?.every(isOver) === false && (
        <ul aria-label={words.list} className="flex flex-col gap-3">
          {links.map((link) => !isOver(link) && <LinkItem key={link.id} link={link} onSent={onSent} />)}
        </ul>
      )}
      <EndedLinks links={(links ?? []).filter(isOver)} hasMore={list.hasNextPage} onAgain={onAgain} />
      {list.isFetchNextPageError && <Problem error={list.error} />}
      {list.hasNextPage && (
        <Button className="self-start" disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {texts.common.showMore}
        </Button>
      )}
    </section>
  );
}

const dialogWords = linkTexts.dialog;

type FileLinksDialogProps = {
  files: readonly [Attachment, ...Attachment[]];
  onClose: () => void;
};

/** Makes a link to files in two clicks. For a single file, the dialog also shows the existing links to this file. */
export function FileLinksDialog({ files, onClose }: FileLinksDialogProps) {
  const [first] = files;
  return (
    <Dialog
      onClose={onClose}
      className="md:w-[560px]"
      title={files.length === 1 ? dialogWords.title(first.filename) : dialogWords.titleOfSeveral(files.length)}
    >
      <LinkPanel noteId={first.noteId} files={files} hasCode />
    </Dialog>
  );
}

type NewLinkProps = {
  noteId: string;
  /** The files that the link opens. If the list is empty, the link opens every file of the note. */
  files: readonly Attachment[];
  making: ReturnType<typeof useMakeLink>;
};

/** A ticket with the settings of a new link. The footer of the dialog has the button that makes the link. */
export function NewLink({ noteId, files, making }: NewLinkProps) {
  const [only, second] = files;
  const { form, policy, submit, ...fields } = useLinkForm({
    kind: "download",
    subject: files.length === 0 ? noteId : files.map(({ id }) => id).join(),
    onSubmit: (body, forget) => void make(body, forget),
  });
  const { values, change } = fields;
  const id = useId();
  const missing = missingIn(values);
  async function make(body: CreateLinkBody, forget: () => void): Promise<void> {
    if (making.isPending) return;
    const isMade =
      only !== undefined && second === undefined
        ? await making.make({ subject: { attachmentId: only.id }, body })
        : await making.make({
            subject: { noteId },
            body: only === undefined ? body : { ...body, attachmentIds: files.map(({ id }) => id) },
          });
    if (isMade) forget();
  }
  return (
    <form ref={form} noValidate onSubmit={submit} className="contents">
      <Ticket
        stub={
          <div className="flex flex-col gap-3">
            <ExpiryField {...fields} policy={policy} />
            <PasswordFields {...fields} policy={policy} />
            <RareFields {...fields} kind="download" noteId={noteId}>
              <TextField
                name="label"
                label={linkTexts.form.label}
                hint={linkTexts.form.labelHint}
                maxLength={200}
                autoComplete="off"
                value={values.label}
                onChange={(event) => change({ label: event.currentTarget.value })}
              />
            </RareFields>
          </div>
        }
      >
        <Content noteId={noteId} files={files} />
      </Ticket>
      <DialogFooter>
        <div id={id} className="grow basis-full text-pretty text-muted text-small md:basis-0">
          {missing ??
            (making.error === null ? (
              describeWill(values, { kind: "download", now: earliestServiceNow() })
            ) : (
              <Problem error={making.error} />
            ))}
        </div>
        {/*
          The attribute `disabled` would remove the focus from the button, so the button uses `aria-disabled`. With a missing entry, a click
          still moves the focus to the field.
        */}
        <Button
          data-autofocus
          type="submit"
          kind="primary"
          aria-disabled={making.isPending || missing !== undefined}
          aria-describedby={id}
          className="max-md:grow"
        >
          <Link2 size={16} />
          {dialogWords.create}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** Shows the names and the total size of the files that the link opens. */
function Content({ noteId, files }: Pick<NewLinkProps, "noteId" | "files">) {
  const note = useQuery(noteQuery(noteId)).data;
  const isWhole = files.length === 0;
  const opened = isWhole ? (note?.attachments ?? []).filter(({ state }) => state === "ready") : files;
  const name = isWhole ? dialogWords.wholeTitle : files.map(({ filename }) => filename).join(", ");
  const sizeBytes = opened.reduce((sum, file) => sum + file.sizeBytes, 0);
  const Icon = opened.length === 1 ? FileShape : Files;
  return (
    <div className="flex items-center gap-3">
      <Icon size={24} strokeWidth={1.5} className="shrink-0 text-muted" />
      <div className="min-w-0">
        <p title={name} className="line-clamp-2 text-balance font-medium [overflow-wrap:anywhere]">
          {name}
        </p>
        <p className="text-pretty text-muted text-small tabular-nums">
          {isWhole ? dialogWords.whole(opened.length, formatBytes(sizeBytes)) : formatBytes(sizeBytes)}
        </p>
      </div>
    </div>
  );
}
