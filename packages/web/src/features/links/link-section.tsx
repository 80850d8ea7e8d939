import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { CreateLinkBody, Link } from "@valetkey/client";
import { Inbox, Link2 } from "lucide-react";
import { type RefObject, useState } from "react";
import { Button } from "../../components/button.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { texts } from "../../texts/index.ts";
import { LinkForm } from "./link-form.tsx";
import { LinkItem } from "./link-item.tsx";
import { type LinkSubject, linksQuery, type MadeLink, useMakeLink } from "./links-query.ts";

const words = linkTexts;

type LinkSectionProps = { subject: LinkSubject; buttonRef: RefObject<HTMLButtonElement | null> };

/** The links of a note or file in its share dialog. One click makes a link and copies it. */
export function LinkSection({ subject, buttonRef: button }: LinkSectionProps) {
  const policy = useQuery(instanceQuery).data?.limits.links;
  const { make, made, isPending, error, reset } = useMakeLink(subject);
  const [form, setForm] = useState<"download" | "upload">();
  useFocusBack(button, form !== undefined);
  function close(): void {
    setForm(undefined);
    reset();
  }
  async function submit(body: CreateLinkBody, forget: () => void): Promise<void> {
    if (!(await make(body))) return;
    forget();
    close();
  }
  function start(): void {
    if (policy?.passwordRequired === true) setForm("download");
    else if (!isPending) void make({});
  }
  return (
    <section aria-label={words.title} className="flex flex-col gap-3">
      <div>
        <h3 className="font-medium text-small">{words.title}</h3>
        <p className="text-muted text-small">{policy?.enabled === false ? words.off : words.hint}</p>
      </div>
      {policy?.enabled === true && form === undefined && (
        <div className="flex flex-wrap gap-2">
          {/* The button has no attribute `disabled`, because it would remove the focus. */}
          <Button ref={button} aria-disabled={isPending} onClick={start}>
            <Link2 size={16} />
            {words.create}
          </Button>
          {"noteId" in subject && (
            <Button kind="quiet" onClick={() => setForm("upload")}>
              <Inbox size={16} />
              {words.requestFiles}
            </Button>
          )}
        </div>
      )}
      {form !== undefined && (
        <LinkForm
          title={form === "upload" ? words.form.requestTitle : words.form.newTitle}
          {...(form === "upload" && { hint: words.form.requestHint })}
          kind={form}
          subject={"noteId" in subject ? subject.noteId : subject.attachmentId}
          action={form === "upload" ? words.form.createRequest : words.form.create}
          pendingAction={words.creating}
          isPending={isPending}
          error={error}
          onSubmit={(body, forget) => void submit(body, forget)}
          onClose={close}
        />
      )}
      {form === undefined && error !== null && <Problem error={error} />}
      <LinkList subject={subject} made={made} />
    </section>
  );
}

/**
 * The states of the links that the list shows. Visitors can open these links now, or they can open them after a change of the limit or of
 * the policy.
 */
const SHOWN: ReadonlySet<Link["state"]> = new Set(["live", "used_up", "closed"]);

type LinkListProps = {
  subject: LinkSubject;
  /** The link that was just made. The list shows its URL. */
  made?: MadeLink | undefined;
  /** A link that the list leaves out, because the dialog shows it elsewhere. */
  exceptId?: string | undefined;
  /** The text when there is no link. */
  none?: string;
};

/** Lists the links of a note or file that have not ended, and the links that the user has just revoked here. */
export function LinkList({ subject, made, exceptId, none }: LinkListProps) {
  const list = useInfiniteQuery(linksQuery(subject));
  const [revoked, setRevoked] = useState<readonly string[]>([]);
  const links = (list.data?.pages ?? [])
    .flatMap(({ items }) => items)
    .filter(({ id, state }) => id !== exceptId && (SHOWN.has(state) || revoked.includes(id)));
  if (list.isPending) return <Skeleton className="h-32" />;
  if (list.data === undefined) return <Failure title={words.failed} query={list} />;
  return (
    <>
      {links.length === 0 && none !== undefined && <p className="text-muted text-small">{none}</p>}
      <ul aria-label={words.list} className="flex flex-col gap-3 empty:hidden">
        {links.map((link) => (
          <LinkItem
            key={link.id}
            link={link}
            created={made?.link.id === link.id ? { isCopied: made.isCopied, hasCode: false } : undefined}
            onRevoked={() => setRevoked([...revoked, link.id])}
          />
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
