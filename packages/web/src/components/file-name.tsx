import { splitName } from "../texts/format.ts";

/**
 * Shows a filename on one line. A long filename is shortened in the middle, so that its extension stays visible. The halves follow the
 * writing direction of the name, and the name stays at the start of its line.
 */
export function FileName({ filename }: { filename: string }) {
  const { head, tail } = splitName(filename);
  return (
    <span dir="auto" className="flex w-fit min-w-0 max-w-full" title={filename}>
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
