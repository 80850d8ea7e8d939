import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { File, Link2 } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { PasswordField } from "../../components/password-field.tsx";
import { Segmented } from "../../components/segmented.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatBytes, formatShortSpan } from "../../texts/index.ts";
import { bodyOf } from "./link-body.ts";
import { LinkItem } from "./link-item.tsx";
import { LinkList } from "./link-section.tsx";
import { lifetimesOf, policyOf, valuesOf } from "./link-values.ts";
import { linksQuery, useMakeLink } from "./links-query.ts";

const words = linkTexts.dialog;

type FileLinksDialogProps = {
  /** One file, or several files of one note. */
  files: readonly [Attachment, ...Attachment[]];
  onClose: () => void;
};

/** Makes a link to files in two clicks. For a single file, also shows the links that the file has. */
export function FileLinksDialog({ files, onClose }: FileLinksDialogProps) {
  const [first] = files;
  const isSingle = files.length === 1;
  const subject = isSingle ? { attachmentId: first.id } : { noteId: first.noteId };
  const button = useRef<HTMLButtonElement>(null);
  const making = useMakeLink(subject);
  const { made, forget } = making;
  const listed = useInfiniteQuery(linksQuery(subject)).data?.pages.flatMap(({ items }) => items);
  // Prefers the link in the list, because it contains the changes since the creation of the link.
  const link = listed?.find(({ id }) => id === made?.link.id) ?? made?.link;
  return (
    <Dialog
      onClose={onClose}
      title={isSingle ? words.title(first.filename) : words.titleOfSeveral(files.length)}
      description={isSingle ? words.hint : words.hintOfSeveral}
      initialFocus={button}
      className="md:w-[480px]"
    >
      <div className="flex flex-col gap-6">
        {made === undefined || link === undefined ? (
          <NewLink files={files} making={making} buttonRef={button} />
        ) : (
          <div className="flex flex-col gap-3">
            <ul>
              <LinkItem key={link.id} link={link} created={{ isCopied: made.isCopied, hasCode: true }} />
            </ul>
            <Button className="self-start" onClick={forget}>
              <Link2 size={16} />
              {linkTexts.create}
            </Button>
          </div>
        )}
        {isSingle && (
          <section aria-labelledby="file-links" className="flex flex-col gap-3">
            <h3 id="file-links" className="font-medium text-small">
              {words.existing}
            </h3>
            <LinkList subject={subject} exceptId={made?.link.id} none={words.none} />
          </section>
        )}
      </div>
    </Dialog>
  );
}

type NewLinkProps = {
  files: FileLinksDialogProps["files"];
  making: ReturnType<typeof useMakeLink>;
  buttonRef: React.RefObject<HTMLButtonElement | null>;
};

function NewLink({ files, making: { make, isPending, error }, buttonRef }: NewLinkProps) {
  const name = files.map(({ filename }) => filename).join(", ");
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const instance = useQuery(instanceQuery).data;
  const policy = policyOf(instance);
  const lifetimes = lifetimesOf(policy).filter((seconds) => seconds <= 7 * 86_400);
  const [chosen, setChosen] = useState<string>();
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string>();
  const expiry = chosen ?? valuesOf(undefined, policy).expiry;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isPending) return;
    const values = { ...valuesOf(undefined, policy), expiry, password };
    const result = bodyOf(values, { link: undefined, kind: "download", policy, now: earliestServiceNow() });
    setProblem("problems" in result ? (result.problems.password ?? result.problems.expiry) : undefined);
    if (!("body" in result)) return;
    void make(files.length === 1 ? result.body : { ...result.body, attachmentIds: files.map(({ id }) => id) });
  }

  if (instance?.limits.links.enabled === false) return <p>{linkTexts.off}</p>;
  return (
    <form noValidate onSubmit={submit}>
      <Ticket
        stub={
          <div className="flex flex-col gap-4">
            {instance === undefined ? (
              <Skeleton className="h-16" />
            ) : (
              <div className="flex flex-col gap-1">
                <p aria-hidden="true" className="font-medium text-small">
                  {words.lasts}
                </p>
                <Segmented
                  label={words.lasts}
                  value={expiry}
                  onChange={setChosen}
                  options={lifetimes.map((seconds) => ({ value: String(seconds), label: formatShortSpan(seconds) }))}
                />
              </div>
            )}
            {policy.passwordRequired && (
              <PasswordField
                name="link-password"
                label={linkTexts.form.password}
                hint={linkTexts.form.passwordHint}
                error={problem}
                maxLength={200}
                autoComplete="off"
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
            )}
            {error !== null && <Problem error={error} />}
            {/* The button has no attribute `disabled`, because it would remove the focus. */}
            <Button ref={buttonRef} type="submit" kind="primary" aria-disabled={isPending || instance === undefined}>
              <Link2 size={16} />
              {words.create}
            </Button>
          </div>
        }
      >
        <div className="flex items-center gap-3">
          <File size={24} strokeWidth={1.5} className="shrink-0 text-muted" />
          <div className="min-w-0">
            <p title={name} className="line-clamp-2 font-medium [overflow-wrap:anywhere]">
              {name}
            </p>
            <p className="text-muted text-small">{formatBytes(sizeBytes)}</p>
          </div>
        </div>
      </Ticket>
    </form>
  );
}
