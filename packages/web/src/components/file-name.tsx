import { splitName } from "../texts/format.ts";

/** A filename on one line. A long filename is shortened in the middle, so that its extension stays visible. */
export function FileName({ filename }: { filename: string }) {
  const { head, tail } = splitName(filename);
  return (
    <span className="flex min-w-0" title={filename}>
      <span className="sr-only">{filename}</span>
      <span aria-hidden="true" className="truncate whitespace-pre">
        {head}
      </span>
      <span aria-hidden="true" className="shrink-0 whitespace-pre">
        {tail}
      </span>
    </span>
  );
}
