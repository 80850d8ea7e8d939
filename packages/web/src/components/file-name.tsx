import type { ReactNode } from "react";
import { shortenName } from "../texts/format.ts";

type FileNameProps = {
  filename: string;
  /** The maximum width, counted in Latin letters. */
  width?: number;
  /** Highlights a part of the displayed name. */
  mark?: (shown: string) => ReactNode;
};

/** Shows a filename on at most two lines. A filename that is too long is shortened in the middle, so its extension stays visible. */
export function FileName({ filename, width, mark = (shown) => shown }: FileNameProps) {
  const shown = shortenName(filename, width);
  return (
    <span dir="auto" className="wrap-anywhere block w-fit max-w-full" title={filename}>
      {shown === filename ? (
        mark(filename)
      ) : (
        <>
          <span className="sr-only">{filename}</span>
          <span aria-hidden="true">{mark(shown)}</span>
        </>
      )}
    </span>
  );
}
