import { useState } from "react";
import { buttonStyle } from "../../../components/button.tsx";
import { texts } from "../../../texts/index.ts";
import { uploads } from "./uploads.ts";

const words = texts.attachments.upload;

/** Lets the user choose the file of an upload that the browser has not stored. */
export function ChooseFileAgain({ uploadId }: { uploadId: string }) {
  const [isDifferent, setDifferent] = useState(false);
  return (
    <>
      {isDifferent && (
        <p role="alert" className="max-w-56 text-danger text-small">
          {words.notTheSame}
        </p>
      )}
      <label
        className={buttonStyle({ className: "cursor-pointer focus-within:outline-2 focus-within:outline-accent" })}
      >
        {words.chooseFile}
        <input
          type="file"
          className="sr-only"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) setDifferent(!uploads.chooseAgain(uploadId, file));
            // Otherwise the browser does not report the same file a second time.
            currentTarget.value = "";
          }}
        />
      </label>
    </>
  );
}
