import { useQuery } from "@tanstack/react-query";
import type { Link } from "@valetkey/client";
import { type ReactNode, useState } from "react";
import { Folded } from "../../components/page.tsx";
import { CheckField, Select } from "../../components/select.tsx";
import { Labelled, TextArea, TextField } from "../../components/text-field.tsx";
import { previewOf } from "../../files/picture-layout.ts";
import { instanceQuery, noteQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { FILE_KINDS, type FormFields, hasRare, nameOfKind, showsPreviews, USUAL_FILES } from "./link-values.ts";

const words = linkTexts.form;
const { request } = linkTexts;

type RareFieldsProps = FormFields & {
  kind: Link["kind"];
  noteId: string;
  /** Additional fields, which appear above the other fields. */
  children?: ReactNode;
};

/** The rarely used fields of the form, behind "More". */
export function RareFields({ kind, noteId, children, ...fields }: RareFieldsProps) {
  const { recipients, maxClaims, maxFiles, perFileMb, totalMb } = fields.problems;
  const sendsMail = useQuery(instanceQuery).data?.mail === true;
  const isDownload = kind === "download";
  const hasPictures = useHasPictures(noteId, fields.values.attachmentIds) && isDownload;
  const { name, message, pictures, limit, people, review, limits } = words.rare;
  const ofDownload = [...(hasPictures ? [pictures] : []), limit, ...(sendsMail ? [people] : [])];
  const content = [message, ...(isDownload ? ofDownload : [review, limits])];
  // The fields stay open while the user types, even if all values are the defaults again.
  const [isSet] = useState(() => hasRare(fields.values));
  return (
    <Folded
      title={words.more(children === undefined ? content : [name, ...content])}
      isOpen={isSet || [recipients, maxClaims, maxFiles, perFileMb, totalMb].some((one) => one !== undefined)}
    >
      {children}
      <Message {...fields} />
      {hasPictures && (
        <CheckField
          label={words.showPreviews}
          hint={words.showPreviewsHint}
          isChecked={showsPreviews(fields.values)}
          onChange={(showPreviews) => fields.change({ showPreviews })}
        />
      )}
      {isDownload ? <MostDownloads {...fields} /> : <RequestFields {...fields} />}
      {sendsMail && isDownload && <Recipients {...fields} />}
      {sendsMail && <Notify {...fields} kind={kind} noteId={noteId} />}
    </Folded>
  );
}

function useHasPictures(noteId: string, attachmentIds: readonly string[] | undefined): boolean {
  const { attachments = [] } = useQuery(noteQuery(noteId)).data ?? {};
  const files = attachments.filter(({ id }) => attachmentIds === undefined || attachmentIds.includes(id));
  return files.some((file) => previewOf(file, "small") !== undefined);
}

function MostDownloads({ values, problems, change }: FormFields) {
  return (
    <NumberField
      inputMode="numeric"
      label={words.maxClaims}
      problem={problems.maxClaims}
      value={values.maxClaims}
      onChange={(maxClaims) => change({ maxClaims })}
    />
  );
}

function Message({ values, change }: FormFields) {
  return (
    <TextArea
      label={words.message}
      value={values.message}
      maxLength={2000}
      onChange={(message) => change({ message })}
    />
  );
}

/** The email addresses of the recipients. The service sends each recipient a code, so the field exists only if the service sends mail. */
function Recipients({ values, problems, change }: FormFields) {
  return (
    <TextArea
      label={words.recipients}
      spellCheck={false}
      autoComplete="off"
      value={values.recipients}
      placeholder={words.everyone}
      hint={words.recipientsHint}
      problem={problems.recipients}
      onChange={(recipients) => change({ recipients })}
    />
  );
}

function Notify({ kind, noteId, values, change }: FormFields & Pick<RareFieldsProps, "kind" | "noteId">) {
  const isOwner = useQuery(noteQuery(noteId)).data?.role === "owner";
  const label = isOwner ? words.notify.me : words.notify.owner;
  const [isNew] = useState(values.notify === "usual");
  const options = [
    ...(isNew ? [{ value: "usual" as const, label: words.notifyUsual }] : []),
    ...(["never", "first", "each"] as const).map((value) => ({ value, label: words.notifies[kind][value] })),
  ];
  return (
    <Labelled label={label}>
      <Select
        label={label}
        className="self-start"
        value={values.notify}
        options={options}
        onChange={(notify) => change({ notify })}
      />
    </Labelled>
  );
}

const askNames = (["no", "optional", "required"] as const).map((value) => ({ value, label: request.askNames[value] }));

function RequestFields(fields: FormFields) {
  const { values, change } = fields;
  const kinds = [...new Set([...FILE_KINDS, ...values.accept])];
  return (
    <>
      <CheckField
        label={request.review}
        hint={request.reviewHint}
        isChecked={values.review}
        onChange={(review) => change({ review })}
      />
      <Labelled label={request.askName}>
        <Select
          label={request.askName}
          className="self-start"
          value={values.askName}
          options={askNames}
          onChange={(askName) => change({ askName })}
        />
      </Labelled>
      {/* If the file request has a checklist, each slot has its own kind of file. */}
      {(values.slots.length === 0 || values.accept.length > 0) && (
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
      )}
      <RequestLimits {...fields} />
    </>
  );
}

function RequestLimits({ values, problems, change }: FormFields) {
  return (
    <div className="grid gap-4 md:grid-cols-3">
      {values.slots.length === 0 && (
        <NumberField
          label={request.maxFiles}
          value={values.maxFiles}
          problem={problems.maxFiles}
          placeholder={USUAL_FILES}
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
  );
}

type NumberFieldProps = {
  label: string;
  value: string;
  problem: string | undefined;
  placeholder?: string;
  inputMode?: "numeric" | "decimal";
  onChange: (value: string) => void;
};

function NumberField({ problem, onChange, ...props }: NumberFieldProps) {
  return (
    <TextField
      placeholder={request.noLimit}
      inputMode="decimal"
      {...props}
      error={problem}
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
