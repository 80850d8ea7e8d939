import { useQuery } from "@tanstack/react-query";
import type { CreateLinkBody, Link } from "@valetkey/client";
import { useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Button } from "../../components/button.tsx";
import { DialogFooter, DialogForm } from "../../components/dialog.tsx";
import { describeExpiry, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, expiryOptions } from "../../components/expiry-field.tsx";
import { FileName } from "../../components/file-name.tsx";
import { CheckField, Segmented, Select } from "../../components/select.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { FieldProblem, Labelled, PasswordField, TextField } from "../../components/text-field.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { noteQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatShortSpan, formatSpan } from "../../texts/index.ts";
import { describeWill, missingIn } from "./link-body.ts";
import { type FormFields, type LinkPolicy, lifetimesOf } from "./link-values.ts";
import { RareFields } from "./rare-fields.tsx";
import { SlotFields } from "./slot-fields.tsx";
import { useLinkForm } from "./use-link-form.ts";

const words = linkTexts.form;

type LinkFormProps = {
  title: string;
  kind: Link["kind"];
  /** The id of the note or file for which the user makes a link. */
  subject: string;
  /** The edited link. Undefined if the form makes a new file request. */
  link?: Link;
  /** The note whose files the user can choose. */
  noteId?: string;
  action: string;
  pendingAction: string;
  isPending: boolean;
  error: unknown;
  onSubmit: (body: CreateLinkBody, forget: () => void) => void;
  onClose: () => void;
};

/** Edits a link, or makes a file request. The form replaces the content of the dialog around the form. */
export function LinkForm({ title, kind, subject, link, noteId, onSubmit, onClose, ...state }: LinkFormProps) {
  const { form, policy, isChanged, discard, submit, ...fields } = useLinkForm({
    kind,
    subject,
    link,
    onSubmit,
    onUnchanged: onClose,
  });
  const { values, change } = fields;
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const isRequest = kind === "upload";
  const id = useId();
  const missing = missingIn(values, link);
  return (
    <DialogForm title={title} onClose={onClose}>
      <form ref={form} noValidate onSubmit={submit} aria-label={title} className="flex flex-col gap-4">
        <TextField
          ref={first}
          name="label"
          label={isRequest ? words.requestLabel : words.label}
          hint={words.labelHint}
          placeholder={isRequest ? words.requestLabelPlaceholder : undefined}
          maxLength={200}
          autoComplete="off"
          value={values.label}
          onChange={(event) => change({ label: event.currentTarget.value })}
        />
        {isRequest && <SlotFields {...fields} />}
        <ExpiryField {...fields} link={link} policy={policy} />
        <PasswordFields {...fields} link={link} policy={policy} />
        {!isRequest && noteId !== undefined && link !== undefined && (
          <FileChoice {...fields} noteId={noteId} hasWhole={link.files === null} />
        )}
        <RareFields {...fields} kind={kind} noteId={noteId ?? subject} />
        {state.error !== null && <Problem error={state.error} />}
        <DialogFooter>
          <p id={id} className="grow basis-full text-pretty text-muted text-small md:basis-0">
            {missing ?? describeWill(values, { kind, link, now: earliestServiceNow() })}
          </p>
          {/* The form keeps typed values when it closes, so only this button discards the changes of a link. */}
          {link !== undefined && isChanged && (
            <Button
              kind="quiet"
              onClick={() => {
                discard();
                first.current?.focus();
              }}
            >
              {words.discard}
            </Button>
          )}
          {/* With a missing entry, a click on the button still moves the focus to the field. */}
          <Button
            type="submit"
            kind="primary"
            disabled={state.isPending}
            aria-disabled={missing !== undefined}
            aria-describedby={id}
            className="max-md:grow"
          >
            {state.isPending ? state.pendingAction : state.action}
          </Button>
        </DialogFooter>
      </form>
    </DialogForm>
  );
}

type PasswordFieldsProps = FormFields & { link?: Link | undefined; policy: LinkPolicy };

