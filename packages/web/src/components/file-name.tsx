import { shortenName } from "../texts/format.ts";

/**
 * Shows a filename, on two lines if it is long. A longer name is shortened in the middle, so that its extension stays visible. `width`: the
 * maximum width in Latin letters.
 */
export function FileName({ filename, width }: { filename: string; width?: number }) {
  const shown = shortenName(filename, width);
  return (
    <span dir="auto" className="wrap-anywhere block w-fit max-w-full" title={filename}>
      {shown === filename ? (
        filename
      ) : (
        <>
          <span className="sr-only">{filename}</span>
          <span aria-hidden="true">{shown}</span>
        </>
      )}
    </span>
  );
}
