import { useState } from "react";
import { buttonStyle } from "../../../components/button.tsx";
import { texts } from "../../../texts/index.ts";
import { goOnWith } from "./control-uploads.ts";
import type { Upload } from "./upload.ts";

const words = texts.attachments.upload;

/** Asks for the file of an upload that the browser could not keep. */
export function ChooseAgain({ upload: { id } }: { upload: Upload }) {
  const [isOther, setOther] = useState(false);
  return (
    <>
      {isOther && (
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
            if (file !== undefined) setOther(!goOnWith(id, file));
            // The same choice a second time is to be told, too.
            currentTarget.value = "";
          }}
        />
      </label>
    </>
  );
}
