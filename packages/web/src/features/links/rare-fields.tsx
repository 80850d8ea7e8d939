import { useQuery } from "@tanstack/react-query";
import type { FileRequest, Link } from "@valetkey/client";
import { useId } from "react";
import { CheckField, Select } from "../../components/select.tsx";
import { inputStyle, TextField } from "../../components/text-field.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatSpan } from "../../texts/index.ts";
import { FILE_KINDS, type FormFields, nameOfKind } from "./link-values.ts";

const words = linkTexts.form;
const { request } = linkTexts;
/** The lifetimes that a user can select for a URL. Seconds. */
const URL_LIFETIMES = [10, 60, 300, 900];
const DEFAULT_URL_SECONDS = 60;

type RareFieldsProps = FormFields & { kind: Link["kind"] };

/** The settings that few links need. The section opens when a field in it has a problem. */
export function RareFields({ kind, ...fields }: RareFieldsProps) {
  const { problems } = fields;
  const sendsMail = useQuery(instanceQuery).data?.mail === true;
  const hasProblem = [problems.recipients, problems.maxFiles, problems.perFileMb, problems.totalMb].some(
    (problem) => problem !== undefined,
  );
  return (
    <details className="group" {...(hasProblem && { open: true })}>
      <summary className="min-h-11 cursor-pointer content-center font-medium text-small md:min-h-6">
        {words.more}
      </summary>
      <div className="mt-3 flex flex-col gap-4">
        <Message {...fields} />
        {sendsMail && kind === "download" && <Recipients {...fields} />}
        {sendsMail && <Notify {...fields} kind={kind} />}
        {kind === "download" ? <UrlLifetime {...fields} /> : <RequestLimits {...fields} />}
      </div>
    </details>
  );
}

function Message({ values, change }: FormFields) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-small">
        {words.message}
      </label>
      <textarea
        id={id}
        rows={3}
        maxLength={2000}
        value={values.message}
        onChange={(event) => change({ message: event.currentTarget.value })}
        className={`${inputStyle} h-auto py-2 md:h-auto`}
      />
    </div>
  );
}

/** The form has this field only if the service sends mails, because the service sends each recipient a code by mail. */
function Recipients({ values, problems, change }: FormFields) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-small">
        {words.recipients}
      </label>
      <textarea
        id={id}
        rows={3}
        spellCheck={false}
        autoComplete="off"
        value={values.recipients}
        aria-invalid={problems.recipients !== undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => change({ recipients: event.currentTarget.value })}
        className={`${inputStyle} h-auto py-2 md:h-auto`}
      />
      <p
        id={`${id}-hint`}
        className={problems.recipients === undefined ? "text-muted text-small" : "text-danger text-small"}
      >
        {problems.recipients ?? words.recipientsHint}
      </p>
    </div>
  );
}

function Notify({ kind, values, change }: FormFields & { kind: Link["kind"] }) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="font-medium text-small">
        {words.notify}
      </span>
      <Select
        label={words.notify}
        className="self-start"
        value={values.notify}
        onChange={(event) => change({ notify: event.currentTarget.value as Link["notify"] })}
      >
        {(["never", "first", "each"] as const).map((choice) => (
          <option key={choice} value={choice}>
            {words.notifies[kind][choice]}
          </option>
        ))}
      </Select>
    </div>
  );
}

function UrlLifetime({ values, change }: FormFields) {
  const longest = useQuery(instanceQuery).data?.limits.urlTtlMaxSharedSeconds ?? DEFAULT_URL_SECONDS;
  const usual = Math.min(DEFAULT_URL_SECONDS, longest);
  const current = values.urlTtlSeconds ?? usual;
  const options = [...new Set([...URL_LIFETIMES.filter((seconds) => seconds <= longest), usual, current])];
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="font-medium text-small">
        {words.urlTtl}
      </span>
      <Select
        label={words.urlTtl}
        className="self-start"
        value={current}
        onChange={(event) => change({ urlTtlSeconds: Number(event.currentTarget.value) })}
      >
        {options
          .sort((a, b) => a - b)
          .map((seconds) => (
            <option key={seconds} value={seconds}>
              {formatSpan(seconds)}
            </option>
          ))}
      </Select>
      <p className="text-muted text-small">{words.urlTtlHint}</p>
    </div>
  );
}

function RequestLimits({ values, problems, change }: FormFields) {
  const kinds = [...new Set([...FILE_KINDS, ...values.accept])];
  return (
    <>
      <CheckField
        label={request.review}
        hint={request.reviewHint}
        isChecked={values.review}
        onChange={(review) => change({ review })}
      />
      <div className="flex flex-col gap-1">
        <span aria-hidden="true" className="font-medium text-small">
          {request.askName}
        </span>
        <Select
          label={request.askName}
          className="self-start"
          value={values.askName}
          onChange={(event) => change({ askName: event.currentTarget.value as FileRequest["askName"] })}
        >
          {(["no", "optional", "required"] as const).map((choice) => (
            <option key={choice} value={choice}>
              {request.askNames[choice]}
            </option>
          ))}
        </Select>
      </div>
      <div className="grid gap-4 md:grid-cols-3">
        {values.slots.length === 0 && (
          <NumberField
            label={request.maxFiles}
            value={values.maxFiles}
            problem={problems.maxFiles}
            placeholder="10"
            onChange={(maxFiles) => change({ maxFiles })}
          />
        )}
        <NumberField
          label={request.maxPerFile}
          value={values.perFileMb}
          problem={problems.perFileMb}
          onChange={(perFileMb) => change({ perFileMb })}
        />
        <NumberField
          label={request.maxTotal}
          value={values.totalMb}
          problem={problems.totalMb}
          onChange={(totalMb) => change({ totalMb })}
        />
      </div>
      <fieldset className="flex min-w-0 flex-col gap-1">
        <legend className="font-medium text-small">{request.kinds}</legend>
        <div className="flex flex-wrap gap-x-6">
          {kinds.map((kind) => (
            <CheckField
              key={kind}
              label={nameOfKind(kind)}
              isChecked={values.accept.includes(kind)}
              onChange={(isChosen) =>
                change({ accept: isChosen ? [...values.accept, kind] : values.accept.filter((one) => one !== kind) })
              }
            />
          ))}
        </div>
        <p className="text-muted text-small">{request.kindsHint}</p>
      </fieldset>
    </>
  );
}

type NumberFieldProps = {
  label: string;
  value: string;
  problem: string | undefined;
  placeholder?: string;
  onChange: (value: string) => void;
};

function NumberField({ label, value, problem, placeholder = request.noLimit, onChange }: NumberFieldProps) {
  return (
    <TextField
      label={label}
      error={problem}
      placeholder={placeholder}
      inputMode="decimal"
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
