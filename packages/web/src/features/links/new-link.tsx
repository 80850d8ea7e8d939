import { useQuery } from "@tanstack/react-query";
import type { Attachment, CreateLinkBody } from "@valetkey/client";
import { File as FileShape, Files, Link2 } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { noteQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatBytes } from "../../texts/index.ts";
import { describeWill } from "./describe-will.ts";
import { ExpiryField, PasswordFields } from "./link-form.tsx";
import type { useMakeLink } from "./links-query.ts";
import { RareFields } from "./rare-fields.tsx";
import { useLinkForm } from "./use-link-form.ts";

const words = linkTexts.dialog;

type NewLinkProps = {
  noteId: string;
  /** Without files, the link opens every file of the note. */
  files: readonly Attachment[];
  making: ReturnType<typeof useMakeLink>;
};

/** A ticket with the settings of a new link, and with the button that makes the link. */
export function NewLink({ noteId, files, making }: NewLinkProps) {
  const [only, second] = files;
  const { form, policy, submit, ...fields } = useLinkForm({
    kind: "download",
    subject: files.length === 0 ? noteId : files.map(({ id }) => id).join(),
    onSubmit: (body, forget) => void make(body, forget),
  });
  const { values, change } = fields;
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
            <ExpiryField {...fields} kind="download" policy={policy} />
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
            {making.error !== null && <Problem error={making.error} />}
            <p className="text-pretty text-muted text-small">
              {describeWill(values, { kind: "download", now: earliestServiceNow() })}
            </p>
            {/* The attribute `disabled` would remove the focus, so the button does not have it. */}
            <Button data-autofocus type="submit" kind="primary" aria-disabled={making.isPending}>
              <Link2 size={16} />
              {words.create}
            </Button>
          </div>
        }
      >
        <Content noteId={noteId} files={files} />
      </Ticket>
    </form>
  );
}

/** Shows the content of the link, with its size. */
function Content({ noteId, files }: Pick<NewLinkProps, "noteId" | "files">) {
  const note = useQuery(noteQuery(noteId)).data;
  const isWhole = files.length === 0;
  const opened = isWhole ? (note?.attachments ?? []).filter(({ state }) => state === "ready") : files;
  const name = isWhole ? words.wholeTitle : files.map(({ filename }) => filename).join(", ");
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
          {isWhole ? words.whole(opened.length, formatBytes(sizeBytes)) : formatBytes(sizeBytes)}
        </p>
      </div>
    </div>
  );
}
