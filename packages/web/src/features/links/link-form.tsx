import { useQuery } from "@tanstack/react-query";
import type { CreateLinkBody, Link } from "@valetkey/client";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { describeExpiry, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, expiryOptions } from "../../components/expiry-field.tsx";
import { FileName } from "../../components/file-name.tsx";
import { PasswordField } from "../../components/password-field.tsx";
import { CheckField, Select } from "../../components/select.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { Labelled, TextField } from "../../components/text-field.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { instanceQuery, noteQuery } from "../../service/queries.ts";
import { forgetKept, useKept } from "../../service/use-kept.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatSpan, texts } from "../../texts/index.ts";
import { bodyOf } from "./link-body.ts";
import {
  type FormFields,
  type LinkPolicy,
  type LinkProblems,
  type LinkValues,
  lifetimesOf,
  policyOf,
  valuesOf,
} from "./link-values.ts";
import { RareFields } from "./rare-fields.tsx";
import { SlotFields } from "./slot-fields.tsx";

const words = linkTexts.form;

type LinkFormProps = {
  title: string;
  hint?: string;
  kind: Link["kind"];
  /** The id of the note or file that a new link opens. */
  subject: string;
  /** The edited link. Undefined if the form makes a new link. */
  link?: Link;
  /** The note whose files the user can choose. Undefined for a link of one file. */
  noteId?: string;
  action: string;
  pendingAction: string;
  isPending: boolean;
  error: unknown;
  /** Call `forget` after the service has accepted the link. Until then, the form keeps what the user has typed. */
  onSubmit: (body: CreateLinkBody, forget: () => void) => void;
  onClose: () => void;
};

/** The settings of a link or file request. The usual settings come first. */
export function LinkForm({ title, hint, kind, subject, link, noteId, onSubmit, onClose, ...state }: LinkFormProps) {
  const instance = useQuery(instanceQuery).data;
  const first = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const policy = policyOf(instance);
  const unchanged = valuesOf(link, policy);
  // After a change of the link in another place, the form starts again, because its values would revert that change.
  const [name] = useState(
    () => `link ${link === undefined ? `${kind} ${subject}` : JSON.stringify([link.id, unchanged])}`,
  );
  const [values, setValues] = useKept<LinkValues>(name, unchanged);
  const forget = () => forgetKept(name);
  const sent = useRef<{ values: LinkValues; body: CreateLinkBody }>(undefined);
  const [problems, setProblems] = useState<LinkProblems>({});
  const change = (changed: Partial<LinkValues>) => setValues((before) => ({ ...before, ...changed }));
  useEffect(() => first.current?.focus(), []);
  useEffect(() => {
    if (Object.keys(problems).length === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problems]);

  function discard(): void {
    forget();
    onClose();
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    const result = bodyOf(values, { link, kind, policy, now: earliestServiceNow() });
    setProblems("problems" in result ? result.problems : {});
    if ("problems" in result) return;
    if (link !== undefined && Object.keys(result.body).length === 0) {
      discard();
      return;
    }
    // The expiry depends on the time of the click. A second click sends the first expiry, so that the service sees the same request.
    if (sent.current?.values !== values) sent.current = { values, body: result.body };
    onSubmit(sent.current.body, forget);
  }

  const isRequest = kind === "upload";
  const fields = { values, problems, change };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // If the event continued, Escape would also close the dialog around the form.
        event.stopPropagation();
        onClose();
      }}
      className="flex flex-col gap-4 rounded-card border bg-surface p-4"
    >
      <div>
        <h4 className="break-words font-medium">{title}</h4>
        {hint !== undefined && <p className="text-pretty text-muted text-small">{hint}</p>}
      </div>
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
      <ExpiryField {...fields} link={link} kind={kind} policy={policy} />
      <div className="flex flex-col gap-3">
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
            label={link?.hasPassword === true ? words.newPassword : words.password}
            hint={link?.hasPassword === true ? words.passwordKept : words.passwordHint}
            error={problems.password}
            maxLength={200}
            autoComplete="off"
            value={values.password}
            onChange={(event) => change({ password: event.currentTarget.value })}
          />
        )}
      </div>
      {!isRequest && (
        <TextField
          name="maxClaims"
          label={words.maxClaims}
          hint={words.maxClaimsHint}
          error={problems.maxClaims}
          inputMode="numeric"
          autoComplete="off"
          value={values.maxClaims}
          onChange={(event) => change({ maxClaims: event.currentTarget.value })}
        />
      )}
      {!isRequest && noteId !== undefined && link !== undefined && (
        <FileChoice {...fields} noteId={noteId} hasWhole={link.files === null} />
      )}
      <RareFields {...fields} kind={kind} />
      {state.error !== null && <Problem error={state.error} />}
      <div className="flex justify-end gap-2">
        <Button kind="quiet" onClick={discard}>
          {texts.common.cancel}
        </Button>
        <Button type="submit" kind="primary" disabled={state.isPending}>
          {state.isPending ? state.pendingAction : state.action}
        </Button>
      </div>
    </form>
  );
}

type FileChoiceProps = FormFields & {
  noteId: string;
  /** Whether the user can choose the whole note. After its creation, a link to chosen files can't become a link to the whole note. */
  hasWhole: boolean;
};

/** Chooses the files of the note that a link opens. */
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
        <div className="flex max-h-48 flex-col overflow-y-auto">
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
      {problems.attachmentIds !== undefined && (
        <p role="alert" className="text-danger text-small">
          {problems.attachmentIds}
        </p>
      )}
    </fieldset>
  );
}

const DAY_MS = 86_400_000;

type ExpiryFieldProps = FormFields & { link: Link | undefined; kind: Link["kind"]; policy: LinkPolicy };

/** The expiry of a link, which is the deadline of a file request. */
function ExpiryField({ values, problems, change, link, kind, policy }: ExpiryFieldProps) {
  const label = kind === "upload" ? words.deadline : words.expires;
  const now = earliestServiceNow();
  const { maxExpirySeconds } = policy;
  const latest = maxExpirySeconds === null ? undefined : Date.parse(link?.createdAt ?? "") + maxExpirySeconds * 1000;
  // The form for an older link offers fewer lifetimes. The lifetimes count from now, but the limit of the operator counts from the creation
  // of the link.
  const lifetimes = lifetimesOf(policy).filter(
    (seconds) => link === undefined || latest === undefined || now + seconds * 1000 <= latest,
  );
  return (
    <Labelled label={label}>
      <div className="flex flex-wrap items-end gap-2">
        <Select
          label={label}
          value={values.expiry}
          options={[
            ...(link === undefined
              ? []
              : [{ value: "unchanged", label: words.unchanged(describeExpiry(link.expiresAt, now)) }]),
            ...expiryOptions({ hasNever: maxExpirySeconds === null, lifetimes }),
          ]}
          onChange={(expiry) =>
            change({
              expiry,
              ...(expiry === "custom" && values.customExpiry === "" && { customExpiry: toFieldValue(now + DAY_MS) }),
            })
          }
        />
        {values.expiry === "custom" && (
          <DateTimeField
            value={values.customExpiry}
            onChange={(customExpiry) => change({ customExpiry })}
            now={now}
            error={problems.expiry}
          />
        )}
      </div>
      {values.expiry !== "custom" && problems.expiry !== undefined && (
        <p role="alert" className="text-danger text-small">
          {problems.expiry}
        </p>
      )}
      {maxExpirySeconds !== null && (
        <p className="text-muted text-small">{words.longest(formatSpan(maxExpirySeconds))}</p>
      )}
    </Labelled>
  );
}
