import { useQuery } from "@tanstack/react-query";
import type { CreateLinkBody } from "@valetkey/client";
import { Inbox, Link2 } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { LinkForm } from "./link-form.tsx";
import { LinkList } from "./link-list.tsx";
import type { LinkSubject } from "./links-query.ts";
import { useMakeLink } from "./use-make-link.ts";

const words = linkTexts;

type LinkSectionProps = { subject: LinkSubject; buttonRef: RefObject<HTMLButtonElement | null> };

/** The links of a note or file in its share dialog. One click makes a link and copies it. */
export function LinkSection({ subject, buttonRef: button }: LinkSectionProps) {
  const policy = useQuery(instanceQuery).data?.limits.links;
  const { make, made, isPending, error, reset } = useMakeLink(subject);
  const [form, setForm] = useState<"download" | "upload">();
  const hadForm = useRef(false);
  // The form that had the focus has disappeared, so the button takes the focus.
  useEffect(() => {
    if (hadForm.current && form === undefined) button.current?.focus();
    hadForm.current = form !== undefined;
  }, [form, button]);
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
