import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Attachment, CreateLinkBody, Link } from "@valetkey/client";
import { Inbox, Link2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { DialogFooter } from "../../components/dialog.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { texts } from "../../texts/index.ts";
import { LinkForm } from "./link-form.tsx";
import { LinkItem } from "./link-item.tsx";
import { type LinkSubject, linksQuery, type MadeLink, useMakeLink } from "./links-query.ts";
import { NewLink } from "./new-link.tsx";

const words = linkTexts;

type LinkPanelProps = {
  noteId: string;
  /** The files of the note that a new link opens. Default: every file of the note. */
  files?: readonly Attachment[] | undefined;
  /** Whether the ticket of a new link shows its QR code. */
  hasCode?: boolean;
};

/** Makes a link to a note or to files, and lists the links that exist. It is the content of a dialog. */
export function LinkPanel({ noteId, files = [], hasCode = false }: LinkPanelProps) {
  const [only, second] = files;
  const subject = only !== undefined && second === undefined ? { attachmentId: only.id } : { noteId };
  const instance = useQuery(instanceQuery).data;
  const making = useMakeLink();
  const { made, error, makeAgain } = making;
  const onAgain = (ended: Link) => void makeAgain(ended);
  if (instance === undefined) return <Skeleton className="h-40" />;
  const isOff = !instance.limits.links.enabled;
  return (
    <div className="flex flex-col gap-6">
      {isOff && <p>{words.off}</p>}
      {made !== undefined && (
        <>
          <NewestLink key={made.link.id} made={made} subject={subject} hasCode={hasCode} onAgain={onAgain} />
          {error !== null && <Problem error={error} />}
          <DialogFooter>
            <Button onClick={making.forget}>
              <Link2 size={16} />
              {words.create}
            </Button>
          </DialogFooter>
        </>
      )}
      {made === undefined && !isOff && <NewLink noteId={noteId} files={files} making={making} />}
      {second === undefined && (
        <section aria-labelledby="existing-links" className="flex flex-col gap-3">
          <div className="flex min-h-11 items-center justify-between gap-3 md:min-h-9">
            <h3 id="existing-links" className="font-medium text-small">
              {only === undefined ? words.existing : words.dialog.existing}
            </h3>
            {only === undefined && !isOff && <RequestFiles noteId={noteId} />}
          </div>
          <LinkList subject={subject} exceptId={made?.link.id} onAgain={onAgain} />
        </section>
      )}
    </div>
  );
}

type NewestLinkProps = {
  made: MadeLink;
  subject: LinkSubject;
  hasCode: boolean;
  onAgain: (ended: Link) => void;
};

/** The link that was just made. Prefers the link in the list, because it contains the changes since the creation. */
function NewestLink({ made, subject, hasCode, onAgain }: NewestLinkProps) {
  const listed = useInfiniteQuery(linksQuery(subject)).data?.pages.flatMap(({ items }) => items);
  const link = listed?.find(({ id }) => id === made.link.id) ?? made.link;
  return (
    <ul>
      <LinkItem link={link} created={{ isCopied: made.isCopied, hasCode }} onAgain={onAgain} />
    </ul>
  );
}

/** A button that opens the form of a file request, and the request that was just made. */
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
      <Button ref={button} kind="quiet" onClick={() => setOpen(true)}>
        <Inbox size={16} />
        {words.requestFiles}
      </Button>
      {isOpen && (
        <LinkForm
          title={words.form.requestTitle}
          hint={words.form.requestHint}
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

/**
 * The states of the links that the list shows. Visitors can open these links now, or they can open them after a change of the limit or of
 * the policy.
 */
const SHOWN: ReadonlySet<Link["state"]> = new Set(["live", "used_up", "closed"]);

type LinkListProps = {
  subject: LinkSubject;
  /** A link that the list leaves out, because the dialog shows it elsewhere. */
  exceptId: string | undefined;
  onAgain: (ended: Link) => void;
};

/** Lists the links of a note or file that have not ended, and the links that have ended while the user looked at them. */
function LinkList({ subject, exceptId, onAgain }: LinkListProps) {
  const list = useInfiniteQuery(linksQuery(subject));
  const all = (list.data?.pages ?? []).flatMap(({ items }) => items);
  const seen = useRef(new Set<string>());
  useEffect(() => {
    for (const { id, state } of all) if (SHOWN.has(state)) seen.current.add(id);
  });
  const links = all.filter(({ id, state }) => id !== exceptId && (SHOWN.has(state) || seen.current.has(id)));
  if (list.isPending) return <Skeleton className="h-32" />;
  if (list.data === undefined) return <Failure title={words.failed} query={list} />;
  return (
    <>
      {links.length === 0 && <p className="text-muted text-small">{words.none}</p>}
      <ul aria-label={words.list} className="flex flex-col gap-3 empty:hidden">
        {links.map((link) => (
          <LinkItem key={link.id} link={link} onAgain={onAgain} />
        ))}
      </ul>
      {list.isFetchNextPageError && <Problem error={list.error} />}
      {list.hasNextPage && (
        <Button className="self-start" disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {texts.common.showMore}
        </Button>
      )}
    </>
  );
}
