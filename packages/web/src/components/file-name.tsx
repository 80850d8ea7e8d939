import type { ReactNode } from "react";
import { shortenName } from "../texts/format.ts";

type FileNameProps = {
  filename: string;
  /** The maximum width in Latin letters. */
  width?: number;
  /** Marks a part of the shown name. */
  mark?: (shown: string) => ReactNode;
};

/**
 * Shows a filename, on two lines if it is long. A longer name is shortened in the middle, so that its extension stays visible.
 */
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