export function PasswordFields({ values, problems, change, link, policy }: PasswordFieldsProps) {
  const hasOne = link?.hasPassword === true;
  return (
    <div className="flex flex-col gap-2">
      <CheckField
        label={words.asksPassword}
        hint={policy.passwordRequired ? words.passwordRequired : undefined}
        isChecked={values.asksPassword}
        isDisabled={policy.passwordRequired}
        onChange={(asksPassword) => change({ asksPassword })}
      />
      {values.asksPassword && (
        <PasswordField
          name="link-password"
          label={hasOne ? words.newPassword : words.password}
          hint={hasOne ? words.passwordKept : words.passwordHint}
          error={problems.password}
          maxLength={200}
          autoComplete="off"
          value={values.password}
          onChange={(event) => change({ password: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

type FileChoiceProps = FormFields & {
  noteId: string;
  /** Whether the user can choose the whole note. A link to chosen files can never become a link to the whole note. */
  hasWhole: boolean;
};

/** Lets the user choose which files of the note the link opens. */
function FileChoice({ values, problems, change, noteId, hasWhole }: FileChoiceProps) {
  const note = useQuery(noteQuery(noteId));
  const chosen = values.attachmentIds;
  const files = (note.data?.attachments ?? []).filter(({ id, state }) => state === "ready" || chosen?.includes(id));
  const set = (id: string, isChosen: boolean) =>
    change({ attachmentIds: isChosen ? [...(chosen ?? []), id] : (chosen ?? []).filter((one) => one !== id) });
  return (
    <fieldset className="flex min-w-0 flex-col">
      <legend className="font-medium text-small">{words.files}</legend>
      {hasWhole && (
        <CheckField
          label={words.filesWhole}
          isChecked={chosen === undefined}
          onChange={(isWhole) => change({ attachmentIds: isWhole ? undefined : files.map(({ id }) => id) })}
        />
      )}
      {note.isPending && <Skeleton className="h-11" />}
      {note.isError && note.data === undefined && <Problem>{words.filesFailed}</Problem>}
      {chosen !== undefined && (
        <div className="mt-1 flex max-h-80 flex-col overflow-y-auto rounded-card border px-3 py-1">
          {files.map(({ id, filename }) => (
            <CheckField
              key={id}
              label={<FileName filename={filename} />}
              isChecked={chosen.includes(id)}
              onChange={(isChosen) => set(id, isChosen)}
            />
          ))}
        </div>
      )}
      <FieldProblem>{problems.attachmentIds}</FieldProblem>
    </fieldset>
  );
}

const DAY_MS = 86_400_000;

type ExpiryFieldProps = FormFields & { link?: Link | undefined; policy: LinkPolicy };

/** The expiry of a link. A button offers a date and no expiry, because most people choose one of the lifetimes. */
export function ExpiryField({ values, problems, change, link, policy }: ExpiryFieldProps) {
  const now = earliestServiceNow();
  const [hasAll, setAll] = useState(link !== undefined || ["custom", "never"].includes(values.expiry));
  const row = useRef<HTMLDivElement>(null);
  const { maxExpirySeconds } = policy;
  const latest = maxExpirySeconds === null ? undefined : Date.parse(link?.createdAt ?? "") + maxExpirySeconds * 1000;
  // The offered lifetimes count from now, but the operator's limit counts from the creation of the link. So an older link has fewer
  // lifetimes to choose from.
  const lifetimes = lifetimesOf(policy).filter(
    (seconds) => link === undefined || latest === undefined || now + seconds * 1000 <= latest,
  );
  const field = {
    label: words.lasts,
    value: values.expiry,
    onChange: (expiry: string) =>
      change({
        expiry,
        ...(expiry === "custom" && values.customExpiry === "" && { customExpiry: toFieldValue(now + DAY_MS) }),
      }),
  };
  return (
    <Labelled label={words.lasts}>
      <div ref={row} className="flex flex-wrap items-end gap-2">
        {hasAll ? (
          <Select
            {...field}
            options={[
              ...(link === undefined
                ? []
                : [{ value: "unchanged", label: words.unchanged(describeExpiry(link.expiresAt, now)) }]),
              ...expiryOptions({ hasNever: maxExpirySeconds === null, lifetimes }),
            ]}
          />
        ) : (
          <Segmented
            {...field}
            className="grow max-sm:grid max-sm:grid-cols-3"
            options={lifetimes.map((seconds) => ({ value: String(seconds), label: formatShortSpan(seconds) }))}
          />
        )}
        {values.expiry === "custom" && (
          <DateTimeField
            value={values.customExpiry}
            onChange={(customExpiry) => change({ customExpiry })}
            now={now}
            error={problems.expiry}
          />
        )}
      </div>
      {!hasAll && (
        <button
          type="button"
          onClick={() => {
            flushSync(() => {
              setAll(true);
              field.onChange("custom");
            });
            // The focused button disappears.
            row.current?.querySelector("select")?.focus();
          }}
          className="self-start rounded-small text-muted text-small underline underline-offset-2 hover:text-ink max-md:-my-1 max-md:py-3"
        >
          {maxExpirySeconds === null ? words.dateOrNoEnd : words.date}
        </button>
      )}
      {values.expiry !== "custom" && <FieldProblem>{problems.expiry}</FieldProblem>}
      {maxExpirySeconds !== null && (
        <p className="text-muted text-small">{words.longest(formatSpan(maxExpirySeconds))}</p>
      )}
    </Labelled>
  );
}
