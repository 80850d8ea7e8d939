import { useQuery } from "@tanstack/react-query";
import { CheckField } from "../../components/check-field.tsx";
import { FileName } from "../../components/file-name.tsx";
import { Problem, Skeleton } from "../../components/states.tsx";
import { noteQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import type { FormFields } from "./form-fields.ts";

const words = linkTexts.form;

type FileChoiceProps = FormFields & {
  noteId: string;
  /** Whether the user can choose the whole note. After its creation, a link to chosen files can't become a link to the whole note. */
  hasWhole: boolean;
};

/** Chooses the files of the note that a link opens. */
export function FileChoice({ values, problems, change, noteId, hasWhole }: FileChoiceProps) {
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
